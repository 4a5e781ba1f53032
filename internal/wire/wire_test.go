package wire

import (
	"bytes"
	"errors"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

func TestCursorReadsInOrder(t *testing.T) {
	c := New([]byte{1, 0, 2, 0, 0, 3, 0, 0, 0, 4, 2, 'a', 'b', 0, 1, 'c', 'd'})
	if a, b, d, e := c.U8(), c.U16(), c.U24(), c.U32(); a != 1 || b != 2 || d != 3 || e != 4 {
		t.Errorf("numbers = %d %d %d %d, want 1 2 3 4", a, b, d, e)
	}
	v := c.Vec8()
	if v.Off() != 11 || v.Len() != 2 || string(v.Bytes(1)) != "a" || string(v.Rest()) != "b" {
		t.Errorf("Vec8 is not the two bytes at offset 11")
	}
	if w := c.Vec16(); string(w.Rest()) != "c" {
		t.Errorf("Vec16 is not the byte after its length")
	}
	if c.Off() != 16 || c.Len() != 1 || !c.OK() {
		t.Errorf("at %d, %d left, ok %v; want 16, 1, true", c.Off(), c.Len(), c.OK())
	}
	c.Seek(0)
	if c.U8() != 1 {
		t.Errorf("Seek(0) is not at the first byte")
	}
}

func TestFailedReadsStayFailed(t *testing.T) {
	fail := map[string]func(*Cursor){
		"U8": func(c *Cursor) { c.Rest(); c.U8() }, "U16": func(c *Cursor) { c.Bytes(2); c.U16() },
		"U24": func(c *Cursor) { c.Bytes(1); c.U24() }, "U32": func(c *Cursor) { c.U32() },
		"Bytes": func(c *Cursor) { c.Bytes(4) }, "negative": func(c *Cursor) { c.Bytes(-1) },
		"Vec8": func(c *Cursor) { c.Vec8() }, "Vec16": func(c *Cursor) { c.Vec16() },
		"Seek": func(c *Cursor) { c.Seek(4) }, "Seek back": func(c *Cursor) { c.Seek(-1) },
	}
	for name, f := range fail {
		c := New([]byte{9, 9, 9})
		f(&c)
		if v := c.Vec8(); c.OK() || v.OK() || c.Len() != 0 || c.U8() != 0 || c.Rest() != nil {
			t.Errorf("%s: a failed cursor still reads", name)
		}
	}
}

func TestSubCursorStaysInside(t *testing.T) {
	c := New([]byte{1, 'a', 'b'})
	v := c.Vec8()
	v.Bytes(1)
	if v.U8(); v.OK() {
		t.Error("a sub-cursor read past its end")
	}
	if string(c.Rest()) != "b" {
		t.Error("the outer cursor failed with it")
	}
}

func TestBytesCannotBeAppendedInto(t *testing.T) {
	b := []byte("abc")
	c := New(b)
	_ = append(c.Bytes(1), 'X')
	if !bytes.Equal(b, []byte("abc")) {
		t.Errorf("append wrote into the borrowed bytes: %s", b)
	}
}

// TestStuck has a loop wait for a cursor to come to its end, which one that
// failed never does.
func TestStuck(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, ErrStuck) {
			t.Errorf("panic %v", err)
		}
	}()
	c := New([]byte{1, 2, 3})
	for c.Off() < 3 {
		c.U16()
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6}, []byte{0, 1, 2, 3, 4, 5, 6, 7})
	f.Fuzz(func(t *testing.T, b, ops []byte) {
		oracle.Allocates(t, 0, 0, func() { steps(t, b, ops) })
	})
}

func steps(t *testing.T, b, ops []byte) {
	c := New(b)
	for _, op := range ops {
		before, ok := c.Off(), c.OK()
		step(&c, op)
		if c.Off() > len(b) || c.Len() < 0 || c.OK() && (!ok || c.Off()+c.Len() != len(b)) {
			t.Fatalf("op %d took the cursor from %d to %d of %d", op, before, c.Off(), len(b))
		}
	}
}

func step(c *Cursor, op byte) {
	switch op % 9 {
	case 0:
		c.U8()
	case 1:
		c.U16()
	case 2:
		c.U24()
	case 3:
		c.U32()
	case 4:
		v := c.Vec8()
		v.U16()
	case 5:
		c.Vec16()
	case 6:
		c.Seek(int(op) - 9)
	case 7:
		c.Bytes(int(op) - 20)
	case 8:
		c.Rest()
	}
}
