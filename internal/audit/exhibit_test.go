package audit_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestExhibitHidesNeighbours has numbers that no detector knows stand beside
// the one that is found: they show neither decoded nor in the letters that
// spell them, however they are written.
func TestExhibitHidesNeighbours(t *testing.T) {
	const before, after = "4790123456789", "31415926535897"
	text := `{"a":"` + before + `","v":"` + imei + `","b":"` + after + `","words":"here"}`
	for name, body := range map[string]string{
		"as it stands": text,
		"form":         "a=" + before + "&v=" + imei + "&b=" + after,
		"base64":       base64.StdEncoding.EncodeToString([]byte(text)),
		"shifted":      base64.StdEncoding.EncodeToString([]byte(" " + text)),
		"twice":        base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(text)))),
		"gzip":         string(lab.Gzip([]byte(text))),
	} {
		c := lab.NewCapture(1)
		conn := c.Conn(begins, phone, far, 80, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, post("plant.example", body))
		for _, reveal := range []bool{false, true} {
			o := audit.Options{Devices: []*device.File{owned(nil, imei)}, Reveal: reveal}
			result, _ := listen(t, o, write(t, c, packet.LinkEthernet))
			x := result.Report.Exhibit
			onWire, _ := result.Masker.Excerpt(x.Wire)
			decoded, _ := result.Masker.Excerpt(x.Decoded)
			shown := onWire + " " + decoded
			for i := range len(body) - 7 {
				if part := body[i : i+8]; strings.Contains(shown, part) && spells(body, i, before, after) && !reveal {
					t.Fatalf("%s: %q shows in %q", name, part, shown)
				}
			}
			if reveal && !strings.Contains(shown, imei) {
				t.Errorf("%s, revealed: %q", name, shown)
			}
		}
	}
}

// spells reports whether the eight letters of body at i spell, as they stand
// or in Base64, digits of one of the numbers only.
func spells(body string, i int, numbers ...string) bool {
	for phase := range 4 {
		letters := body[i:min(len(body), i+8)]
		b, err := base64.RawStdEncoding.DecodeString(letters[min(phase, len(letters)) : len(letters)-(len(letters)-phase)%4])
		for _, n := range numbers {
			if strings.Contains(n, letters) || err == nil && len(b) >= 3 && strings.Contains(n, string(b)) {
				return true
			}
		}
	}
	return false
}
