package dissect

import "github.com/telltale-audit/telltale/internal/wire"

// EAPOL stands for an IP protocol where a frame of IEEE 802.1X has none: the
// registry of IANA reserves that number.
const EAPOL = 255

// eapol reads how a device asks to be let into a network (IEEE 802.1X,
// section 11.3): EAP begins with who it is, in clear.
var eapol = func() *Dissector {
	c := datagrams("eapol", nil, true, soundEAPOL, readEAPOL)
	c.Proto = EAPOL
	return c
}()

var eapolTypes = [9]string{"eap", "start", "logoff", "key", "alert", "mka", "announcement", "announcement", "announcement-request"}

func soundEAPOL(b []byte) bool {
	c := wire.New(b)
	version, typ, length := c.U8(), c.U8(), int(c.U16())
	return c.OK() && 1 <= version && version <= 3 && int(typ) < len(eapolTypes) && length <= c.Len()
}

func readEAPOL(c *wire.Cursor, x *spans) bool {
	b := c.Rest()
	if !soundEAPOL(b) {
		return false
	}
	h := wire.New(b)
	h.U8()
	typ := h.U8()
	x.fact("type", []byte(eapolTypes[typ]))
	if body := h.Vec16(); typ == 0 {
		x.eap("eapol", body)
	}
	return true
}

// The codes of EAP (RFC 3748, section 4), and its methods that begin with an
// identity or repeat it.
var eapCodes = [5]string{1: "request", 2: "response", 3: "success", 4: "failure"}

const (
	eapIdentity = 1
	eapSIM      = 18 // RFC 4186
	eapAKA      = 23 // RFC 4187
	eapAKAPrime = 50 // RFC 9048

	atIdentity = 14 // RFC 4186, section 10.5
)

// eap reads a packet of EAP in a message of protocol proto.
func (x *spans) eap(proto string, c wire.Cursor) {
	code := c.U8()
	c.U8() // number
	c.U16()
	if int(code) >= len(eapCodes) || eapCodes[code] == "" {
		return
	}
	x.fact("eap", []byte(eapCodes[code]))
	method := c.U8()
	if !c.OK() || code != 2 {
		return
	}
	switch method {
	case eapIdentity:
		x.mark(proto+".eap_identity", c)
	case eapSIM, eapAKA, eapAKAPrime:
		c.Bytes(3) // subtype
		x.eapAttributes(proto, c)
	}
}

// eapAttributes names the identity among the attributes of EAP-SIM and
// EAP-AKA (RFC 4186, section 8.1): their lengths count words.
func (x *spans) eapAttributes(proto string, c wire.Cursor) {
	for c.Len() >= 4 {
		start, typ, words := c.Off(), c.U8(), int(c.U8())
		n := int(c.U16())
		value := c
		c.Bytes(4*words - 4)
		if words == 0 || !c.OK() || n > 4*words-4 {
			return
		}
		if typ == atIdentity {
			x.cut(proto+".eap_identity", start+4, n)
			x.fact("eap_identity", value.Bytes(n))
		}
	}
}
