package decode

import (
	"bytes"
	"compress/flate"
	"strings"
	"testing"
)

// packer compresses messages one after the other as permessage-deflate does.
type packer struct {
	b bytes.Buffer
	w *flate.Writer
}

func newPacker(t *testing.T) *packer {
	p := new(packer)
	var err error
	if p.w, err = flate.NewWriter(&p.b, 9); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *packer) pack(t *testing.T, s string) []byte {
	t.Helper()
	p.b.Reset()
	if _, err := p.w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := p.w.Flush(); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(bytes.TrimSuffix(p.b.Bytes(), []byte("\x00\x00\xff\xff")))
}

// read returns what a walk with a memory inflates b to.
func readWith(w *Walker, b []byte, m *Memory) string {
	var out []string
	w.Walk(b, Hints{Encodings: []string{"deflate"}, Memory: m}, func(v *View) {
		if v.Parent != nil && v.Parent.Parent == nil {
			out = append(out, string(v.Data))
		}
	})
	return "|" + strings.Join(out, "|")
}

// TestMemory has messages inflated that copy from those before, each walk by
// itself; without the memory they cannot be.
func TestMemory(t *testing.T) {
	p, w := newPacker(t), new(Walker)
	var m Memory
	long := strings.Repeat("made up, and long enough to fill what is remembered. ", 2000)
	for i, s := range []string{`{"imei":"001012704839210","n":1}`, `{"imei":"001012704839210","n":2}`, long, `{"imei":"001012704839210","n":3}`, long + "!"} {
		b := p.pack(t, s)
		if got := readWith(w, b, &m); !strings.Contains(got, s[len(s)-20:]) || !strings.Contains(got, "|"+s[:20]) {
			t.Fatalf("message %d is %.80q", i, got)
		}
		if m.Size() > 2*maxBack {
			t.Errorf("%d bytes are remembered", m.Size())
		}
		if alone := readWith(w, b, new(Memory)); i == 1 && strings.Contains(alone, "001012704839210") {
			t.Errorf("message %d does not need the one before: %q", i, alone)
		}
	}
	if readWith(w, []byte("\xff\xffnoise"), &m); len(m.room) != 0 {
		t.Error("after a message that cannot be inflated something is remembered")
	}
}
