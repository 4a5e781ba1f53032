package lab

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
)

// An Identity is a made-up phone with a made-up SIM. All its numbers lie where
// no real device's can: type allocation code 00 (GSMA test range), country
// code 999 (unassigned), network 001-01 (test network), a locally administered
// MAC. Check digits are right.
type Identity struct {
	IMEI  [2]string
	MEID  string // 14 hex digits
	ICCID string // 20 digits
	IMSI  string
	MAC   string // lower case, colons
	ECI   uint32 // E-UTRAN cell identity, 28 bits (3GPP TS 23.003 19.6)

	Serial string
	MSISDN string // with + and country code 999, which no country has
	Email  string
}

// NewIdentity returns the identity of a seed. Seeds 0 and 1 have the one that
// telltale's documentation shows.
func NewIdentity(seed uint64) Identity {
	if seed <= 1 {
		return Identity{
			IMEI: [2]string{"001012704839210", "001012704839392"}, MEID: "A0000049D1C3E7",
			ICCID: "89999001234567890125", IMSI: "001010123456789", MAC: "02:00:5e:10:7a:c4", ECI: 56260609,
			Serial: "LABK7P4839201765", MSISDN: "+9995550142", Email: "owner.one@mail.example",
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x1d))
	return Identity{
		IMEI: [2]string{madeIMEI(rng), madeIMEI(rng)}, MEID: madeMEID(rng), ICCID: madeICCID(rng),
		IMSI: madeIMSI(rng), MAC: madeMAC(rng), ECI: rng.Uint32N(1<<20)<<8 | (1 + rng.Uint32N(200)),
		Serial: madeSerial(rng), MSISDN: "+999" + digits(7, rng), Email: "owner." + digits(4, rng) + "@mail.example",
	}
}

// File returns the device file in which the owner of the identity declares it.
func (id Identity) File() *device.File {
	return &device.File{
		Name:  deviceName,
		Label: "Nokia 7 Plus",
		Values: []telltale.Value{
			telltale.NewValue(telltale.IMEI, id.IMEI[0]), telltale.NewValue(telltale.IMEI, id.IMEI[1]),
			telltale.NewValue(telltale.MEID, id.MEID), telltale.NewValue(telltale.IMSI, id.IMSI),
			telltale.NewValue(telltale.ICCID, id.ICCID), telltale.NewValue(telltale.MAC, id.MAC),
			telltale.NewValue(telltale.Cell, strconv.FormatUint(uint64(id.ECI), 10)),
		},
		Facts:     map[string]string{"model": "Nokia 7 plus", "build": "00WW_3_22C"},
		Addresses: []string{id.MAC},
	}
}

func madeIMEI(rng *rand.Rand) string {
	return withLuhn("00101270" + digits(6, rng))
}

func madeIMEISV(rng *rand.Rand) string { return "00101270" + digits(8, rng) }

func madeMEID(rng *rand.Rand) string { return "A0000049" + fmt.Sprintf("%06X", rng.Uint32N(1<<24)) }

func madeICCID(rng *rand.Rand) string {
	return withLuhn("89999001" + digits(11, rng))
}

func madeIMSI(rng *rand.Rand) string { return "00101" + digits(10, rng) }

func madeMAC(rng *rand.Rand) string {
	n := rng.Uint32N(1 << 24)
	return fmt.Sprintf("02:00:5e:%02x:%02x:%02x", n>>16, n>>8&0xff, n&0xff)
}

func madeSerial(rng *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	return "LAB" + string(letters[rng.IntN(len(letters))]) + "7" + string(letters[rng.IntN(len(letters))]) + digits(10, rng)
}

// digits returns n decimal digits, the first not 0.
func digits(n int, rng *rand.Rand) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(rng.UintN(10))
	}
	b[0] = '1' + byte(rng.UintN(9))
	return string(b)
}

// withLuhn returns number with its check digit (ISO/IEC 7812-1, annex B).
func withLuhn(number string) string {
	sum := 0
	for i := range number {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return number + strconv.Itoa((10-sum%10)%10)
}
