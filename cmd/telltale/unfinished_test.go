package main

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// unfinishedBody proves that a request which only we report was made: as many
// packets as we report hold its head, whole, and the body that it announces is
// not all in the capture, for which tshark waits before it reports a request.
func unfinishedBody(packets []capture.Packet, d difference) bool {
	if d.what != "http" || d.side != "ours" {
		return false
	}
	method, rest, _ := strings.Cut(d.line, " ")
	host, target, _ := strings.Cut(rest, " ")
	segments := segmentsOf(packets)
	n := 0
	for k, list := range segments {
		for _, s := range list {
			if size, ok := headOf(s.data, method, host, target); ok && !segments.has(k, s.seq+uint32(len(s.data)), s.seq+size) {
				n++
			}
		}
	}
	return n >= d.n
}

// headOf returns the length that the request at the front of b should have,
// body included, if it is that request with its head whole.
func headOf(b []byte, method, host, target string) (size uint32, ok bool) {
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	end := bytes.Index(b, []byte("\r\n\r\n"))
	fields := strings.Fields(string(line))
	if end < 0 || len(fields) != 3 || fields[0] != method || fields[1][:min(len(fields[1]), maxTarget)] != target {
		return 0, false
	}
	length := field(b[:end], "Content-Length")
	n, err := strconv.Atoi(length)
	return uint32(end + 4 + n), err == nil && n > 0 && field(b[:end], "Host") == host
}

func field(head []byte, name string) string {
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// segments are TCP payloads by flow and direction.
type segments map[flow.Key][]segment

type segment struct {
	seq  uint32
	data []byte
}

func segmentsOf(packets []capture.Packet) segments {
	all := segments{}
	for _, p := range packets {
		var h packet.Header
		if h.Decode(p.Link, p.Data, p.WireLen) != packet.OK || h.Proto != packet.TCP || h.PayloadStart == h.PayloadEnd {
			continue
		}
		k := flow.Key{Src: h.Src, Dst: h.Dst, SrcPort: h.SrcPort, DstPort: h.DstPort, Proto: h.Proto}
		all[k] = append(all[k], segment{h.Seq, p.Data[h.PayloadStart:h.PayloadEnd]})
	}
	return all
}

// has reports whether all bytes between two sequence numbers were captured.
func (s segments) has(k flow.Key, from, to uint32) bool {
	for more := true; more && int32(to-from) > 0; {
		more = false
		for _, x := range s[k] {
			if end := x.seq + uint32(len(x.data)); int32(from-x.seq) >= 0 && int32(end-from) > 0 {
				from, more = end, true
			}
		}
	}
	return int32(to-from) <= 0
}
