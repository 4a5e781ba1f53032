package dissect

import (
	"math/rand/v2"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// dnsBytes packs a message of these records, given as zone file lines.
func dnsBytes(response bool, name string, typ uint16, answers ...string) []byte {
	m := new(mdns.Msg)
	m.SetQuestion(name, typ)
	m.Id, m.Response, m.Compress = 4711, response, true
	for _, text := range answers {
		rr, err := mdns.NewRR(text)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// asking returns a query with several questions, as mDNS sends them.
func asking(names ...string) []byte {
	m := new(mdns.Msg)
	m.Compress = true
	for _, n := range names {
		m.Question = append(m.Question, mdns.Question{Name: n, Qtype: mdns.TypePTR, Qclass: mdns.ClassINET})
	}
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// prefixed puts the length of DNS over TCP before b.
func prefixed(b []byte) string { return string([]byte{byte(len(b) >> 8), byte(len(b))}) + string(b) }

var (
	dnsQuery   = dnsBytes(false, "ZZhc.vnet.cn.", mdns.TypeA)
	dnsAnswer  = dnsBytes(true, "ZZhc.vnet.cn.", mdns.TypeA, "ZZhc.vnet.cn. 60 IN CNAME a.test.", "a.test. 60 IN A 192.0.2.15", "a.test. 5 IN AAAA 2001:db8::1")
	dnsSeveral = asking("_made-up._tcp.local.", "_sleep._udp.local.", "x._tcp.local.")
	dnsAll     = dnsBytes(true, "x.test.", mdns.TypeANY,
		"x.test. 1 IN MX 10 mail.x.test.", "x.test. 2 IN TXT \"imei=001012704839210\" \"b\"", "x.test. 3 IN SRV 0 5 443 y.x.test.", "x.test. 4 IN NS ns.test.",
		"x.test. 5 IN HTTPS 1 . alpn=h2", "x.test. 6 IN PTR p.x.test.", "x.test. 7 IN CAA 0 issue \"ca.test\"", "x.test. 8 IN MX 0 .")
)

var dnsSamples = []sample{
	{"query and answer", dns, 53, []turn{{telltale.ToServer, dnsQuery}, {telltale.ToClient, dnsAnswer}}},
	{"several questions", dns, 5353, []turn{{telltale.ToServer, dnsSeveral}}},
	{"all types", dns, 53, []turn{{telltale.ToClient, dnsAll}}},
	{"malformed tail", dns, 53, []turn{{telltale.ToClient, dnsAnswer[:len(dnsAnswer)-3]}}},
	{"not DNS after DNS", dns, 53, []turn{{telltale.ToServer, dnsQuery}, up("imei=001012704839210 and more")}},
	{"mDNS announcement", dns, 5353, []turn{{telltale.ToServer, []byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x07made-up\x05local\x00\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\xc0\x00\x02\x07")}}},
	{"LLMNR", dns, 5355, []turn{{telltale.ToServer, dnsBytes(false, "made-up-phone.", mdns.TypeA)}}},
	{"bare refusal", dns, 53, []turn{{telltale.ToClient, []byte("\x12\x67\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00")}}},
	{"over TCP", dnsTCP, 53, []turn{up(prefixed(dnsQuery) + prefixed(dnsQuery)), down(prefixed(dnsAnswer) + prefixed(dnsAll))}},
	{"over TCP, then rubbish", dnsTCP, 53, []turn{up(prefixed(dnsQuery) + "\x00\x04abcdefgh")}},
}

// TestDNSBesides takes the addresses that stand beside the answers: hints of a
// service's record and those of the additional section, and no others.
func TestDNSBesides(t *testing.T) {
	var want mdns.Msg
	if err := want.Unpack(dnsBytes(true, "x.test.", mdns.TypeHTTPS, `x.test. 5 IN HTTPS 1 svc.test. alpn=h2 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1`)); err != nil {
		t.Fatal(err)
	}
	add := func(section *[]mdns.RR, text string) {
		rr, err := mdns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		*section = append(*section, rr)
	}
	add(&want.Ns, "test. 9 IN NS ns.test.")
	add(&want.Ns, "test. 9 IN A 192.0.2.9")
	add(&want.Extra, "ns.test. 7 IN AAAA 2001:db8::53")
	add(&want.Extra, "ns.test. 7 IN TXT \"no address\"")
	want.Compress = true
	b, err := want.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var m dnsMessage
	for range 2 { // as in a parser that is used again
		var got []string
		if m.open(b, false); m.head.questions == 1 {
			m.finish()
		}
		for _, a := range m.Besides {
			got = append(got, string(a.Name)+" "+a.Type+" "+a.Addr.String())
		}
		if s := strings.Join(got, ", "); s != "x.test HTTPS 192.0.2.1, x.test HTTPS 192.0.2.2, x.test HTTPS 2001:db8::1, ns.test AAAA 2001:db8::53" || m.cut {
			t.Errorf("besides: %s, cut %v", s, m.cut)
		}
	}
	if m.open(b[:len(b)-3], false); m.head.questions == 1 {
		m.finish()
	}
	if len(m.Besides) != 4 || m.cut {
		t.Errorf("of a section that ends early: %d, cut %v", len(m.Besides), m.cut)
	}
}

// TestDNSOracle packs messages, damages some, and compares with miekg/dns
// where both read them.
func TestDNSOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var m dnsMessage
	agreed, cut := 0, 0
	for range 20000 {
		b := append([]byte(nil), [][]byte{dnsQuery, dnsAnswer, dnsSeveral, dnsAll}[rnd.IntN(4)]...)
		for range rnd.IntN(3) {
			b[rnd.IntN(len(b))] = byte(rnd.Uint32())
		}
		var want mdns.Msg
		if want.Unpack(b) != nil || len(want.Question) == 0 || !m.open(b, false) {
			continue
		}
		if m.finish(); m.cut {
			cut++ // it follows pointers forward
			continue
		}
		agreeDNS(t, &m, &want)
		agreed++
	}
	if agreed < 5000 || cut > agreed/15 {
		t.Errorf("both read only %d messages, and %d in part", agreed, cut)
	}
}

func agreeDNS(t *testing.T, m *dnsMessage, want *mdns.Msg) {
	t.Helper()
	if got, name := string(m.Name), unescape(want.Question[0].Name); got != name {
		t.Fatalf("name %q, want %q", got, name)
	}
	if n := len(want.Question); n > 1 && len(m.Questions) != n {
		t.Fatalf("%d questions, want %d", len(m.Questions), n)
	}
	for i, q := range m.Questions {
		if name := unescape(want.Question[i].Name); string(q.Name) != name {
			t.Fatalf("question %q, want %q", q.Name, name)
		}
	}
	if len(m.Answers) != len(want.Answer) {
		t.Fatalf("%d answers, want %d", len(m.Answers), len(want.Answer))
	}
	for i, a := range m.Answers {
		rr := want.Answer[i]
		if string(a.Name) != unescape(rr.Header().Name) || a.TTL != rr.Header().Ttl {
			t.Fatalf("answer %q %d, want %s", a.Name, a.TTL, rr)
		}
		switch rr := rr.(type) {
		case *mdns.A:
			if !rr.A.Equal(a.Addr.AsSlice()) || string(a.Data) != rr.A.String() {
				t.Fatalf("address %s, want %s", a.Data, rr)
			}
		case *mdns.CNAME:
			if string(a.Data) != unescape(rr.Target) {
				t.Fatalf("target %q, want %s", a.Data, rr)
			}
		}
	}
}

// unescape undoes the escapes of a zone file and takes the last dot off.
func unescape(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			b = append(b, s[i])
		case s[i+1] >= '0' && s[i+1] <= '9':
			b = append(b, (s[i+1]-'0')*100+(s[i+2]-'0')*10+s[i+3]-'0')
			i += 3
		default:
			i++
			b = append(b, s[i])
		}
	}
	if len(b) > 1 {
		b = b[:len(b)-1]
	}
	return string(b)
}

func TestDNSNames(t *testing.T) {
	const head = "\x12\x67\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	for name, c := range map[string]struct {
		question string
		want     string
		ok       bool
	}{
		"case and odd bytes stay":   {"\x03aB\x00\x01.\x00\x00\x01\x00\x01", "aB\x00..", true},
		"root":                      {"\x00\x00\x01\x00\x01", ".", true},
		"pointer to itself":         {"\xc0\x0c\x00\x01\x00\x01", "", false},
		"pointer forward":           {"\x01a\xc0\x20\x00\x01\x00\x01", "", false},
		"reserved label":            {"\x41a\x00\x00\x01\x00\x01", "", false},
		"longer than a name may be": {strings.Repeat("\x3f"+strings.Repeat("a", 63), 4) + "\x00\x00\x01\x00\x01", "", false},
		"as long as it may be":      {strings.Repeat("\x3f"+strings.Repeat("a", 63), 3) + "\x3d" + strings.Repeat("a", 61) + "\x00\x00\x01\x00\x01", "", true},
		"cut":                       {"\x05ab", "", false},
		"class unheard of":          {"\x01a\x00\x00\x01\x00\x09", "", false},
	} {
		var m dnsMessage
		ok := m.open([]byte(head+c.question), false)
		if ok != c.ok || c.want != "" && string(m.Name) != c.want {
			t.Errorf("%s: %v, name %q", name, ok, m.Name)
		}
	}
}

// TestDNSHops hides a chain of pointers in a label, each leading to the one
// before and the first to the zero that ends the header. Of the second
// question's way through them 16 steps are taken.
func TestDNSHops(t *testing.T) {
	const header, question = "\x12\x67\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00", "\x00\x01\x00\x01"
	chain := "\xc0\x0b"
	for at := dnsHeader + 1; len(chain) < 60; at += 2 {
		chain += string([]byte{0xc0, byte(at)})
	}
	first := header + string(rune(len(chain))) + chain + "\x00" + question
	for hops := 2; hops < 30; hops++ {
		to := dnsHeader + 1 + 2*(hops-2)
		var m dnsMessage
		if !m.open([]byte(first+string([]byte{0xc0, byte(to)})+question), false) {
			t.Fatal("the first question is sound")
		}
		if m.finish(); m.cut != (hops > maxDNSHops) {
			t.Errorf("%d hops: cut %v", hops, m.cut)
		}
	}
}

func TestDNSFieldsLieOnTheWire(t *testing.T) {
	s := dnsSamples[0]
	log := strings.Join(s.play(t, whole), "\n")
	for _, want := range []string{`dns.name@13 "ZZhc.vnet.cn"`, "dns.rest@30", `"a.test" A 60 "192.0.2.15"`, `"ZZhc.vnet.cn" CNAME 60 "a.test"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
}

func TestDNSElsewhere(t *testing.T) {
	if c, v := Choose(packet.UDP, telltale.ToServer, dnsQuery, 9953); c != dns || v != Yes {
		t.Errorf("a query at an odd port is taken for %s", c.Name)
	}
	if c, v := Choose(packet.TCP, telltale.ToServer, []byte(prefixed(dnsQuery)), 9953); c != dnsTCP || v != Yes {
		t.Errorf("a query over TCP at an odd port is taken for %s", c.Name)
	}
	if c, _ := Choose(packet.UDP, telltale.ToServer, dnsQuery, portNBNS); c != Unknown {
		t.Errorf("NetBIOS is taken for %s", c.Name)
	}
}

func BenchmarkDNSAnswer(b *testing.B) {
	p, s := dns.New(dnsSamples[0].newFlow()), &drain{}
	b.SetBytes(int64(len(dnsAnswer)))
	b.ReportAllocs()
	for b.Loop() {
		p.Parse(telltale.ToClient, 0, dnsAnswer, s)
	}
}
