package decode

import (
	"encoding/binary"
	"errors"
	"io"
)

// An inflater undoes deflate (RFC 1951). It writes into memory that it is given
// anew each time, in which its earlier output is what matches copy from.
type inflater struct {
	in    []byte
	at    int    // of the next byte of in to be read into acc
	acc   uint64 // bits read ahead, lowest first
	have  uint   // how many
	floor int    // of the output: no match begins before
	mode  inflaterMode
	last  bool // the block at hand is the last
	more  bool // input follows that is not at hand
	rest  int  // bytes to come of a stored block, or of a match
	back  int  // distance of that match

	literals, distances *[tableSize]uint32 // of the block at hand
	own                 [2][tableSize]uint32
}

// An inflaterMode is what comes next.
type inflaterMode uint8

const (
	atBlock inflaterMode = iota
	inStored
	inCodes
	inMatch
)

// Sizes of the alphabets of deflate, of the bits that index their tables, and of
// all tables of a code: no whole code of 286 symbols needs more than 2342
// entries behind a table of 11 bits, none of 30 more than 402 behind 8.
const (
	maxSymbols   = 288
	maxDistances = 32
	maxBack      = 32 << 10

	literalRoot  = 11
	distanceRoot = 8
	orderRoot    = 7
	tableSize    = 1 << 12
)

var errDeflate = errors.New("not deflate")

// reset begins the deflate stream at in[at:]. Its first byte goes to floor of the
// output.
func (z *inflater) reset(in []byte, at, floor int) {
	z.in, z.at, z.acc, z.have = in, at, 0, 0
	z.floor, z.mode, z.last = floor, atBlock, false
}

// resume goes on with the input's next bytes, the first of which is the first
// that was not read.
func (z *inflater) resume(in []byte, more bool) { z.in, z.at, z.more = in, 0, more }

// leastAhead is how much input is at hand wherever more is to come: no step
// reads as much, the longest being the codes of a block, 2,283 bits and at most
// 316 lengths of 14.
const leastAhead = 1 << 10

// errWait says that nothing more can be done before more input comes.
var errWait = errors.New("more to come")

// run inflates to out[o:] and returns where that ends: with out, or with an
// error, which is io.EOF behind the last block.
func (z *inflater) run(out []byte, o int) (int, error) {
	var err error
	for err == nil && o < len(out) {
		if z.more && len(z.in)-z.at < leastAhead {
			return o, errWait
		}
		switch z.mode {
		case atBlock:
			err = z.block()
		case inStored:
			o, err = z.stored(out, o)
		case inCodes:
			o, err = z.codes(out, o)
		case inMatch:
			o = z.match(out, o)
		}
	}
	return o, err
}

// used returns how many bytes of the input were read, the last maybe in part.
func (z *inflater) used() int { return z.at - int(z.have/8) }

// align passes over what is left of the byte that was read in part.
func (z *inflater) align() { z.at, z.acc, z.have = z.used(), 0, 0 }

// short says that the input ends too early.
func (z *inflater) short() error {
	z.at, z.acc, z.have = len(z.in), 0, 0
	return io.ErrUnexpectedEOF
}

// block reads the beginning of a block (RFC 1951, 3.2.3).
func (z *inflater) block() error {
	if z.last {
		z.align()
		return io.EOF
	}
	head, err := z.take(3)
	if err != nil {
		return err
	}
	z.last = head&1 != 0
	switch head >> 1 {
	case 0:
		return z.beginStored()
	case 1:
		z.mode, z.literals, z.distances = inCodes, &fixed[0], &fixed[1]
		return nil
	case 2:
		z.mode, z.literals, z.distances = inCodes, &z.own[0], &z.own[1]
		return z.readCodes()
	}
	return errDeflate
}

// beginStored reads the length of a stored block (3.2.4).
func (z *inflater) beginStored() error {
	z.align()
	if len(z.in)-z.at < 4 {
		return z.short()
	}
	n := binary.LittleEndian.Uint16(z.in[z.at:])
	if n != ^binary.LittleEndian.Uint16(z.in[z.at+2:]) {
		return errDeflate
	}
	z.at += 4
	z.mode, z.rest = inStored, int(n)
	return nil
}

// stored copies a stored block.
func (z *inflater) stored(out []byte, o int) (int, error) {
	n := copy(out[o:], z.in[z.at:min(z.at+z.rest, len(z.in))])
	z.at += n
	z.rest -= n
	switch {
	case z.rest == 0:
		z.mode = atBlock
	case z.at == len(z.in) && !z.more:
		return o + n, z.short()
	}
	return o + n, nil
}

// match goes on with a match that did not fit.
func (z *inflater) match(out []byte, o int) int {
	for ; z.rest > 0 && o < len(out); z.rest-- {
		out[o] = out[o-z.back]
		o++
	}
	if z.rest == 0 {
		z.mode = inCodes
	}
	return o
}

// refill reads ahead as much as acc holds.
func (z *inflater) refill() {
	for ; z.have < 56 && z.at < len(z.in); z.at++ {
		z.acc |= uint64(z.in[z.at]) << z.have
		z.have += 8
	}
}

// take reads n bits, at most 32.
func (z *inflater) take(n uint) (int, error) {
	if z.refill(); z.have < n {
		return 0, z.short()
	}
	v := int(z.acc & (1<<n - 1))
	z.acc >>= n
	z.have -= n
	return v, nil
}

// entry reads a symbol by the table t.
func (z *inflater) entry(t *[tableSize]uint32, root uint) (uint32, error) {
	z.refill()
	e := t[z.acc&(1<<root-1)]
	n := uint(e & entryBits)
	if e&isFurther != 0 {
		e = t[uint64(e>>entryValue)+z.acc>>root&(1<<(e>>entryExtra&15)-1)]
		n += uint(e & entryBits)
	}
	switch {
	case e&isBad != 0:
		return 0, errDeflate
	case n > z.have:
		return 0, z.short()
	}
	z.acc >>= n
	z.have -= n
	return e, nil
}

// value reads what e stands for, with its extra bits.
func (z *inflater) value(e uint32) (int, error) {
	extra, err := z.take(uint(e >> entryExtra & 15))
	return int(e>>entryValue) + extra, err
}

// codes reads a block of codes (3.2.5): quickly as long as there is enough to
// read and room to write, then symbol by symbol.
func (z *inflater) codes(out []byte, o int) (int, error) {
	o, err := z.quick(out, o)
	if err != nil || z.mode != inCodes || o == len(out) {
		return o, err
	}
	e, err := z.entry(z.literals, literalRoot)
	switch {
	case err != nil:
		return o, err
	case e&isLiteral != 0:
		out[o] = byte(e >> entryValue)
		return o + 1, nil
	case e&isEnd != 0:
		z.mode = atBlock
		return o, nil
	}
	if z.rest, err = z.value(e); err != nil {
		return o, err
	}
	if e, err = z.entry(z.distances, distanceRoot); err != nil {
		return o, err
	}
	if z.back, err = z.value(e); err == nil && z.back > o-z.floor {
		err = errDeflate
	}
	if err == nil {
		z.mode = inMatch
	}
	return o, err
}

// quickIn and quickOut are how many bytes quick reads and writes at most before
// it looks again how many there are.
const (
	quickIn  = 16
	quickOut = 2 + 258 + wordSize
)

// quick is codes without a look at the ends of its input and out, far from them.
// It stops behind the block.
func (z *inflater) quick(out []byte, o int) (int, error) {
	in, at, acc, have := z.in, z.at, z.acc, z.have
	literals, distances := z.literals, z.distances
	var err error
loop:
	for at <= len(in)-quickIn && o <= len(out)-quickOut {
		acc |= binary.LittleEndian.Uint64(in[at:]) << (have & 63)
		at += int(63-have) >> 3
		have |= 56
		e := literals[acc&(1<<literalRoot-1)]
		for range 2 { // of at most 11 bits each
			if e&isLiteral == 0 {
				break
			}
			acc >>= e & 63
			have -= uint(e & entryBits)
			out[o] = byte(e >> entryValue)
			o++
			e = literals[acc&(1<<literalRoot-1)]
		}
		if e&isFurther != 0 {
			acc >>= literalRoot
			have -= literalRoot
			e = literals[(uint64(e>>entryValue)+acc&(1<<(e>>entryExtra&15)-1))%tableSize]
		}
		acc >>= e & 63
		have -= uint(e & entryBits)
		switch {
		case e&isLiteral != 0:
			out[o] = byte(e >> entryValue)
			o++
			continue
		case e&isEnd != 0:
			z.mode = atBlock
			break loop
		case e&isBad != 0:
			err = errDeflate
			break loop
		}
		extra := e >> entryExtra & 15
		length := int(e>>entryValue) + int(acc&(1<<extra-1))
		acc >>= extra
		have -= uint(extra)

		acc |= binary.LittleEndian.Uint64(in[at:]) << (have & 63)
		at += int(63-have) >> 3
		have |= 56
		e = distances[acc&(1<<distanceRoot-1)]
		if e&isFurther != 0 {
			acc >>= distanceRoot
			have -= distanceRoot
			e = distances[(uint64(e>>entryValue)+acc&(1<<(e>>entryExtra&15)-1))%tableSize]
		}
		acc >>= e & 63
		have -= uint(e & entryBits)
		extra = e >> entryExtra & 15
		back := int(e>>entryValue) + int(acc&(1<<extra-1))
		acc >>= extra
		have -= uint(extra)
		if e&isBad != 0 || back > o-z.floor {
			err = errDeflate
			break loop
		}
		copyMatch(out, o, back, length)
		o += length
	}
	z.at, z.acc, z.have = at, acc&(1<<have-1), have
	return o, err
}

// copyMatch copies the length bytes that begin back before o to o, and maybe some
// bytes behind: a word's worth.
func copyMatch(out []byte, o, back, length int) {
	from, end := o-back, o+length
	if back < wordSize {
		for ; o < end; o++ {
			out[o] = out[from]
			from++
		}
		return
	}
	for ; o < end; o += wordSize {
		binary.LittleEndian.PutUint64(out[o:], binary.LittleEndian.Uint64(out[from:]))
		from += wordSize
	}
}
