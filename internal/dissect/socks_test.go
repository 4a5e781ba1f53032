package dissect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var socksSamples = []sample{
	{"version 4", socks, 1080, []turn{
		up("\x04\x01\x00\x50\xc0\x00\x02\x07made-up\x00"), down("\x00\x5a\x00\x50\xc0\x00\x02\x07"), up("GET / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 204 No\r\n\r\n"),
	}},
	{"version 4 with a name", socks, 9050, []turn{up("\x04\x01\x01\xbb\x00\x00\x00\x01\x00made-up.test\x00"), down("\x00\x5b\x00\x00\x00\x00\x00\x00")}},
	{"version 5", socks, 1080, []turn{
		up("\x05\x01\x00"), down("\x05\x00"), up("\x05\x01\x00\x03\x0cmade-up.test\x01\xbb"), down("\x05\x00\x00\x01\xc0\x00\x02\x07\x01\xbb"), up("more"), down("more"),
	}},
	{"version 5 with a password, over IPv6", socks, 1080, []turn{
		up("\x05\x02\x00\x02"), down("\x05\x02"), up("\x01\x04name\x06secret"), down("\x01\x00"),
		up("\x05\x01\x00\x04\x20\x01\x0d\xb8" + strings.Repeat("\x00", 12) + "\x00\x50"), down("\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"),
	}},
	{"version 5, then something else", socks, 1080, []turn{up("\x05\x01\x00imei=001012704839210"), down("\x05\x00imei")}},
	{"version 5 with a strange address", socks, 1080, []turn{up("\x05\x01\x00\x05\x01\x00\x07abc")}},
}

// TestProbeSOCKS has the probe say no to what only begins like SOCKS, and
// never yes or no before it says the other.
func TestProbeSOCKS(t *testing.T) {
	for _, s := range []string{
		"\x05\x00", "\x05\x09", "\x05\x01\x80", "\x05\x02\x00\x77", "\x04\x03", "\x04\x01\x00\x00", "\x04\x01\x00\x50\xc0\x00\x02\x07\xff", "GET /", "\x00\x5a",
		"\x04\x01\x00\x50\xc0\x00\x02\x07" + strings.Repeat("x", 600),
	} {
		if v := probeSOCKS(telltale.ToServer, []byte(s), 1080); v != No {
			t.Errorf("%q: %d", s, v)
		}
	}
	for _, s := range socksSamples {
		b, last := s.turns[0].b, Maybe
		for n := range min(len(b), 64) + 1 {
			v := probeSOCKS(telltale.ToServer, b[:n], 1080)
			if n > 0 && last != Maybe && v != last {
				t.Errorf("%s: %d after %d at %d", s.name, v, last, n)
			}
			if n > 0 {
				last = v
			}
		}
		if last == No {
			t.Errorf("%s: No", s.name)
		}
		if v := probeSOCKS(telltale.ToClient, b, 1080); v != No {
			t.Errorf("%s: %d for the proxy's side", s.name, v)
		}
	}
}
