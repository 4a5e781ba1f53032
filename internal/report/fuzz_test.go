package report

import (
	"bytes"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
)

// fixedScreen is what the screen of the incident takes, in bytes.
const fixedScreen = 256 << 10

// FuzzTerminal holds that no captured string, label or number steers the
// terminal, breaks the layout or ends in a panic.
func FuzzTerminal(f *testing.F) {
	f.Add("zzhc.vnet.cn", []byte("200 {}"), "Nokia 7 Plus", int64(15), uint8(100), uint8(3))
	f.Add("\x1b]0;t\a\u202e", []byte{0xff, 0x9b, 0}, "漢字\u0301\u0301\u0301", int64(-1), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, name string, wire []byte, label string, n int64, width, bits uint8) {
		a := incident()
		a.Info.Simulated = bits&1 != 0
		a.Devices[0].Label = label
		a.Info.Inputs = []string{name}
		a.Sends[0].Destination = telltale.NewText(name)
		a.Sends[0].Count = int(n)
		a.Contacts[1].Name, a.Contacts[1].Flows, a.Contacts[1].Sent = telltale.NewText(label), n, n
		a.End = a.Start + telltale.Time(n)
		a.Coverage.Payload.Scanned = n
		a.Coverage.BlindSpots = []string{name, label}
		a.Exhibit.Wire.Data, a.Exhibit.Response, a.Inputs[0].Name = wire, telltale.NewText(string(wire)), name
		if bits&2 != 0 {
			a.Sends = nil
		}
		if bits&4 != 0 {
			a.Coverage.Verdict = telltale.Inconclusive
		}
		s := Style{Width: 40 + int(width)%81, Color: bits&8 != 0, ASCII: bits&16 != 0, Command: label}
		var b bytes.Buffer
		oracle.Allocates(t, fixedScreen, 2*len(name)+len(wire)+2*len(label), func() {
			b.Reset()
			if err := Terminal(&b, a, telltale.NewMasker(bits&32 != 0), s); err != nil {
				t.Fatal(err)
			}
		})
		checkLines(t, b.String(), s)
		var svg bytes.Buffer
		if err := Picture(&svg, b.String()); err != nil {
			t.Fatal(err)
		}
		drawn(t, svg.String())
	})
}
