package telltale_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
)

func TestValue(t *testing.T) {
	for _, c := range []struct {
		kind      telltale.Kind
		raw, want string
	}{
		{telltale.IMEI, "001012704839210", "00101270·······"},
		{telltale.IMEI, "00-101270-483921-0", "00-101270-······-·"},
		{telltale.IMEI, "00101270", "········"},
		{telltale.IMEISV, "0010127048392101", "00101270········"},
		{telltale.MEID, "A0000049D1C3E7", "A0000049······"},
		{telltale.ESN, "80A1B2C3", "········"},
		{telltale.IMSI, "001010123456789", "00101··········"},
		{telltale.ICCID, "89999001234567890125", "899990··············"},
		{telltale.ICCID, "8999900123456789011", "899990·············"},
		{telltale.EID, "89999012345678901234567890123456", "89999012························"},
		{telltale.MSISDN, "+358401234567", "+358·········"},
		{telltale.MSISDN, "+1 (201) 555-0123", "+1 (···) ···-····"},
		{telltale.MSISDN, "0049 30 1234567", "0049 ·· ·······"},
		{telltale.MSISDN, "040 1234567", "··· ·······"},
		{telltale.MSISDN, "12345", "·····"},
		{telltale.MAC, "02:00:5e:10:7a:c4", "02:00:5e:··:··:··"},
		{telltale.MAC, "02005E107AC4", "02005E······"},
		{telltale.MAC, "02:00:5e", "··:··:··"},
		{telltale.BSSID, "02-00-5e-10-7a-c5", "02-00-5e-··-··-··"},
		{telltale.Serial, "NX7A-0042", "····-····"},
		{telltale.SSID, "Anna's home", "···········"},
		{telltale.Location, "60.1699,24.9384", "60.1···,24.9···"},
		{telltale.Location, "-60.1699, 24.93", "-60.1···, 24.9·"},
		{telltale.Location, "60.1,24", "60.·,··"},
		{telltale.Location, "6e1.77,24.9384", "···.··,24.9···"},
		{telltale.Cell, "001-01-4660-56260609", "001-01-····-········"},
		{telltale.Cell, "001-01", "···-··"},
		{telltale.Cell, "56260609", "········"},
		{telltale.Email, "anna@example.org", "····@example.org"},
		{telltale.Email, "anna@356938035643809.example.org", "····@···············.example.org"},
		{telltale.Email, "anna", "····"},
		{telltale.AdID, "123e4567-e89b-12d3-a456-426614174000", "········-····-····-····-············"},
		{telltale.PublicIP, "192.0.2.17", "···.·.·.··"},
		{telltale.SMS, "see \x1b[31m you", "·············"},
		{telltale.Other, "", ""},
	} {
		v := telltale.NewValue(c.kind, c.raw)
		if got := telltale.NewMasker(false).Value(v); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.kind, c.raw, got, c.want)
		}
		if c.raw != "see \x1b[31m you" && telltale.NewMasker(true).Value(v) != c.raw {
			t.Errorf("%s %q is not revealed", c.kind, c.raw)
		}
	}
}

// TestValueHides: a mask has the length of its value and is never the value.
func TestValueHides(t *testing.T) {
	m := telltale.NewMasker(false)
	for _, kind := range telltale.Kinds {
		for _, id := range identifiers(rand.New(rand.NewPCG(1, 1))) {
			got := m.Value(telltale.NewValue(kind, id))
			if got == id || utf8.RuneCountInString(got) != utf8.RuneCountInString(id) {
				t.Errorf("%s %q: %s", kind, id, got)
			}
			if last, _ := utf8.DecodeLastRuneInString(got); last != telltale.Dot && kind != telltale.Email {
				t.Errorf("%s %q keeps its last character: %s", kind, id, got)
			}
		}
	}
}

func TestAddr(t *testing.T) {
	m := telltale.NewMasker(false)
	for in, want := range map[string]string{
		"192.0.2.17":                       "192.0.2.17",
		"2001:db8::1":                      "2001:db8::1",
		"fe80::21a:2bff:fe3c:4d5e":         "fe80::21a:2bff:fe··:····",
		"fe80::21a:2bff:fe00:0%eth0":       "fe80::21a:2bff:fe··:····",
		"2001:db8:1:2:21a:2bff:fe3c:5":     "2001:db8:1:2:21a:2bff:fe··:····",
		"::ffff:192.0.2.1":                 "::ffff:192.0.2.1",
		"2001:db8:1:2:a21a:2b00:fe3c:4d5e": "2001:db8:1:2:a21a:2b00:fe3c:4d5e",
		"2001:db8::ff:fe00:1":              "2001:db8::ff:fe··:····",
	} {
		if got := m.Addr(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
		text := m.Text(telltale.NewText(want))
		if text != want {
			t.Errorf("as a text, %s: %s", want, text)
		}
	}
	if got := telltale.NewMasker(true).Addr(netip.MustParseAddr("fe80::21a:2bff:fe3c:4d5e")); got != "fe80::21a:2bff:fe3c:4d5e" {
		t.Errorf("revealed: %s", got)
	}
}

// readable is what must survive byte for byte.
var readable = []string{
	"zzhc.vnet.cn", "connectivitycheck.gstatic.com", "android.clients.google.com", "e6858.dsce9.akamaiedge.net",
	"firebaseinstallations.googleapis.com", "pagead2.googlesyndication.com", "ec2-52-18-33-44.eu-west-1.compute.amazonaws.com",
	"time.xtracloud.net", "path1.xtracloud.net", "captive.apple.com", "1e100.net", "17.253.144.10.in-addr.arpa", "192.0.2.17:8080",
	"2a00:1450:4001:82a::200e", "[2001:db8::1]:443", "wlan.mnc001.mcc001.3gppnetwork.org",
	"Apache-HttpClient/UNAVAILABLE (java 1.4)",
	"Dalvik/2.1.0 (Linux; U; Android 9; Nokia 7 plus Build/PPR1.180610.011)",
	"Mozilla/5.0 (Linux; Android 10; SM-G973F Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/81.0.4044.138 Mobile Safari/537.36",
	"CaptiveNetworkSupport-390.60.1 wispr", "CFNetwork/1121.2.2 Darwin/19.3.0", "okhttp/3.12.1",
	"http.body > base64 > json:$.SIM1ICCID", "http.header:x-up-calling-line-id", "json:$.devices[0].SIM1LTEIMSI", "base64>json",
	"POST / HTTP/1.1", "GET /v2/check/update.json", "application/encrypted-json", "text/html; charset=utf-8",
	"Thu, 21 Mar 2019", "10:11:12 GMT", "Ääkköset käyvät", "你好, 世界", "100% of 5 & more", `C:\dir`, "h2", "http/1.1", "",
}

func TestReadable(t *testing.T) {
	m := telltale.NewMasker(false, telltale.NewValue(telltale.IMEI, "001012704839210"), telltale.NewValue(telltale.Model, "Nokia 7 plus"))
	for _, s := range readable {
		if got := m.Text(telltale.NewText(s)); got != s {
			t.Errorf("%q is shown as %q", s, got)
		}
	}
}

// identifiers makes up 40 identifiers of the sorts that have a shape.
func identifiers(rnd *rand.Rand) []string {
	digits := func(prefix string, n int) string {
		for len(prefix) < n {
			prefix += string(rune('0' + rnd.IntN(10)))
		}
		return prefix
	}
	hexes := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return hex.EncodeToString(b)
	}
	var out []string
	for range 5 {
		mac := hexes(6)
		out = append(out, digits("00101", 15), digits("89999", 20), digits("00101", 15), "+35840"+digits("", 7),
			mac[:2]+":"+mac[2:4]+":"+mac[4:6]+":"+mac[6:8]+":"+mac[8:10]+":"+mac[10:], hexes(8),
			hexes(4)+"-"+hexes(2)+"-"+hexes(2)+"-"+hexes(2)+"-"+hexes(6), strings.ToUpper(digits("A00000", 9)+hexes(3)[:5]))
	}
	return out
}

// writings are the usual ways to write an identifier into a text.
var writings = map[string]func(string) string{
	"plain":     func(s string) string { return s },
	"upper":     strings.ToUpper,
	"reversed":  func(s string) string { r := []byte(s); slices.Reverse(r); return string(r) },
	"spaced":    func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
	"hex":       func(s string) string { return hex.EncodeToString([]byte(s)) },
	"base64":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(`{"` + s + `"}`)) },
	"base64x2": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	},
	"base32":   func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) },
	"percent":  func(s string) string { return each(s, "%%%02X") },
	"query":    url.QueryEscape,
	"unicode":  func(s string) string { return each(s, `\u%04x`) },
	"html":     func(s string) string { return each(s, "&#%d;") },
	"htmlhex":  func(s string) string { return each(s, "&#x%x;") },
	"cescape":  func(s string) string { return each(s, `\x%02x`) },
	"utf16":    func(s string) string { return each(s, "%c\x00") },
	"hexcolon": func(s string) string { return strings.TrimPrefix(each(s, ":%02x"), ":") },
	"doubled":  func(s string) string { return each(s, "%%25%02x") },
}

func each(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// places are the texts that an identifier may stand in.
var places = []string{"%s", "%s.example.org", "/api/v2/%s/config", "Agent/1.0 (%s; Linux)", "the number %s was sent", `{"id":"%s","n":1}`}

// most is how many characters of an identifier in a row may stay readable:
// fewer than any shape has.
const most = 6

func TestNothingSurvives(t *testing.T) {
	m, open := telltale.NewMasker(false), telltale.NewMasker(true)
	for seed := range uint64(25) {
		for _, id := range identifiers(rand.New(rand.NewPCG(seed, 2))) {
			for name, write := range writings {
				written := write(id)
				for _, place := range places {
					checkHidden(t, m, open, name, written, place, (most+1)*len(written)/len(id))
				}
			}
		}
	}
}

func checkHidden(t *testing.T, m, open *telltale.Masker, name, written, place string, most int) {
	t.Helper()
	whole := fmt.Sprintf(place, written)
	got := m.Text(telltale.NewText(whole))
	for i := 0; i+most <= len(written); i++ {
		if strings.Contains(got, written[i:i+most]) {
			t.Errorf("%s: %q is shown as %q", name, whole, got)
			return
		}
	}
	if name != "utf16" && !strings.Contains(open.Text(telltale.NewText(whole)), written) {
		t.Errorf("%s: %q is not revealed", name, whole)
	}
}

// TestKnown: a known value is hidden where no shape gives it away.
func TestKnown(t *testing.T) {
	for _, c := range []struct {
		kind  telltale.Kind
		raw   string
		texts []string
	}{
		{telltale.SSID, "Tuulentie", []string{"Tuulentie", "join tuulentie now", "T-u-u-l-e-n-t-i-e", "eitneluuT", "54:75:75:6c:65:6e:74:69:65", "Tuul%65ntie"}},
		{telltale.SSID, "Ab1", []string{"ab1", "x=AB1;"}},
		{telltale.SSID, "***!", []string{"on ***! now"}},
		{telltale.Hostname, "Annan-puhelin", []string{"annan-puhelin.local", "annanpuhelin", "Annan_Puhelin"}},
		{telltale.PersonName, "Äijä Öhman", []string{"by äijä öhman", "ÄIJÄÖHMAN"}},
		{telltale.Serial, "NOKIAAB", []string{"nokiaab", "/NOKIAAB/"}},
		{telltale.IMSI, "001010123456789", []string{"\x00\x01\x01\x21\x43\x65\x87\xf9", "x\x00\x10\x10\x12\x34\x56\x78\x9fy"}},
	} {
		known := telltale.NewValue(c.kind, c.raw)
		m, blind := telltale.NewMasker(false, known), telltale.NewMasker(false)
		texts := c.texts
		for before := 0; before < 3 && len(c.raw) > 3; before++ {
			texts = append(texts, base64.RawStdEncoding.EncodeToString([]byte("   "[:before]+c.raw)))
		}
		for _, s := range texts {
			if got := m.Text(telltale.NewText(s)); !strings.ContainsRune(got, telltale.Dot) {
				t.Errorf("%q: %q is shown as %q (without knowing: %q)", c.raw, s, got, blind.Text(telltale.NewText(s)))
			}
		}
	}
	m := telltale.NewMasker(false, telltale.NewValue(telltale.SSID, "Ab1"))
	if got := m.Text(telltale.NewText("cab12 abc")); got != "cab12 abc" {
		t.Errorf("a short value is hidden within a word: %q", got)
	}
}

func TestTextBlanks(t *testing.T) {
	m := telltale.NewMasker(false)
	for _, c := range []struct{ text, want string }{
		{telltale.NewMasker(false).Text(telltale.NewText("id=Tuulentie;", telltale.Range{Start: 3, End: 12})), "id=·········;"},
		{m.Text(telltale.NewText("päivä", telltale.Range{Start: 2, End: 3})), "p·ivä"},
		{m.Text(telltale.NewText("abc", telltale.Range{Start: 1, End: 99})), "a··"},
		{m.URL(telltale.NewText("/a/b?x=1#y")), "/a/b?···"},
		{m.URL(telltale.NewText("/a/b#y?z")), "/a/b?···"},
		{m.URL(telltale.NewText("/356938035643809?x")), "/···············?···"},
		{m.URL(telltale.NewText("/a/b")), "/a/b"},
		{m.Text(telltale.NewText("anna.b@example.org")), "······@example.org"},
		{m.Text(telltale.NewText("http://anna:pw@example.org/")), "http://·······@example.org/"},
		{m.Text(telltale.NewText("a\x1b[1mwhite\u202e and then\u2028")), `a\x1b[1mwhite\u{202e} and then\u{2028}`},
		{telltale.NewMasker(true).Text(telltale.NewText("a\x1b\u202e\xffb\u0085\n")), `a\x1b\u{202e}\xffb\u{85}\x0a`},
		{telltale.NewMasker(true).URL(telltale.NewText("/a?b=1#c")), "/a?b=1#c"},
	} {
		if c.text != c.want {
			t.Errorf("%q, want %q", c.text, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	imei := telltale.NewValue(telltale.IMEI, "001012704839210")
	plain := telltale.Excerpt{Data: []byte("{\"IMEI1\":\"001012704839210\",\n\"X\":\"89999001234567890125\"}"), Mark: telltale.Range{Start: 10, End: 25}, Value: imei}
	wire := telltale.Excerpt{Data: []byte("eyJJTUVJMSI6IjAwMTAxMjcwNDgzOTIxMCIs\nkeep"), Blank: []telltale.Range{{Start: 13, End: 34}}, Mark: telltale.Range{Start: 13, End: 34}, Value: imei, Encoded: true}
	reversed := telltale.Excerpt{Data: []byte("id 012938407210100"), Mark: telltale.Range{Start: 3, End: 18}, Value: imei}
	for _, c := range []struct {
		reveal       bool
		e            telltale.Excerpt
		text, marked string
	}{
		{false, plain, `{"IMEI1":"00101270·······",␊"X":"····················"}`, "00101270·······"},
		{true, plain, `{"IMEI1":"001012704839210",␊"X":"89999001234567890125"}`, "001012704839210"},
		{false, wire, "eyJJTUVJMSI6I·····················Is␊keep", "·····················"},
		{false, reversed, "id ···············", "···············"},
	} {
		text, mark := telltale.NewMasker(c.reveal).Excerpt(c.e)
		if text != c.text {
			t.Errorf("%s, want %s", text, c.text)
		}
		if got := string([]rune(text)[mark.Start:mark.End]); got != c.marked {
			t.Errorf("marked %q, want %q", got, c.marked)
		}
	}
}

var (
	digitRun = regexp.MustCompile(`[0-9]{7,}`)
	escapes  = regexp.MustCompile(`(?i)%[0-9a-f]{2}|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|&#[0-9]{1,6};|&#x[0-9a-f]{1,6};`)
)

// maskRatio is how many times more than a parser a Masker takes: it looks at
// each character of a string by itself, and the string comes from a parser.
const maskRatio = 8

func FuzzText(f *testing.F) {
	for _, s := range readable {
		f.Add(s, int64(0), int64(2))
	}
	for _, write := range writings {
		f.Add("x"+write("001012704839210")+"y", int64(3), int64(5))
	}
	for _, s := range []string{ // once masked to something that masked to something else
		"000000A\x00\x0100@00000", "[00000000000000000'000@A", "x%30%30%31%30%I1%32%37%30%@\x00%32%31%30y", "0\\\xff00000",
		"[2001:]:4o\xf2Qa:b\x8f1:38/d", "0  0@A 00 0 A 0 0", "2001:0db8:0000:0000:021a:2bff:fe3c:4d5e",
	} {
		f.Add(s, int64(0), int64(44))
		f.Add(s, int64(5), int64(4))
	}
	m := telltale.NewMasker(false, telltale.NewValue(telltale.MAC, "02:00:5e:10:7a:c4"), telltale.NewValue(telltale.SSID, "Ab1"))
	f.Fuzz(func(t *testing.T, s string, start, n int64) {
		blank := telltale.Range{Start: start, End: start + n%16}
		got := m.Text(telltale.NewText(s, blank))
		oracle.Allocates(t, 0, maskRatio*len(s), func() { m.Text(telltale.NewText(s, blank)) })
		checkHarmless(t, s, got)
		checkHarmless(t, s, telltale.NewMasker(true).Text(telltale.NewText(s)))
		if run := digitRun.FindString(escapes.ReplaceAllString(s, " ")); run != "" && strings.Contains(escapes.ReplaceAllString(got, " "), run) {
			t.Errorf("%q is shown as %q", s, got)
		}
		if again := m.Text(telltale.NewText(got)); again != got {
			t.Errorf("%q is shown as %q, and that as %q", s, got, again)
		}
		text, mark := m.Excerpt(telltale.Excerpt{Data: []byte(s), Mark: blank})
		if n := int64(utf8.RuneCountInString(text)); n > int64(len(s)) || mark.End > n || mark.Start > n {
			t.Errorf("excerpt of %q: %q, mark %v", s, text, mark)
		}
		checkHarmless(t, s, text)
	})
}

func checkHarmless(t *testing.T, s, got string) {
	t.Helper()
	if !utf8.ValidString(got) || len(got) > 4*len(s) {
		t.Errorf("%q is shown as %q", s, got)
	}
	for _, r := range got {
		if r != utf8.RuneError && !unicode.IsPrint(r) {
			t.Errorf("%q shows %U", s, r)
		}
	}
}

func TestTextAllocates(t *testing.T) {
	m := telltale.NewMasker(false, telltale.NewValue(telltale.MAC, "02:00:5e:10:7a:c4"))
	host := telltale.NewText("connectivitycheck.gstatic.com")
	if n := testing.AllocsPerRun(100, func() { m.Text(host) }); n != 0 {
		t.Errorf("a readable host takes %v allocations", n)
	}
}

func BenchmarkText(b *testing.B) {
	m := telltale.NewMasker(false, telltale.NewValue(telltale.MAC, "02:00:5e:10:7a:c4"))
	for name, s := range map[string]string{
		"agent": "Dalvik/2.1.0 (Linux; U; Android 9; Nokia 7 plus Build/PPR1.180610.011)",
		"host":  "start-food.book.example",
	} {
		b.Run(name, func(b *testing.B) {
			t := telltale.NewText(s)
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				m.Text(t)
			}
		})
	}
}
