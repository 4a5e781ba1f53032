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

	tables *codeTables // of the block at hand
	own    codeTables
}

// codeTables are the tables of a block's literals and lengths, and of its
// distances.
type codeTables [2][tableSize]uint32

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
		z.mode, z.tables = inCodes, &fixed
		return nil
	case 2:
		z.mode, z.tables = inCodes, &z.own
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
	n := uint(0)
	if e&isFurther != 0 {
		e = t[uint64(e>>entryValue)+z.acc>>root&(1<<(e>>entryCode&15)-1)]
		n = root
	}
	n += uint(e >> entryCode & 15)
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
	extra, err := z.take(extraBits(e))
	return int(e>>entryValue) + extra, err
}

// codes reads a block of codes (3.2.5): quickly as long as there is enough to
// read and room to write, then symbol by symbol.
func (z *inflater) codes(out []byte, o int) (int, error) {
	o, err := z.quick(out, o)
	if err != nil || z.mode != inCodes || o == len(out) {
		return o, err
	}
	e, err := z.entry(&z.tables[0], literalRoot)
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
	if e, err = z.entry(&z.tables[1], distanceRoot); err != nil {
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
	quickIn  = 2*7 + wordSize
	quickOut = 2 + 258 + copyStep
)

// enoughBits are the most that a distance takes, with its extra bits.
const enoughBits = maxCode + 13

// quick is codes without a look at the ends of its input and out, far from them.
// It stops behind the block. Of have only the lowest eight bits count, so that an
// entry is taken off as it is.
func (z *inflater) quick(out []byte, o int) (int, error) {
	z.refill()
	in, at, acc, have := z.in, z.at, z.acc, uint64(z.have)
	codes := z.tables
	var err error
	e := codes[0][acc&(1<<literalRoot-1)]
loop:
	for at <= len(in)-quickIn && o <= len(out)-quickOut {
		at, acc, have = ahead(in, at, acc, have)
		if e&isLiteral != 0 { // of at most 11 bits, so that there is enough for two more symbols
			acc >>= e & 63
			have -= uint64(e)
			out[o] = byte(e >> entryValue)
			o++
			e = codes[0][acc&(1<<literalRoot-1)]
			if e&isLiteral != 0 {
				acc >>= e & 63
				have -= uint64(e)
				out[o] = byte(e >> entryValue)
				o++
				e = codes[0][acc&(1<<literalRoot-1)]
			}
		}
		if e&isFurther != 0 {
			acc >>= literalRoot
			have -= literalRoot
			e = codes[0][(uint64(e>>entryValue)+acc&(1<<(e>>entryCode&15)-1))%tableSize]
		}
		from := acc
		acc >>= e & 63
		have -= uint64(e)
		switch {
		case e&isLiteral != 0:
			out[o] = byte(e >> entryValue)
			o++
			e = codes[0][acc&(1<<literalRoot-1)]
			continue
		case e&isEnd != 0:
			z.mode = atBlock
			break loop
		case e&isBad != 0:
			err = errDeflate
			break loop
		}
		length := valueOf(e, from)
		if uint8(have) < enoughBits {
			at, acc, have = ahead(in, at, acc, have)
		}
		e = codes[1][acc&(1<<distanceRoot-1)]
		if e&isFurther != 0 {
			acc >>= distanceRoot
			have -= distanceRoot
			e = codes[1][(uint64(e>>entryValue)+acc&(1<<(e>>entryCode&15)-1))%tableSize]
		}
		from = acc
		acc >>= e & 63
		have -= uint64(e)
		back := valueOf(e, from)
		if e&isBad != 0 || back > o-z.floor {
			err = errDeflate
			break loop
		}
		at, acc, have = ahead(in, at, acc, have)
		e = codes[0][acc&(1<<literalRoot-1)]
		copyMatch(out, o, back, length)
		o += length
	}
	have &= 63
	z.at, z.acc, z.have = at, acc&(1<<have-1), uint(have)
	return o, err
}

// ahead reads ahead as much as acc holds, of input that has as much.
func ahead(in []byte, at int, acc, have uint64) (int, uint64, uint64) {
	return at + int(^have&63)>>3, acc | binary.LittleEndian.Uint64(in[at:])<<(have&63), have | 56
}

// valueOf returns what e stands for, with the extra bits that follow its code,
// with which bits begins.
func valueOf(e uint32, bits uint64) int {
	return int(e>>entryValue) + int(bits&(1<<(e&63)-1)>>(e>>entryCode&15))
}

// copyStep is how many bytes of a match are copied at once.
const copyStep = 16

// copyMatch copies the length bytes that begin back before o to o, and maybe some
// bytes behind: less than copyStep. Bytes that repeat within a step are copied one
// by one, until they also lie a step or more before.
func copyMatch(out []byte, o, back, length int) {
	from, end := o-back, o+length
	if back < copyStep {
		for head := min(end, o+2*copyStep); o < head; o++ {
			out[o] = out[from]
			from++
		}
		if o == end {
			return
		}
		from = o - (copyStep/back+1)*back
	}
	for ; o < end; o += copyStep {
		*(*[copyStep]byte)(out[o:]) = [copyStep]byte(out[from:])
		from += copyStep
	}
}
