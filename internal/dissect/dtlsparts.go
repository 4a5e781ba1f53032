package dissect

import (
	"cmp"
	"slices"

	"github.com/telltale-audit/telltale/internal/wire"
)

// dtlsFragment is a ClientHello, or a fragment of one (RFC 6347, section 4.2.2).
type dtlsFragment struct {
	number    uint16
	size, off int
	at        int64 // stream offset of body
	body      []byte
}

// readDTLSFragment reads the handshake message that b, at stream offset at, begins
// with. ok is false where it is no ClientHello.
func readDTLSFragment(b []byte, at int64) (f dtlsFragment, ok bool) {
	c := wire.New(b)
	typ := c.U8()
	f.size, f.number, f.off = int(c.U24()), c.U16(), int(c.U24())
	length := int(c.U24())
	f.at = at + int64(c.Off())
	f.body = c.Bytes(length)
	return f, c.OK() && typ == clientHello
}

// whole reports whether the hello is in one fragment.
func (f *dtlsFragment) whole() bool { return f.off == 0 && len(f.body) == f.size }

// A dtlsParts is a greeting in several fragments, which may come in any order and
// more than once: what came first counts.
type dtlsParts struct {
	Parts
	number uint16
	body   []byte
	have   []bool // of body's bytes
	want   int    // of them, still to come
	lies   []dtlsRun
}

// dtlsRun is bytes of a greeting that one fragment brought.
type dtlsRun struct {
	off int
	Run
}

// maxDTLSHello is how long a greeting in fragments may be: most have 300 bytes.
const maxDTLSHello = 8 << 10

// gather takes a fragment and returns the greeting that it is of, nil where it is
// of none.
func (p *dtlsParser) gather(f *dtlsFragment) *dtlsParts {
	if f.size > maxDTLSHello || f.off+len(f.body) > f.size || len(f.body) == 0 {
		return nil
	}
	g := p.parts
	if g == nil || g.number != f.number || len(g.body) != f.size {
		g = &dtlsParts{number: f.number, body: make([]byte, f.size), have: make([]bool, f.size), want: f.size}
		p.parts = g
	}
	for i := 0; i < len(f.body); {
		n := 0
		for ; i+n < len(f.body) && !g.have[f.off+i+n]; n++ {
			g.have[f.off+i+n] = true
		}
		if n > 0 {
			copy(g.body[f.off+i:], f.body[i:i+n])
			g.lies = append(g.lies, dtlsRun{f.off + i, Run{f.at + int64(i), n}})
		}
		g.want -= n
		i += max(n, 1)
	}
	if g.want == 0 {
		p.parts = nil
	}
	return g
}

// field returns the whole greeting as a field to search.
func (g *dtlsParts) field() Field {
	slices.SortFunc(g.lies, func(a, b dtlsRun) int { return cmp.Compare(a.off, b.off) })
	f := Field{Name: "dtls.handshake", Data: g.body, Runs: make([]Run, len(g.lies))}
	for i, r := range g.lies {
		f.Runs[i] = r.Run
	}
	return f
}
