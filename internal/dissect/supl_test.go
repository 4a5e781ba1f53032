package dissect

import (
	"testing"

	"github.com/telltale-audit/telltale"
)

// suplOf packs a SUPL START of a phone that names itself: kind and eight bytes.
func suplOf(kind uint, id string) string {
	var b []byte
	at := 0
	put := func(v uint, n int) {
		for i := n - 1; i >= 0; i-- {
			if at%8 == 0 {
				b = append(b, 0)
			}
			b[at/8] |= byte(v>>i&1) << (7 - at%8)
			at++
		}
	}
	put(0, 16) // length, set below
	put(1, 8)
	put(0, 16)
	put(0b10, 2) // a name of the phone, none of the server
	put(4711, 16)
	put(0, 1)
	put(kind, 3)
	for _, c := range []byte(id) {
		put(uint(c), 8)
	}
	put(0, 1)
	put(1, 3) // start
	put(0x2a55, 20)
	b[0], b[1] = byte(len(b)>>8), byte(len(b))
	return string(b)
}

// The made-up number 001010123456789 of a SIM, two digits to a byte.
const suplIMSI = "\x00\x01\x01\x21\x43\x65\x87\xf9"

var suplSamples = []sample{
	{"SUPL", supl, 7276, []turn{up(suplOf(setIMSI, suplIMSI)), down("\x00\x0a\x01\x00\x00\x00\x00\x00\x00\x00"), up(suplOf(setMSISDN, "\x74\x99\x19\x32\x54\xff\xff\xff"))}},
	{"SUPL by another name", supl, 7276, []turn{up(suplOf(setNAI, "made-up!") + "\x00\x06\x01\x00\x00\x80")}},
	{"SUPL that lies", supl, 7276, []turn{up(suplOf(setIMSI, suplIMSI)[:12] + "\x00\x03\x01")}},
}

func TestSUPLDigits(t *testing.T) {
	var h suplHalf
	b := []byte(suplOf(setIMSI, suplIMSI))
	start, n := h.session(&bits{b: b, at: 8 * suplHead})
	if string(h.set[:n]) != suplIMSI || start != 7 {
		t.Errorf("% x from byte %d", h.set[:n], start)
	}
	if string(h.facts[1].Value) != "001010123456789" {
		t.Errorf("number %s", h.facts[1].Value)
	}
	if v := supl.Probe(telltale.ToServer, b, 7277); v != No {
		t.Errorf("elsewhere it is %d", v)
	}
}
