package decode

import (
	"bytes"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

// fixedWalk is what a new Walker takes for an inflated object however short it
// is, in bytes: the window and the tables of the inflater.
const fixedWalk = 2 << 20

// FuzzObject packs bytes behind others, with a value in them. Where nothing is
// damaged the value is seen, with its way back to the object; where something
// is, memory goes by the bytes there are.
func FuzzObject(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\n\r\n"), []byte(`{"a":1}`), uint8(0), uint16(0), byte(0))
	f.Add([]byte("\x1f\x8b\x08\x00"), bytes.Repeat([]byte{0, 1, 2}, 500), uint8(1), uint16(30), byte(0x80))
	f.Add([]byte("x\x9c"), []byte("\x1f\x8b\x08"), uint8(2), uint16(11), byte(1))
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), []byte("PK\x07\x08"), uint8(8), uint16(14), byte(0))
	inflating := []*Decoder{gzipDecoder, zlibDecoder}
	f.Fuzz(func(t *testing.T, before, content []byte, how uint8, at uint16, x byte) {
		if len(before)+len(content) > 64<<10 {
			return // budgets are tested elsewhere
		}
		d := inflating[how&1]
		if how&8 != 0 {
			d = zipDecoder
		}
		object := d.Encode(slices.Concat(content, []byte(" "+marker)))
		if how&2 != 0 {
			object = inflating[how>>2&1].Encode(object)
		}
		if x != 0 {
			object[int(at)%len(object)] ^= x
		}
		root := slices.Concat(before, object)
		var w Walker
		seen, _ := lookWith(&w, root, Hints{}, marker)
		inflated := w.inflated
		if x == 0 && len(seen) == 0 {
			t.Fatalf("not seen behind %q: %q", before, object)
		}
		for _, s := range seen {
			if s.wire.Start < 0 || s.wire.Start >= s.wire.End || s.wire.End > int64(len(root)) {
				t.Fatalf("%s comes from %v of %d bytes", s.form, s.wire, len(root))
			}
		}
		oracle.Allocates(t, fixedWalk, len(root)+inflated, func() {
			var fresh Walker
			fresh.Walk(root, Hints{}, func(*View) {})
		})
	})
}
