package detect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// What programs say of themselves names a device only where it does.
func TestUserAgents(t *testing.T) {
	for agent, want := range map[string]string{
		"Dalvik/2.1.0 (Linux; U; Android 9; Example G (7) Build/XPPS28.65-37-7-11)":                              "model Example G (7), build XPPS28.65-37-7-11",
		"Mozilla/5.0 (Linux; Android 8.1.0; EXA-1 Build/XPR1.180610; wv) AppleWebKit/537.36 (KHTML, like Gecko)": "model EXA-1, build XPR1.180610",
		"Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Example One Build/XML74K) AppleWebKit/534.30 (KHTML)":      "model Example One, build XML74K",
		"Mozilla/5.0 (Linux; Android 13; EX-A0001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0":      "model EX-A0001",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile":      "",
		"Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/118.0 Firefox/118.0":                                   "",
		"Mozilla/5.0 (Linux; U; Android 4.0; en-us) AppleWebKit/534.30":                                          "",
		"Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36":                                                     "",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)":        "",
		"itunesstored/1.0 iOS/12.1 model/iPhone0,1 hwp/t0000 build/16X92 (6; dt:159)":                            "model iPhone0,1, build 16X92",
		"Example/4.1 (iPad0,3; iOS 14.2; Scale/2.00)":                                                            "model iPad0,3",
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:104.0) Gecko/20100101 Firefox/104.0":                         "",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0.3239.108":  "",
		"okhttp/3.10.0":                       "",
		"(((((((Android; Build/":              "",
		"Android Build/ model/ build/ iPad,1": "",
	} {
		var got []string
		for _, h := range search(New(nil), []byte("GET / HTTP/1.1\r\nUser-Agent: "+agent+"\r\nHost: x.example\r\n\r\n")) {
			got = append(got, string(h.Kind)+" "+h.Value)
			if h.Level != telltale.Probable {
				t.Errorf("%s: %s is %s", agent, h.Value, h.Level)
			}
		}
		if list := strings.Join(got, ", "); list != want {
			t.Errorf("%s: %q, want %q", agent, list, want)
		}
	}
}

// A program that says the same of itself again is told once; one that says
// something else, or says it to somebody else, is told again.
func TestUserAgentIsToldOnce(t *testing.T) {
	agent, other := Agent{Of: new(Agents), Pair: 1}, Agent{Pair: 2}
	other.Of = agent.Of
	s := New(nil).NewSearch()
	for i, c := range []struct {
		model    string
		hits     int
		repeated int64
	}{{"EX-1", 2, 0}, {"EX-1", 0, 1}, {"EX-2", 2, 0}, {"EX-1", 0, 1}} {
		s.Begin()
		s.Scan(Field{Data: []byte("GET /?a=x%40y.example HTTP/1.1\r\nUser-Agent: D (Linux; Android 9; " + c.model + " Build/XPR1)\r\n"), Agent: &agent})
		if hits := len(s.End()); hits != c.hits || s.Repeated() != c.repeated {
			t.Errorf("%d: %d hits, %d repeated", i, hits, s.Repeated())
		}
	}
	s.Begin()
	s.Scan(Field{Data: []byte("User-Agent: D (Linux; Android 9; EX-1 Build/XPR1)\r\n"), Agent: &other})
	if hits := len(s.End()); hits != 2 {
		t.Errorf("to somebody else: %d hits", hits)
	}
	for i := range 3 * maxAgents {
		agent.again([]byte{byte(i), byte(i >> 8), 1})
	}
	if n := len(agent.Of.told); n > maxAgents {
		t.Errorf("%d are remembered", n)
	}
}

// Values that many devices share speak for no other value.
func TestModelIsNoWitness(t *testing.T) {
	hits := search(New(nil), []byte(`{"model":"EXA-1","build":"XPR1.180610.011","android_id":"0123456789abcdff"}`))
	for _, h := range ofKind(hits, telltale.AndroidID) {
		if h.Level != telltale.Possible {
			t.Errorf("%s is %s: %v", h.Value, h.Level, h.Why)
		}
	}
	if len(ofKind(hits, telltale.AndroidID)) != 1 {
		t.Errorf("%d hits", len(hits))
	}
}
