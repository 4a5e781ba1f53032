package dissect

import (
	"encoding/binary"
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

var quicSamples = []sample{
	{"version 1", quic, 443, []turn{
		{telltale.ToServer, quicLong(0xc3, quicVersion1, 1250)},
		{telltale.ToClient, quicLong(0xe3, quicVersion1, 120)},
		{telltale.ToServer, []byte("\x41 a short header and sealed bytes")},
	}},
	{"version 2 elsewhere", quic, 4433, []turn{{telltale.ToServer, quicLong(0xd3, quicVersion2, 1200)}}},
	{"negotiation", quic, 443, []turn{{telltale.ToClient, quicLong(0x80, quicNegotiation, 23)}}},
}

var unknownSamples = []sample{
	{"a protocol of its own", Unknown, 9999, []turn{
		up("REG 001012704839210 02:00:5e:10:7a:c4\n"), down("OK\n"), up("BYE\n"),
	}},
}

func TestQUICProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		port uint16
		want Verdict
	}{
		"draft 29":                  {quicLong(0xc0, quicDraft29, 1200), 8000, Yes},
		"draft 28":                  {quicLong(0xc0, quicDraft29-1, 1200), 443, No},
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
