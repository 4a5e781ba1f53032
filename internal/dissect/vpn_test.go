package dissect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// dtlsOf packs a handshake message into a record of epoch 0.
func dtlsOf(typ byte, body string) string {
	n := string([]byte{0, byte(len(body) >> 8), byte(len(body))})
	message := string([]byte{typ}) + n + "\x00\x00" + "\x00\x00\x00" + n + body
	return "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00" + u16(len(message)) + message
}

// dtlsHello is a ClientHello with a cookie and a server's name.
func dtlsHello() string {
	const name = "made-up.example"
	sni := u16(len(name)+3) + "\x00" + u16(len(name)) + name
	exts := "\x00\x00" + u16(len(sni)) + sni + "\x00\x10\x00\x09\x00\x07\x06webrtc"
	return dtlsOf(clientHello, "\xfe\xfd"+strings.Repeat("r", 32)+"\x00"+"\x06cookie"+"\x00\x04\xc0\x2b\xc0\x2f"+"\x01\x00"+u16(len(exts))+exts)
}

// fragmentsOf cuts a record's one handshake message into fragments of n bytes, each
// in a datagram, the last one first, and the first one twice.
func fragmentsOf(record string, n int) []turn {
	message := record[dtlsHeader:]
	head, body := message[:6], message[12:]
	var turns []turn
	for off := 0; off < len(body); off += n {
		part := body[off:min(off+n, len(body))]
		fragment := head + "\x00" + u16(off) + "\x00" + u16(len(part)) + part
		turns = append(turns, up(record[:dtlsHeader-2]+u16(len(fragment))+fragment))
	}
	last := len(turns) - 1
	return append(append([]turn{turns[last], turns[0]}, turns[:last]...), up(record))
}

// TestDTLSFragments reads a greeting from its fragments once the last of them came,
// whatever their order, and none that lies about its size.
func TestDTLSFragments(t *testing.T) {
	var p dtlsParser
	turns := fragmentsOf(dtlsHello(), 40)
	for i, turn := range turns[:len(turns)-1] {
		var m Message
		if p.greets(&m, turn.b[dtlsHeader:]); (m.TLS != nil) != (i == len(turns)-2) {
			t.Errorf("fragment %d: read %t", i, m.TLS != nil)
		}
	}
	if string(p.tls.SNI) != "made-up.example" || p.parts != nil {
		t.Errorf("name %q", p.tls.SNI)
	}
	for _, lie := range []string{
		"\x01\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x01x",  // of 16 MiB
		"\x01\x00\x00\x10\x00\x00\x00\x00\x0f\x00\x00\x02xx", // beyond its end
		"\x01\x00\x00\x10\x00\x00\x00\x00\x0f\x00\x00\x00",
	} {
		if p.greets(new(Message), []byte(lie)); p.parts != nil {
			t.Errorf("%q is taken", lie)
		}
	}
}

// ikeOf packs payloads under a header.
func ikeOf(next, version, exchange, flags byte, payloads string) string {
	n := ikeHeader + len(payloads)
	return "initiator"[:8] + strings.Repeat("\x00", 8) + string([]byte{next, version, exchange, flags}) + "\x00\x00\x00\x00" + "\x00\x00" + u16(n) + payloads
}

var (
	ikeIdentity = "\x00\x00" + u16(8+len("owner.one@made-up.example")) + "\x03\x11\x01\xf4" + "owner.one@made-up.example"
	espPacket   = "\xc0\xff\xee\x01\x00\x00\x00\x07" + strings.Repeat("\xa7", 40)
)

var vpnSamples = []sample{
	packetOf("DTLS greeting", dtls, 443, dtlsHello()),
	{"DTLS, then data", dtls, 5684, []turn{
		up(dtlsHello()), down(dtlsOf(helloAsk, "\xfe\xff\x06cookie")), up(dtlsHello() + "\x14\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x01" + "\x16\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x00\x00\x04seal"),
		down("\x17\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x01\x00\x06sealed"), up("not DTLS any more"),
	}},
	packetOf("IKEv1 with an identity", ike, 500, ikeOf(ike1ID, 0x10, 4, 0, ikeIdentity)),
	{"IKEv2 and ESP", ike, 4500, []turn{
		up(marker + ikeOf(ike2IDi, 0x20, 34, 8, ikeIdentity)), up(marker + ikeOf(ike2Sealed, 0x20, 35, 8, strings.Repeat("s", 60))),
		down(espPacket), up("\xff"), down("\xc0\xff\xee\x01\x00\x00\x00\x08\x45\x00\x00\x30" + "imei=001012704839210" + strings.Repeat("\x00", 24)),
	}},
	{"OpenVPN", openVPN, 1194, []turn{
		up("\x38sessions\x00\x00\x00\x00\x00"), down("\x40sessions\x00\x00\x00\x00\x00"), up("\x20sessions\x00\x00\x00\x00\x01made up"), up("\x48\x00\x00\x01sealed"), down("\xf8nothing"),
	}},
	{"OpenVPN over TCP", openVPNTCP, 443, []turn{
		up("\x00\x0e\x38sessions\x00\x00\x00\x00\x00"), down("\x00\x0e\x40sessions\x00\x00\x00\x00\x00"),
		up("\x00\x13\x20sessions\x00\x00\x00\x00\x01made-"), up("\x00\x09\x48\x00\x00\x01seale"), down("\x00\x04\x48\x00\x00\x01\x00\x01\xf8"),
	}},
	{"DTLS greeting in fragments", dtls, 443, fragmentsOf(dtlsHello(), 40)},
	packetOf("OpenVPN elsewhere", openVPN, 9999, "\x38sessions\x00\x00\x00\x00\x00"),
}

// TestDTLSPrint holds the fingerprint of a greeting over DTLS to its own marks,
// and its JA3 to what tshark makes of the same lists.
func TestDTLSPrint(t *testing.T) {
	var p dtlsParser
	var m Message
	if p.greets(&m, []byte(dtlsHello())[dtlsHeader:]); m.TLS == nil {
		t.Fatal("no greeting")
	}
	if got, want := p.tls.JA4(), "dd2d0202wc_"; !strings.HasPrefix(got, want) {
		t.Errorf("JA4 is %s, want %s...", got, want)
	}
	if got, want := ja3Text(&p.tls), "65277,49195-49199,0-16,,"; got != want {
		t.Errorf("JA3 is of %s, want %s", got, want)
	}
	if string(p.tls.SNI) != "made-up.example" || p.tls.Version != "DTLS 1.2" {
		t.Errorf("%s, %s", p.tls.SNI, p.tls.Version)
	}
}

func TestVPNElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		of   *Dissector
		port uint16
		b    string
	}{
		"DTLS with a tail":     {dtls, 443, dtlsHello() + "x"},
		"TLS in a datagram":    {dtls, 443, "\x16\x03\x01\x00\x01x"},
		"IKE of another size":  {ike, 500, ikeOf(33, 0x20, 34, 8, "") + "x"},
		"ESP elsewhere":        {ike, 500, espPacket},
		"OpenVPN of data":      {openVPN, 1194, "\x48" + strings.Repeat("x", 40)},
		"OpenVPN's length":     {openVPNTCP, 1194, "\x01\x0e\x38sessions\x00\x00\x00\x00\x00"},
		"no reset over TCP":    {openVPNTCP, 1194, "\x00\x0e\x48sessions\x00\x00\x00\x00\x00"},
		"a length, no OpenVPN": {openVPNTCP, 443, "\x00\x0e\x39sess"},
		"a reset with a count": {openVPN, 9999, "\x38sessions\x00\x00\x00\x00\x01"},
	} {
		if v := c.of.Probe(telltale.ToServer, []byte(c.b), c.port); v != No {
			t.Errorf("%s: verdict %d", name, v)
		}
	}
}

var eapolSamples = []sample{
	{"802.1X", eapol, 0, []turn{
		up("\x01\x01\x00\x00"), down("\x02\x00\x00\x05\x01\x07\x00\x05\x01" + strings.Repeat("\x00", 37)),
		up("\x01\x00\x00\x20\x02\x07\x00\x20\x01owner.one@made-up.example.x"), down("\x02\x00\x00\x04\x03\x08\x00\x04"),
		up("\x02\x03\x00\x04keys"), up("\x02\x00\x00\x20\x02\x07"),
	}},
	{"EAP-AKA", eapol, 0, []turn{up("\x01\x00\x00\x20" + "\x02\x09\x00\x20\x17\x05\x00\x00" + "\x0d\x01\x00\x00" + "\x0e\x05\x00\x0f0001010123456789"[:19] + "\x00")}},
	{"EAP-AKA that lies", eapol, 0, []turn{up("\x01\x00\x00\x10" + "\x02\x09\x00\x10\x17\x05\x00\x00" + "\x0e\x02\x00\xff1234" + "\x0e\x00\x00\x00")}},
}
