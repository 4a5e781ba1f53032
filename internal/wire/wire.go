// Package wire is a cursor over bytes that cannot read past their end. All
// binary application protocols are parsed through it, so that none computes
// an index by hand.
//
// A Cursor remembers that a read failed: code reads straight on and asks OK
// once, at the point where the values begin to matter.
package wire

import "errors"

// ErrStuck is what a loop that gets nowhere panics with: it was asked for by
// hostile bytes, and no clock watches over it. Who contains it goes on.
var ErrStuck = errors.New("a parser makes no progress")

// patience is how often a cursor that failed may be asked again. A parser
// that never asks OK in its loop would ask for ever.
const patience = 1 << 20

// Cursor reads big-endian values from a slice, front to back. It is a value:
// a copy is a bookmark. The zero Cursor is empty.
type Cursor struct {
	b        []byte // the outermost bytes; offsets count from here
	off, end int
	failed   bool
	vain     int // reads since it failed
}

// New returns a cursor at the start of b.
func New(b []byte) Cursor { return Cursor{b: b, end: len(b)} }

// OK reports whether every read so far found its bytes. After a failed read
// all others fail too and return zero values.
func (c *Cursor) OK() bool { return !c.failed }

// Off returns the offset of the next byte in the bytes given to [New], also
// in a cursor that [Cursor.Vec8] and its like cut out of another.
func (c *Cursor) Off() int { return c.off }

// Len returns how many bytes are left, 0 after a failed read.
func (c *Cursor) Len() int {
	if c.failed {
		return 0
	}
	return c.end - c.off
}

// Bytes returns the next n bytes, borrowed, or nil when there are fewer.
func (c *Cursor) Bytes(n int) []byte {
	if c.failed || n < 0 || n > c.end-c.off {
		c.fail()
		return nil
	}
	b := c.b[c.off : c.off+n : c.off+n]
	c.off += n
	return b
}

// Rest returns all bytes that are left, borrowed.
func (c *Cursor) Rest() []byte { return c.Bytes(c.Len()) }

// Seek puts the cursor at offset off of the bytes given to [New]. It fails
// where the cursor's own bytes do not reach.
func (c *Cursor) Seek(off int) {
	if c.failed || off < 0 || off > c.end {
		c.fail()
		return
	}
	c.off = off
}

// fail has this read fail and all that follow.
func (c *Cursor) fail() {
	c.failed = true
	if c.vain++; c.vain > patience {
		panic(ErrStuck)
	}
}

// U8 reads one byte.
func (c *Cursor) U8() uint8 { return uint8(c.uint(1)) }

// U16 reads two bytes.
func (c *Cursor) U16() uint16 { return uint16(c.uint(2)) }

// U24 reads three bytes.
func (c *Cursor) U24() uint32 { return c.uint(3) }

// U32 reads four bytes.
func (c *Cursor) U32() uint32 { return c.uint(4) }

func (c *Cursor) uint(n int) (v uint32) {
	for _, x := range c.Bytes(n) {
		v = v<<8 | uint32(x)
	}
	return v
}

// Vec8 reads a length of one byte and returns a cursor over that many bytes
// after it.
func (c *Cursor) Vec8() Cursor { return c.sub(int(c.U8())) }

// Vec16 reads a length of two bytes and returns a cursor over that many bytes
// after it.
func (c *Cursor) Vec16() Cursor { return c.sub(int(c.U16())) }

// sub returns a cursor over the next n bytes and moves past them. Where there
// are fewer both cursors have failed.
func (c *Cursor) sub(n int) Cursor {
	start := c.off
	if c.Bytes(n); c.failed {
		return Cursor{failed: true, vain: c.vain}
	}
	return Cursor{b: c.b, off: start, end: c.off}
}
