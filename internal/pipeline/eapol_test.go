package pipeline

import (
	"fmt"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// eapFrame is a frame of 802.1X between two hardware addresses.
func eapFrame(from, to byte, pdu string) []byte {
	frame := []byte{2, 0, 0x5e, 0, 0x53, to, 2, 0, 0x5e, 0, 0x53, from, 0x88, 0x8e}
	for frame = append(frame, pdu...); len(frame) < 60; {
		frame = append(frame, 0)
	}
	return frame
}

// TestEAPOL has who asks to be let into a network be a message of a flow of
// its own, whoever spoke first, and every byte be counted.
func TestEAPOL(t *testing.T) {
	const identity = "0001010123456789@wlan.mnc010.mcc001.3gppnetwork.org"
	n := byte(5 + len(identity))
	var packets []capture.Packet
	for i, frame := range [][]byte{
		eapFrame(1, 2, "\x02\x00\x00\x05\x01\x07\x00\x05\x01"),
		eapFrame(2, 1, "\x01\x00\x00"+string([]byte{n})+"\x02\x07\x00"+string([]byte{n})+"\x01"+identity),
		eapFrame(1, 2, "\x02\x00\x00\x04\x03\x08\x00\x04"),
		eapFrame(3, 1, "\x01\x01\x00\x00"),
	} {
		packets = append(packets, capture.Packet{Data: frame, Time: start + int64(i), Number: int64(i + 1), WireLen: len(frame), Link: packet.LinkEthernet})
	}
	for _, workers := range []int{1, 4} {
		h := hearWith(t, packets, Config{Workers: workers, Messages: true}, 0)
		s := h.only(t)
		if s.Kind != telltale.IMSI || s.Value.Raw() != "001010123456789" || s.Field.Raw() != "eapol.eap_identity" || s.Packets[0] != 2 {
			t.Errorf("%s %s in %s of %v", s.Kind, s.Value.Raw(), s.Field.Raw(), s.Packets)
		}
		if got := h.tally.Packets.Decoded; got != 4 {
			t.Errorf("%d packets decoded", got)
		}
		var flows []string
		for _, e := range h.events {
			if e.Message == nil && e.Told == nil {
				flows = append(flows, fmt.Sprint(e.Flow.AppProto, " ", e.Flow.Reversed, " ", e.Flow.Key.Src))
			}
		}
		if want := "[eapol true fe80::5eff:fe00:5301 eapol false fe80::5eff:fe00:5303]"; fmt.Sprint(flows) != want {
			t.Errorf("flows %v, want %s", flows, want)
		}
	}
}
