package pipeline

import (
	"bytes"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// links are the link types of fuzzed frames.
var links = []packet.Link{packet.LinkEthernet, packet.LinkRaw, packet.LinkNull, packet.LinkSLL, packet.LinkSLL2, packet.LinkRadiotap, packet.LinkWiFi, packet.LinkPPP, packet.LinkPPI}

// FuzzFrames runs arbitrary frames through: two bytes of length before each,
// whose upper bits say how much the capture length cut off and whether the
// frame comes again. The books balance, two workers say what one says, and no
// parser fails.
func FuzzFrames(f *testing.F) {
	for seed := range uint64(6) {
		f.Add(uint8(0), framed(mixture(&dice{noise(seed, 90)})))
	}
	f.Fuzz(func(t *testing.T, link uint8, b []byte) {
		packets := unframed(links[int(link)%len(links)], b)
		one := hear(t, packets)
		two := hearWith(t, packets, Config{Workers: 2, Messages: true}, 1)
		same(t, "two workers, a packet a batch", two.lines(true), one.lines(true))
		checkParsers(t, one.tally)
	})
}

// checkParsers holds that no parser panicked or was stuck, nor anything else:
// outside of tests that would be contained, and not be seen.
func checkParsers(t *testing.T, y *Tally) {
	t.Helper()
	if n := y.Payload.Skipped[telltale.SkipParserPanic] + y.Payload.Skipped[telltale.SkipParserStuck] + y.Faults; n > 0 {
		t.Fatalf("a parser failed: %+v", y.Payload)
	}
}

func framed(packets []capture.Packet) (b []byte) {
	for _, p := range packets {
		b = append(b, byte(len(p.Data)>>8&7), byte(len(p.Data)))
		b = append(b, p.Data[:len(p.Data)&0x7ff]...)
	}
	return b
}

func unframed(link packet.Link, b []byte) (packets []capture.Packet) {
	for len(b) >= 2 && len(packets) < 500 {
		how, n := b[0]>>3, min(int(b[0]&7)<<8|int(b[1]), len(b)-2)
		data := bytes.Clone(b[2 : 2+n])
		b = b[2+n:]
		for range 1 + how&1 {
			number := int64(len(packets) + 1)
			packets = append(packets, capture.Packet{Data: data, Time: start + number*1e6, Number: number, WireLen: n + int(how>>1)*7, Link: link})
		}
	}
	return packets
}
