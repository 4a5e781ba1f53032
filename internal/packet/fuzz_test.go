package packet

import (
	"bytes"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

// check holds a decoded header to what every header promises.
func check(t *testing.T, link Link, data []byte, wireLen int) Header {
	t.Helper()
	h := Header{VLAN: 9, Fragment: true, Cut: 3, Flags: 0xff} // left over from another packet
	data = slices.Clip(data)                                  // memory ends with the packet
	before := bytes.Clone(data)
	if s := h.Decode(link, data, wireLen); s != h.Status || !slices.Contains(Statuses, s) {
		t.Fatalf("status %d, returned %d", h.Status, s)
	}
	if h.Status == OK {
		h.Sum(data)
	}
	if !bytes.Equal(data, before) {
		t.Fatal("the packet was changed")
	}
	if h.PayloadStart < 0 || h.PayloadStart > h.PayloadEnd || h.PayloadEnd > len(data) {
		t.Fatalf("payload [%d, %d) of %d bytes", h.PayloadStart, h.PayloadEnd, len(data))
	}
	if h.Cut < 0 || h.PayloadEnd+h.Cut > max(wireLen, len(data)) || h.Cut > 0 && h.PayloadEnd < len(data) {
		t.Fatalf("cut %d after %d of %d bytes, %d on the wire", h.Cut, h.PayloadEnd, len(data), wireLen)
	}
	if ports := h.Status == OK && (h.Proto == TCP || h.Proto == UDP); !ports && h.SrcPort|h.DstPort != 0 {
		t.Fatalf("ports without a reason: %+v", h)
	}
	return h
}

// checkCuts holds a packet to this: cut short by the capture length it reads
// the same as whole, or as truncated.
func checkCuts(t *testing.T, link Link, data []byte) {
	t.Helper()
	full := check(t, link, data, len(data))
	for n := range data {
		h := check(t, link, data[:n], len(data))
		if h.Status == Truncated {
			continue
		}
		if want := full.cutTo(n); h != want {
			t.Fatalf("cut to %d of %d bytes:\n%+v\nwant\n%+v", n, len(data), h, want)
		}
	}
}

// cutTo returns what is left to know of a packet that was cut to n bytes: of
// a TCP header only the first 20 are needed, but for options and checksum.
func (h Header) cutTo(n int) Header {
	if h.Proto == TCP && h.summed && n < h.PayloadStart {
		h.Stamp, h.Stamped, h.Signed = 0, false, false
		h.transportStart, h.summed = 0, false
	}
	payload := h.PayloadEnd - h.PayloadStart
	h.PayloadEnd = min(n, h.PayloadEnd)
	h.PayloadStart = min(h.PayloadStart, h.PayloadEnd)
	h.Cut = payload - (h.PayloadEnd - h.PayloadStart)
	if h.SurplusEnd = min(n, h.SurplusEnd); h.SurplusEnd <= h.SurplusStart {
		h.SurplusStart, h.SurplusEnd = 0, 0
	}
	return h
}

func TestCuts(t *testing.T) {
	for _, c := range cases {
		checkCuts(t, c.link, bytesOf(t, c.data...))
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add(uint16(c.link), bytesOf(f, c.data...), c.cut)
	}
	for _, c := range tunnelCases {
		f.Add(uint16(LinkRaw), c.data, 0)
	}
	for _, c := range spareCases {
		f.Add(uint16(LinkRaw), c.data, 0)
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, cut int) {
		oracle.Allocates(t, 0, 0, func() { innermost(t, Link(link), data, len(data)+cut%(1<<20)) })
		h := innermost(t, Link(link), data, len(data)+cut%(1<<20))
		for n := 0; h.Next(data, &h); n++ {
			if n > len(data) {
				t.Fatal("no end of packets")
			}
		}
		if len(data) < 256 {
			checkCuts(t, Link(link), data)
		}
	})
}
