package lab

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
)

// phones is how many phones a bulk capture has.
const phones = 9

// A phone tells its identifiers, each in each of the forms.
type phone struct {
	values []telltale.Value
	mac    string
	hosts  [2]Host // by IPv4 and IPv6
	told   []int64 // how often: for each value, for each form, for each wrapping
	order  []int   // in which values, each in each form, are told
	next   int
}

// A form is a way in which identifiers are told in bulk captures.
type form struct {
	name  string // as in a sighting's form
	write func(value string) string
}

var forms = []form{
	{"plain", func(v string) string { return v }},
	{"base64", func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }},
	{"hex", func(v string) string { return hex.EncodeToString([]byte(v)) }},
	{"md5", func(v string) string { s := md5.Sum([]byte(v)); return hex.EncodeToString(s[:]) }},
	{"sha1", func(v string) string { s := sha1.Sum([]byte(v)); return hex.EncodeToString(s[:]) }},
	{"sha256", func(v string) string { s := sha256.Sum256([]byte(v)); return hex.EncodeToString(s[:]) }},
}

// wrapping is the encoding of a body that an identifier is told in.
type wrapping uint8

const (
	bare wrapping = iota
	inBase64Body
	inGzipBody
)

// wrappings are their names in a sighting's form.
var wrappings = [...]string{bare: "plain", inBase64Body: "base64", inGzipBody: "gzip"}

func newPhone(n int, rng *rand.Rand) *phone {
	mac := madeMAC(rng)
	p := &phone{mac: mac, values: []telltale.Value{
		telltale.NewValue(telltale.IMEI, madeIMEI(rng)), telltale.NewValue(telltale.IMEI, madeIMEI(rng)),
		telltale.NewValue(telltale.MEID, madeMEID(rng)), telltale.NewValue(telltale.IMSI, madeIMSI(rng)),
		telltale.NewValue(telltale.ICCID, madeICCID(rng)), telltale.NewValue(telltale.MAC, mac),
		telltale.NewValue(telltale.Serial, madeSerial(rng)), telltale.NewValue(telltale.AndroidID, fmt.Sprintf("%016x", rng.Uint64()|1<<63)),
		telltale.NewValue(telltale.AdID, string(appendUUID(nil, rng))),
	}}
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err) // made addresses are valid
	}
	v4 := netip.AddrFrom4([4]byte{192, 168, 7, byte(21 + n)})
	v6 := netip.MustParseAddr(fmt.Sprintf("fd00:7:7:1:5c1e:88a3:4be0:%x", 0x9100+n))
	p.hosts = [2]Host{{[6]byte(hw), v4}, {[6]byte(hw), v6}}
	p.order = rng.Perm(len(p.values) * len(forms))
	p.told = make([]int64, len(p.order)*len(wrappings))
	return p
}

// file returns the device file in which the phone's owner declares it.
func (p *phone) file(n int) *device.File {
	return &device.File{
		Name: fmt.Sprintf("device-%d.yaml", n), Label: fmt.Sprintf("phone %d", n), Values: p.values,
		Facts: map[string]string{"model": "Example One"}, Addresses: []string{p.mac},
	}
}

// tell returns the next thing that the phone tells, and counts it as told in a
// body of that wrapping.
func (p *phone) tell(in wrapping) string {
	i := p.order[p.next%len(p.order)]
	p.next++
	p.told[i*len(wrappings)+int(in)]++
	return forms[i%len(forms)].write(p.values[i/len(forms)].Raw())
}

// BulkTruth is what the lab knows about a bulk capture.
type BulkTruth struct {
	Simulated bool   `json:"simulated"` // always true
	Name      string `json:"name"`
	Seed      uint64 `json:"seed"`
	Packets   int64  `json:"packets"`
	Flows     int64  `json:"flows"`
	Sealed    int64  `json:"sealed_bytes"` // TLS application data records with their headers
	Told      []Told `json:"told"`

	Devices []*device.File `json:"-"` // one a phone
}

// Told is an identifier in one form, and how many messages carry it.
type Told struct {
	Device string        `json:"device"` // file
	Kind   telltale.Kind `json:"kind"`
	Value  string        `json:"value"`
	Form   string        `json:"form"` // plain, base64, hex, md5, sha1 or sha256
	Body   string        `json:"body"` // the encoding of the body around it: plain, base64 or gzip
	Count  int64         `json:"count"`
}

// truth returns the truth about what was captured.
func (c *crowd) truth(m *merge) *BulkTruth {
	t := &BulkTruth{Simulated: true, Name: c.Name, Seed: c.seed, Packets: m.packets, Flows: c.capture.Flows(), Sealed: c.capture.Sealed(), Told: []Told{}}
	for i, p := range c.phones {
		file := p.file(i + 1)
		t.Devices = append(t.Devices, file)
		for j, n := range p.told {
			if n > 0 {
				form, body := forms[j/len(wrappings)%len(forms)].name, wrappings[j%len(wrappings)]
				v := p.values[j/len(wrappings)/len(forms)]
				t.Told = append(t.Told, Told{file.Name, v.Kind(), v.Raw(), form, body, n})
			}
		}
	}
	return t
}
