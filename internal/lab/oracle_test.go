package lab

import (
	"bytes"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/reassembly"
)

// streams has gopacket check every packet's checksums, put the TCP streams of
// packets in order, and return them by "source:port>destination:port".
func streams(t testing.TB, packets []*Packet) map[string][]byte {
	t.Helper()
	pool := &streamPool{t: t, streams: map[string][]byte{}}
	a := reassembly.NewAssembler(reassembly.NewStreamPool(pool))
	for _, p := range packets {
		decoded := decodeSound(t, p)
		tcp, ok := decoded.TransportLayer().(*layers.TCP)
		if !ok {
			continue
		}
		a.AssembleWithContext(decoded.NetworkLayer().NetworkFlow(), tcp, packetTime{time.Unix(0, p.Time)})
	}
	a.FlushAll()
	return pool.streams
}

// decodeSound decodes p and fails the test unless all of p is understood and
// all its checksums are right.
func decodeSound(t testing.TB, p *Packet) gopacket.Packet {
	t.Helper()
	decoded := gopacket.NewPacket(p.Data, layers.LayerTypeEthernet, gopacket.NoCopy)
	if e := decoded.ErrorLayer(); e != nil {
		t.Fatalf("packet %d: %v", p.Number, e.Error())
	}
	if l, ok := decoded.TransportLayer().(interface {
		SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
	}); ok {
		if err := l.SetNetworkLayerForChecksum(decoded.NetworkLayer()); err != nil {
			t.Fatal(err)
		}
	}
	if err, wrong := decoded.VerifyChecksums(); err != nil || len(wrong) > 0 {
		t.Fatalf("packet %d: checksums %v %v", p.Number, err, wrong)
	}
	if decoded.TransportLayer() == nil {
		t.Fatalf("packet %d: no transport layer", p.Number)
	}
	return decoded
}

type packetTime struct{ at time.Time }

func (p packetTime) GetCaptureInfo() gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: p.at}
}

type streamPool struct {
	t       testing.TB
	streams map[string][]byte
}

func (p *streamPool) New(net, tcp gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	name := func(n, t gopacket.Flow) string {
		return n.Src().String() + ":" + t.Src().String() + ">" + n.Dst().String() + ":" + t.Dst().String()
	}
	return &orderedStream{
		pool: p, names: [2]string{name(net, tcp), name(net.Reverse(), tcp.Reverse())},
		fsm: reassembly.NewTCPSimpleFSM(reassembly.TCPSimpleFSMOptions{}),
	}
}

type orderedStream struct {
	pool  *streamPool
	names [2]string
	fsm   *reassembly.TCPSimpleFSM
}

func (s *orderedStream) Accept(tcp *layers.TCP, _ gopacket.CaptureInfo, d reassembly.TCPFlowDirection, _ reassembly.Sequence, _ *bool, _ reassembly.AssemblerContext) bool {
	if !s.fsm.CheckState(tcp, d) {
		s.pool.t.Errorf("%s: %v does not fit the state %v", s.names[0], tcp.Seq, s.fsm)
	}
	return true
}

func (s *orderedStream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	d, _, _, skip := sg.Info()
	n, _ := sg.Lengths()
	name := s.names[0]
	if d == reassembly.TCPDirServerToClient {
		name = s.names[1]
	}
	if skip > 0 {
		s.pool.streams[name] = append(s.pool.streams[name], bytes.Repeat([]byte{gapByte}, skip)...)
	}
	s.pool.streams[name] = append(s.pool.streams[name], sg.Fetch(n)...)
}

// ReassemblyComplete keeps the stream, so that what comes after a FIN is held
// to the same state.
func (s *orderedStream) ReassemblyComplete(reassembly.AssemblerContext) bool { return false }

// gapByte stands for a byte that the capture missed.
const gapByte = '#'
