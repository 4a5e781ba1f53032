package audit_test

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestPlain has an audit that decodes nothing: it finds shapes in text as it
// stands and known values in every spelling, but no shape behind an encoding and
// nothing that the name of a field alone tells, and says so.
func TestPlain(t *testing.T) {
	inside := func(value string) []byte { return []byte(`{"imei":"` + value + `"}`) }
	ask := func(body []byte, headers ...string) string {
		headers = append([]string{"Host: collect.example"}, headers...)
		headers = append(headers, "Content-Length: "+itoa(len(body)))
		c := new(lab.Capture)
		sends(c, 0, phone, far, lab.HTTP("POST / HTTP/1.1", headers, body))
		return write(t, c, packet.LinkEthernet)
	}
	const shape = "352099001761481"
	for _, c := range []struct {
		name           string
		file           string
		plain, decoded bool // found
		complete       bool
	}{
		{"text", ask(inside(shape)), true, true, true},
		{"named", ask([]byte(`{"lat":60.169857,"lon":24.938379}`)), false, true, true},
		{"known, in Base64", ask([]byte(base64.StdEncoding.EncodeToString(inside(imei)))), true, true, true},
		{"shape, in hexadecimal", ask([]byte(hex.EncodeToString(inside(shape)))), false, true, true},
		{"compressed", ask(lab.Gzip(inside(imei)), "Content-Encoding: gzip"), false, true, false},
	} {
		for _, plain := range []bool{false, true} {
			result, lines := listen(t, audit.Options{Plain: plain, Devices: []*device.File{owned(nil, imei)}}, c.file)
			want := c.decoded
			if plain {
				want = c.plain
			}
			if got := len(result.Report.Identifiers) > 0; got != want {
				t.Errorf("%s, plain %v: found %v", c.name, plain, got)
			}
			cover := result.Report.Coverage
			if got := slices.Contains(cover.BlindSpots, "values in encoded or compressed bytes: nothing was decoded"); got != plain {
				t.Errorf("%s, plain %v: blind spots %q", c.name, plain, cover.BlindSpots)
			}
			if got := slices.Contains(cover.BlindSpots, "values that the name of their field alone tells, such as serial numbers and positions: names were not read"); got != plain {
				t.Errorf("%s, plain %v: blind spots %q", c.name, plain, cover.BlindSpots)
			}
			if plain && cover.Complete != c.complete {
				t.Errorf("%s: complete %v", c.name, cover.Complete)
			}
			if left := cover.Payload.Skipped[telltale.SkipDecodeDepth] > 0; left != (plain && !c.complete) || cover.Payload.Skipped[telltale.SkipUndecodable] > 0 {
				t.Errorf("%s, plain %v: skipped %v", c.name, plain, cover.Payload.Skipped)
			}
			if got := lines[0].Options.Plain; got != plain {
				t.Errorf("%s: the record says plain %v", c.name, got)
			}
		}
	}
}
