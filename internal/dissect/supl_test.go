package dissect

import (
	"encoding/hex"
	"fmt"
	"strings"
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

// suplCell is a SUPL START of a phone in the made-up cell 56260609 of LTE.
const suplCell = "\x00\x26\x01\x00\x00\x84\x99\xcc\x00\x04\x04\x85\x0d\x96\x1f\xe4\x4e\xa8\x08\x08\x02\x40\x20\x20\x08\x00\xb2\x02\x00\x20\x13\x5a\x78\x01\x26\x89\x33\x82"

// The made-up number 001010123456789 of a SIM, two digits to a byte.
const suplIMSI = "\x00\x01\x01\x21\x43\x65\x87\xf9"

var suplSamples = []sample{
	{"SUPL", supl, 7276, []turn{up(suplOf(setIMSI, suplIMSI)), down("\x00\x0a\x01\x00\x00\x00\x00\x00\x00\x00"), up(suplOf(setMSISDN, "\x74\x99\x19\x32\x54\xff\xff\xff"))}},
	{"SUPL by another name", supl, 7276, []turn{up(suplOf(setNAI, "made-up!") + "\x00\x06\x01\x00\x00\x80")}},
	{"SUPL with a cell", supl, 7276, []turn{up(suplCell)}},
	{"SUPL that lies", supl, 7276, []turn{up(suplOf(setIMSI, suplIMSI)[:12] + "\x00\x03\x01")}},
}

// TestSUPLMessage reads messages that tshark 4.0.17 reads alike, each with a part that
// may be missing or that a later version added.
func TestSUPLMessage(t *testing.T) {
	const imsi, id = "set_kind=imsi set_id=001010123456789 ", " supl.set_id[7:16]:imsi=001010123456789 "
	for name, c := range map[string]struct{ packed, want string }{
		"GSM, and a server with a name": {
			"002a010000c499cc000404850d961fe404080c110cb40e31d41abd9b2d71a842aa40001004499c424880",
			imsi + "slp=h-slp.example message=start" + id + "supl.cell[34:41]:mcc=001&mnc=01&lac=4711&cid=4242",
		},
		"WCDMA": {"001a0100008499cc000404850d961fe442aa420008026b4f0024", imsi + "message=start" + id + "supl.cell[19:26]:mcc=001&mnc=01&cid=56260609"},
		"CDMA":  {"00240100008499cc000404850d961fe442aa4400016a013a4f3a4f300000100030000b08", imsi + "message=start" + id + "supl.cell[19:25]:nid=1&sid=13568&baseid=40231"},
		"LTE, behind additions": {
			"00260100008499cc000404850d961fe44ea80808024020200800b2020020135a780126893382",
			imsi + "message=start" + id + "supl.cell[27:38]:mcc=001&mnc=01&cid=56260609&tac=4711",
		},
		"Wi-Fi": {"001e0100008499cc000404850d961fe442aa48009300001002f081018002", imsi + "message=start" + id + "supl.ap[22:29]:bssid=02:00:5e:10:20:30"},
		"LTE, behind what help it asks for": {
			"0039010000c499cc000404850d961fe404080c110cb40e31d41abd9b2d71a8d05549aab003208c2041c103a002c80800804d69e0049a24ce08",
			imsi + "slp=h-slp.example message=posinit" + id + "supl.cell[46:56]:mcc=001&mnc=01&cid=56260609&tac=4711",
		},
		"a name like that of mail": {
			"00410100008499d03260c183160c583164cda356cddc3981df661dcbb6eec6c18315db71e360c18ae679f870dd97a77dfcb5aedfcb3980aa900004011267109220",
			"set_kind=nai set_id=0001010123456789@wlan.mnc001.mcc001.3gppnetwork.org message=posinit " +
				"supl.set_id[9:54]:nai=0001010123456789@wlan.mnc001.mcc001.3gppnetwork.org supl.cell[57:64]:mcc=001&mnc=01&lac=4711&cid=4242",
		},
	} {
		b, err := hex.DecodeString(c.packed)
		if err != nil {
			t.Fatal(err)
		}
		var m suplMessage
		m.read(b)
		if got := saidBy(&m); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
		for n := range b { // what is cut off is not made up
			m.read(b[:n])
			for _, p := range m.parts {
				if p.to > n || !strings.Contains(c.want, string(p.text)) {
					t.Errorf("%s: %d bytes say %s", name, n, saidBy(&m))
				}
			}
		}
	}
}

// saidBy writes what a message said.
func saidBy(m *suplMessage) string {
	var out []string
	for _, f := range m.facts {
		out = append(out, f.Name+"="+string(f.Value))
	}
	for _, p := range m.parts {
		out = append(out, fmt.Sprintf("%s[%d:%d]:%s", p.name, p.from, p.to, p.text))
	}
	return strings.Join(out, " ")
}

// TestSUPLElsewhere takes nothing for SUPL at another port.
func TestSUPLElsewhere(t *testing.T) {
	if v := supl.Probe(telltale.ToServer, []byte(suplCell), 7277); v != No {
		t.Errorf("elsewhere it is %d", v)
	}
}
