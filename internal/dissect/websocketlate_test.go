package dissect

import (
	"strings"
	"testing"
)

// highMask makes of text what is none.
const highMask = "\x9c\x22\xb3\x04"

var lateWebSocketSamples = []sample{
	{"WebSocket, open before", lateWebSocket, 8081, []turn{
		up(maskedBy(highMask, 0x8a, "") + maskedBy(highMask, 0x81, `{"device":{"imei":"001012704839210"}}`)),
		down("\x81\x08" + `{"ok":1}`),
		up(maskedBy("\x01\x02\x03\x04", 0x82, "any") + maskedBy("\x01\x02\x03\x04", 0x01, "a text ") + maskedBy(highMask, 0x80, "in two") + "\x00\x00 is no frame"),
	}},
	{"WebSocket, open before, a longer text", lateWebSocket, 8081, []turn{
		up(maskedBy(highMask, 0x81, strings.Repeat("mac=02:00:5e:10:7a:c4\r\n", 9))),
	}},
}

// TestLateWebSocket takes up a stream only by what nothing else can be.
func TestLateWebSocket(t *testing.T) {
	text := `{"imei":"001012704839210"}`
	whole := maskedBy(highMask, 0x81, text)
	for name, c := range map[string]struct {
		b    string
		want Verdict
	}{
		"a text":                  {whole, Yes},
		"a long one":              {maskedBy(highMask, 0x81, strings.Repeat(text, 9)), Yes},
		"behind pings":            {maskedBy(highMask, 0x89, "1") + maskedBy(highMask, 0x8a, "2") + whole, Yes},
		"behind too many":         {strings.Repeat(maskedBy(highMask, 0x8a, ""), 6) + whole, No},
		"a ping":                  {maskedBy(highMask, 0x89, ""), Maybe},
		"not all of it":           {whole[:6+leastText-1], Maybe},
		"not enough of it":        {maskedBy(highMask, 0x81, text[:leastText-1]), No},
		"a mask that does little": {maskedBy("\x11\x22\x33\x44", 0x81, text), No},
		"no mask":                 {"\x81\x1a" + text, No},
		"what does not print":     {maskedBy(highMask, 0x81, text[:leastText-1]+"\x00 and so on"), No},
		"a length not its own":    {"\x81\xfe\x00\x1a" + whole[2:], No},
		"a length of eight bytes": {"\x81\xff\x00\x00\x00\x00\x00\x00\x00\x1a" + whole[2:], No},
		"binary":                  {maskedBy(highMask, 0x82, text), No},
		"text behind four bytes":  {"\x81\x9a" + highMask + text, No},
	} {
		if got := probeMasked([]byte(c.b)); got != c.want {
			t.Errorf("%s: verdict %d, want %d", name, got, c.want)
		}
	}
}
