package dissect

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// quicLong returns a datagram of n bytes with a long header.
func quicLong(first byte, version uint32, n int) []byte {
	b := make([]byte, n)
	b[0] = first
	binary.BigEndian.PutUint32(b[1:], version)
	b[5] = 8 // the length of the first id; the second has none
	return b
}

// frame returns a CRYPTO frame.
func frame(off int, b []byte) string {
	return string([]byte{frameCrypto, 0x40 | byte(off>>8), byte(off), 0x40 | byte(len(b)>>8), byte(len(b))}) + string(b)
}

// sealInitial returns an Initial packet with frames, as a client seals it.
func sealInitial(version uint32, id string, number byte, frames string) []byte {
	first := byte(0xc0)
	if version == quicVersion2 {
		first = 0xd0
	}
	k, _ := deriveQUIC(version, []byte(id))
	frames += strings.Repeat("\x00", max(0, 1162-len(frames)))
	head := binary.BigEndian.AppendUint32([]byte{first}, version)
	head = append(append(head, byte(len(id))), id...)
	head = append(head, 0, 0) // no id of its own, no token
	head = binary.BigEndian.AppendUint16(head, uint16(0x4000|1+len(frames)+16))
	head = append(head, number)
	nonce := slices.Clone(k.iv)
	nonce[11] ^= number
	b := k.seal.Seal(head, nonce, []byte(frames), head)
	var mask [16]byte
	k.head.Encrypt(mask[:], b[len(head)+3:len(head)+19])
	b[0] ^= mask[0] & 0x0f
	b[len(head)-1] ^= mask[1]
	return b
}

// TestQUICKeys compares with the keys of RFC 9001, appendix A.1, and RFC 9369,
// appendix A.1.
func TestQUICKeys(t *testing.T) {
	id := []byte("\x83\x94\xc8\xf0\x3e\x51\x57\x08")
	for version, want := range map[uint32]string{quicVersion1: "fa044b2f42a3fd3b46fb255c", quicVersion2: "91f73e2351d8fa91660e909f"} {
		client, _ := deriveQUIC(version, id)
		if got := hex.EncodeToString(client.iv); got != want {
			t.Errorf("version %x: iv %s, want %s", version, got, want)
		}
	}
}

var quicSamples = []sample{
	{"version 1", quic, 443, []turn{
		{telltale.ToServer, quicLong(0xc3, quicVersion1, 1250)},
		{telltale.ToClient, quicLong(0xe3, quicVersion1, 120)},
		{telltale.ToServer, []byte("\x41 a short header and sealed bytes")},
	}},
	{"a hello in one packet", quic, 443, []turn{
		{telltale.ToServer, sealInitial(quicVersion1, "8 bytes!", 0, frame(0, simpleHello))},
		{telltale.ToServer, sealInitial(quicVersion1, "8 bytes!", 1, frame(0, simpleHello))},
	}},
	{"a hello in pieces, out of order, over two datagrams", quic, 443, []turn{
		{telltale.ToServer, sealInitial(quicVersion2, "8 bytes!", 0, "\x01"+frame(60, simpleHello[60:90])+frame(0, simpleHello[:40]))},
		{telltale.ToServer, append(sealInitial(quicVersion2, "8 bytes!", 1, "\x02\x00\x00\x01\x00\x00\x00"+frame(85, simpleHello[85:])+frame(40, simpleHello[40:60])),
			sealInitial(quicVersion2, "8 bytes!", 2, "\x00")...)},
	}},
	{"a hello after a Retry", quic, 443, []turn{
		{telltale.ToServer, sealInitial(quicDraft29, "8 bytes!", 0, frame(0, simpleHello[:50]))},
		{telltale.ToClient, quicLong(0xf0, quicDraft29, 60)},
		{telltale.ToServer, sealInitial(quicDraft29, "another!", 1, frame(50, simpleHello[50:]))},
	}},
	{"version 2 elsewhere", quic, 4433, []turn{{telltale.ToServer, quicLong(0xd3, quicVersion2, 1200)}}},
	{"negotiation", quic, 443, []turn{{telltale.ToClient, quicLong(0x80, quicNegotiation, 23)}}},
}

var unknownSamples = []sample{
	{"a protocol of its own", Unknown, 9999, []turn{
		up("REG 001012704839210 02:00:5e:10:7a:c4\n"), down("OK\n"), up("BYE\n"),
	}},
}

// TestQUICScatteredHello reads a hello whose every byte comes in a frame of its
// own: that each of them is searched has to do where they are too many.
func TestQUICScatteredHello(t *testing.T) {
	for size, whole := range map[int]bool{1000: true, maxCuts: false} {
		padding := strings.Repeat("p", size)
		exts := u16(21) + u16(size) + padding + string(simpleHello[len(simpleHello)-21:]) // its server_name
		body := string(simpleHello[4:45]) + u16(len(exts)) + exts
		hello := []byte("\x01\x00" + u16(len(body)) + body)
		s := sample{"", quic, 443, nil}
		for off := 0; off < len(hello); {
			var frames strings.Builder
			for range 190 {
				if off < len(hello) {
					frames.WriteString(frame(off, hello[off:off+1]) + "\x01")
					off++
				}
			}
			s.turns = append(s.turns, turn{telltale.ToServer, sealInitial(quicVersion1, "8 bytes!", byte(len(s.turns)), frames.String())})
		}
		log := strings.Join(s.play(t, every(1)), "\n")
		if !strings.Contains(log, "sni=made-up.test") {
			t.Errorf("%d bytes: the hello is not read", size)
		}
		if got := strings.Contains(log, padding); got != whole {
			t.Errorf("%d bytes: searched as a whole: %t, want %t", size, got, whole)
		}
	}
}

func TestQUICProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		port uint16
		want Verdict
	}{
		"draft 29":                  {quicLong(0xc0, quicDraft29, 1200), 8000, Yes},
		"draft 26":                  {quicLong(0xc0, quicDraft27-1, 1200), 443, No},
		"small at its port":         {quicLong(0xc0, quicVersion1, 60), 443, Yes},
		"small elsewhere":           {quicLong(0xc0, quicVersion1, 1199), 4433, No},
		"no fixed bit":              {quicLong(0x80, quicVersion1, 1200), 443, No},
		"short header":              {quicLong(0x40, quicVersion1, 1200), 443, No},
		"negotiation elsewhere":     {quicLong(0x80, 0, 23), 53, No},
		"negotiation of no version": {quicLong(0x80, 0, 15), 443, No},
		"id too long":               {append([]byte{0xc0, 0, 0, 0, 1, 21}, make([]byte, 1300)...), 443, No},
		"cut in its ids":            {quicLong(0xc0, quicVersion1, 1200)[:10], 443, No},
	} {
		if got := quic.Probe(telltale.ToServer, c.b, c.port); got != c.want {
			t.Errorf("%s: verdict %d, want %d", name, got, c.want)
		}
	}
}

func TestUnknownEndsAtGap(t *testing.T) {
	s := sample{"", Unknown, 1, []turn{up("0123456789")}}
	log := s.playGap(t, 0, 4, 2)
	if len(log) != 2 {
		t.Errorf("%d messages, want one on either side of the gap: %q", len(log), log)
	}
}

func TestChooseKeepsToTheProtocol(t *testing.T) {
	b := []byte("GET / HTTP/1.1\r\n\r\n")
	if c, v := Choose(packet.UDP, telltale.ToServer, b, 80); c != Unknown || v != No {
		t.Errorf("HTTP in a datagram is taken for %s", c.Name)
	}
	if c, v := Choose(1, telltale.ToServer, b, 0); c != Unknown || v != No {
		t.Errorf("ICMP is taken for %s", c.Name)
	}
	if c, v := Choose(packet.TCP, telltale.ToServer, nil, 80); c == Unknown || v != Maybe {
		t.Errorf("no bytes at all are taken for %s, verdict %d", c.Name, v)
	}
}
