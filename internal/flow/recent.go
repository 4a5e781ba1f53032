package flow

import "bytes"

// recentPieces is how many pieces of delivered data are remembered at most.
const recentPieces = 256

// recent is the memory of a table for the bytes it delivered last, whatever
// flow they are of, so that a segment that repeats them can be compared. It
// has a fixed size: what is repeated later than that is not compared.
type recent struct {
	buf    []byte // a ring; made when first needed
	size   int    // of buf
	head   int64  // bytes ever written, including those left free at a turn
	pieces [recentPieces]copied
	count  int64 // pieces ever written
	steps  int64 // pieces looked at
}

// A copied is one piece of a direction's main view in the ring.
type copied struct {
	at, n int64 // offset in the stream and length
	pos   int64 // where in the ring, counted as head is
	prev  int64 // count of the direction's piece before this one; 0: none
}

// keep remembers b, the bytes of a direction at an offset. last is the count
// of the direction's latest piece, and is set to the new one.
func (r *recent) keep(last *int64, at int64, b []byte) {
	if len(b) > r.size {
		return
	}
	if r.buf == nil {
		r.buf = make([]byte, r.size)
	}
	if r.head%int64(r.size)+int64(len(b)) > int64(r.size) {
		r.head += int64(r.size) - r.head%int64(r.size)
	}
	pos := r.head % int64(r.size)
	copy(r.buf[pos:], b)
	// No piece goes on from the ring's end to its start, though it end there to
	// the byte.
	if p := r.piece(*last); p != nil && *last == r.count && p.at+p.n == at && pos > 0 {
		p.n += int64(len(b))
	} else {
		r.count++
		r.pieces[r.count%recentPieces] = copied{at: at, n: int64(len(b)), pos: r.head, prev: *last}
		*last = r.count
	}
	r.head += int64(len(b))
}

// piece returns the piece with the given count, nil if it is gone.
func (r *recent) piece(count int64) *copied {
	if count == 0 || count <= r.count-recentPieces {
		return nil
	}
	return &r.pieces[count%recentPieces]
}

// compare compares b, at an offset, with what was delivered there. It returns
// how many bytes of b could be compared, and whether all of these are the same.
func (r *recent) compare(last, at int64, b []byte) (known int64, same bool) {
	end := at + int64(len(b))
	for p := r.piece(last); p != nil && p.at+p.n > at; p = r.piece(p.prev) {
		r.steps++
		lost := max(0, r.head-int64(r.size)-p.pos) // overwritten at the piece's start
		from, to := max(at, p.at+lost), min(end, p.at+p.n)
		if from >= to {
			continue
		}
		i := (p.pos + from - p.at) % int64(r.size)
		if !bytes.Equal(b[from-at:to-at], r.buf[i:i+to-from]) {
			return known, false
		}
		known += to - from
	}
	return known, true
}

// maxSteps is through how many pieces the bytes before an offset are sought.
const maxSteps = 32

// before fills the end of dst with the bytes that were delivered right before
// an offset, as far as they are remembered, and returns how many it got.
func (r *recent) before(dst []byte, last, at int64) int {
	need, steps := len(dst), 0
	for p := r.piece(last); p != nil && need > 0 && steps < maxSteps; p = r.piece(p.prev) {
		steps++
		r.steps++
		if p.at >= at {
			continue
		}
		lost := max(0, r.head-int64(r.size)-p.pos)
		from := max(p.at+lost, at-int64(need))
		if p.at+p.n < at || from >= at {
			break
		}
		i := (p.pos + from - p.at) % int64(r.size)
		need -= copy(dst[need-int(at-from):need], r.buf[i:])
		at = from
	}
	return len(dst) - need
}
