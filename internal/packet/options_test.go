package packet

import (
	"encoding/binary"
	"strings"
	"testing"
)

// What hosts refuse is what Linux does; the lab's cases E23 ask it.
func TestRefused(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	for options, want := range map[string]bool{
		"":                                 false,
		"\x00\xff\xff\xff":                 false, // the end
		"\x01\x01\x01\x00":                 false,
		"\x94\x04\x00\x00":                 false, // router alert
		"\x07\x07\x04" + zeros(5):          false,
		"\x01\x83\x07\x04\x0a\x4d\x00\x01": true,
		"\x89\x03\x04\x00":                 true,
		"\x44\x0c\x05\x00":                 true,
		"\x44\x01\x05\x00":                 true,
		"\x01\x01\x01\x44":                 true,
	} {
		if got := refused4([]byte(options)); got != want {
			t.Errorf("IPv4 %q: %t", options, got)
		}
	}
	for options, want := range map[string]bool{
		"":                         false,
		"\x01\x04" + zeros(4):      false,
		zeros(6):                   false,
		"\x05\x02\x00\x00\x01\x00": false,
		"\x1e\x04" + zeros(4):      false, // not known, and need not be
		"\xc9\x10" + zeros(16) + "\x01\x02\x00\x00": false,
		"\x82\x04" + zeros(4):                       true,
		"\x42\x04" + zeros(4):                       true,
		"\x1e\x05" + zeros(4):                       true, // overruns
		zeros(5) + "\x01":                           true,
		"\x01\x06" + zeros(6):                       true,
		zeros(4) + "\x01\x02" + zeros(2):            true,
		zeros(4) + "\x05\x02" + zeros(2) + zeros(6): false,
	} {
		if got := refused6([]byte(options)); got != want {
			t.Errorf("IPv6 %q: %t", options, got)
		}
	}
}

// Where the checksum of the IPv4 header is wrong, that of what it carries counts for
// nothing; where it was left to the card, it says nothing.
func TestHeaderSum(t *testing.T) {
	for name, c := range map[string]struct {
		change func(sum uint16) uint16
		want   Sum
	}{
		"right": {func(sum uint16) uint16 { return sum }, GoodSum},
		"wrong": {func(sum uint16) uint16 { return sum ^ 0x0101 }, WrongSum},
		"none":  {func(uint16) uint16 { return 0 }, GoodSum},
	} {
		frame, start := summed(4, TCP, "abc")
		var h Header
		h.Decode(LinkEthernet, frame, len(frame))
		binary.BigEndian.PutUint16(frame[start+16:], ^fold(h.addressSum()+uint64(len(frame)-start)+uint64(sum(frame[start:]))))
		binary.BigEndian.PutUint16(frame[start-10:], c.change(^sum(frame[start-20:start])))
		h.Decode(LinkEthernet, frame, len(frame))
		if got := h.Sum(frame); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
