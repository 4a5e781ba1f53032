package main

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// unfinished proves that a request which only we report was made: as many packets as
// we report hold its head, or the beginning of that, and the rest or the body that it
// announces is not all in the capture, for which tshark waits before it reports a
// request.
func unfinished(packets []capture.Packet, d difference) bool {
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

// headOf returns the length that the request at the front of b should have, body
// included, if it is that request; where its head goes on, a length beyond b.
func headOf(b []byte, method, host, target string) (size uint32, ok bool) {
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	end := bytes.Index(b, []byte("\r\n\r\n"))
	fields := strings.Fields(string(line))
	if len(fields) != 3 || fields[0] != method || fields[1][:min(len(fields[1]), maxTarget)] != target {
		return 0, false
	}
	if end < 0 {
		lines := b[:max(0, bytes.LastIndex(b, []byte("\r\n")))]
		return uint32(len(b) + 1), field(lines, "Host") == host
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

// sampled proves that a flow which only tshark reports, as if a tunnel carried
// it, is of a packet whose beginning a switch reports by sFlow.
func sampled(packets []capture.Packet, d difference) bool {
	const port = 6343
	f := strings.Fields(d.line)
	if d.side != "tshark" || d.what != "inner" || len(f) != 3 {
		return false
	}
	there, back := headerBytes(f[1], f[2]), headerBytes(f[2], f[1])
	for _, p := range packets {
		var h packet.Header
		if h.Decode(p.Link, p.Data, p.WireLen) == packet.OK && h.Proto == packet.UDP && h.DstPort == port {
			b := p.Data[h.PayloadStart:h.PayloadEnd]
			if bytes.Contains(b, there) || bytes.Contains(b, back) {
				return true
			}
		}
	}
	return false
}

// headerBytes returns what stands in a packet of IPv4 without options from
// one end to another: addresses, then ports.
func headerBytes(from, to string) []byte {
	a, b := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	out := append(a.Addr().AsSlice(), b.Addr().AsSlice()...)
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(out, a.Port()), b.Port())
}

// quoted proves that ICMP errors (RFC 792) quote a request as often as only
// tshark reports it, and that another packet holds it.
func quoted(packets []capture.Packet, d difference) bool {
	if d.what != "http" || d.side != "tshark" {
		return false
	}
	method, rest, _ := strings.Cut(d.line, " ")
	_, target, _ := strings.Cut(rest, " ")
	quotes, made := 0, false
	for _, p := range packets {
		var h packet.Header
		if h.Decode(p.Link, p.Data, p.WireLen) != packet.OK || !bytes.Contains(p.Data, []byte(method+" "+target)) {
			continue
		}
		if h.Proto == packet.ICMP || h.Proto == packet.ICMPv6 {
			quotes++
		}
		made = made || h.Proto == packet.TCP
	}
	return quotes >= d.n && made
}
