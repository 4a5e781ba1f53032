package dissect

import (
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
	"github.com/telltale-audit/telltale/internal/packet"
)

// steps is a sink that counts what it is told and keeps nothing.
type steps struct{ calls, told int }

func (s *steps) Begin(*Message)                     { s.calls++ }
func (s *steps) Field(_ *Message, f Field)          { s.calls, s.told = s.calls+1, s.told+len(f.Data) }
func (s *steps) Body(_ *Message, _ int64, b []byte) { s.calls, s.told = s.calls+1, s.told+len(b) }
func (s *steps) End(*Message)                       { s.calls++ }
func (s *steps) Opaque(_ telltale.Direction, _, n int64, _ string) {
	s.calls, s.told = s.calls+1, s.told+int(n)
}

// Bounds of what a parser may tell of the bytes it was given. The owner of the
// flow ends one that tells more than a multiple of these.
const (
	mostCalls = 8 // for each byte, and 64 more
	mostTold  = 4 // bytes for each byte: fields may overlap
)

// FuzzParser gives every parser arbitrary bytes of both directions by turns,
// as its owner would, and holds it to its work: what it tells and what it
// takes are linear in what it was given, and it never says that it used what
// it was not given. Messages are what [FuzzDissect] looks at.
func FuzzParser(f *testing.F) {
	for i, s := range samples {
		f.Add(uint8(i), s.stream(telltale.ToServer), s.stream(telltale.ToClient), uint16(700))
	}
	all := slices.Concat(All, []*Dissector{Unknown})
	f.Fuzz(func(t *testing.T, of uint8, up, down []byte, piece uint16) {
		s := sample{of: all[int(of)%len(all)], port: 53}
		n := len(up) + len(down)
		oracle.Allocates(t, 0, n, func() {
			told := drive(t, &s, [2][]byte{up, down}, 1+int(piece))
			most := mostTold * n
			if s.of == http2 { // a byte may stand for a header
				most += 2*maxHPACKText + timesHPACK*n
			}
			if told.calls > 64+mostCalls*n || told.told > most {
				t.Fatalf("%s makes %d calls with %d bytes of %d", s.of.Name, told.calls, told.told, n)
			}
		})
	})
}

// drive has a new parser read both directions in pieces.
func drive(t *testing.T, s *sample, dirs [2][]byte, piece int) *steps {
	p, told := s.of.New(s.newFlow()), &steps{}
	var used [2]int // of each direction
	for at := 0; at < max(len(dirs[0]), len(dirs[1])); at += piece {
		for d := range dirs {
			b := dirs[d][used[d]:min(at+piece, len(dirs[d]))]
			if at >= len(dirs[d]) {
				continue
			}
			n, err := p.Parse(telltale.Direction(d), int64(used[d]), b, told)
			if n < 0 || n > len(b) {
				t.Fatalf("used %d of %d bytes", n, len(b))
			}
			if used[d] += n; s.of.Proto != packet.TCP || err != nil {
				p.Close(telltale.Direction(d), told)
				used[d] = min(at+piece, len(dirs[d])) // the owner goes on with another parser
			}
		}
	}
	for d := range dirs {
		rest := dirs[d][used[d]:]
		if c, ok := p.(Cutter); ok && len(rest) > 0 {
			if n := c.Cut(telltale.Direction(d), int64(used[d]), rest, told); n < 0 || n > len(rest) {
				t.Fatalf("told %d of %d bytes", n, len(rest))
			}
		}
		p.Close(telltale.Direction(d), told)
	}
	return told
}
