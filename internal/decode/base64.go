package decode

import "encoding/base64"

// base64Decoder reads Base64 (RFC 4648, 4 and 5): both alphabets, padded or
// not, on one line or wrapped.
var base64Decoder = &Decoder{
	Name: "base64",
	Find: findBase64,
	Decode: func(dst []byte, w *Way, b []byte, c Candidate) []byte {
		return base64Alphabet.decode(dst, w, b, c.Start, c.End)
	},
	Encode: func(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) },
}

// base64Alphabet is both alphabets at once: some writers mix them.
var base64Alphabet = newAlphabet(6, 4, 16,
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

// hexAndHyphens has the symbols of digests and UUIDs. Read as Base64 they say no
// three digits in a row, and seldom text: nothing that is looked for.
var hexAndHyphens = newAlphabet(4, 2, 12, "0123456789abcdef-", "0123456789ABCDEF-")

// saysNothing reports whether the run b[start:end] is all hexAndHyphens.
func saysNothing(b []byte, start, end int) bool { return hexAndHyphens.end(b[:end], start) == end }

// leastAlone is the length of a run that is all of its field.
const leastAlone = 8

// leastWrap is the shortest line that a writer of wrapped Base64 makes.
const leastWrap = 60

// findBase64 finds runs of symbols, and judges them. A run that touches an
// escape is left for the view in which the escape is undone.
func findBase64(b []byte, f *Found) {
	for at := 0; ; {
		start, end, ok := NextRun(f.blocks, Symbols, at, base64Alphabet.least)
		if !ok {
			base64Alphabet.holdShort(b, at, f)
			if at == 0 {
				base64Alone(b, f)
			}
			return
		}
		if end < len(b) && saysNothing(b, start, end) {
			at = end
			continue
		}
		end, wrapped := base64Lines(b, start, end)
		at = end
		touches := padEnd(b, end) == len(b)
		if touches && f.hold(b, start) {
			return
		}
		if touches && f.More {
			end = base64Alphabet.cut(b, start, end)
			f.hold(b, end)
		}
		base64Run{b, f}.judge(start, end, wrapped)
	}
}

// base64Alone takes b if all of it is one run, or one cut to pieces by a writer
// of short lines.
func base64Alone(b []byte, f *Found) {
	if f.More {
		return
	}
	end := pieces(b)
	if padEnd(b, end) == len(b) && symbols(b[:end]) >= leastAlone && (base64Run{b, f}).score(0, end) >= leastScore {
		f.add(Candidate{End: end})
	}
}

// pieces returns where the pieces that b begins with end, with white space
// between them. All but the last are of whole groups, or all are as wide as the
// second, but for the first and the last, which may be cut. The words of a text
// are neither.
func pieces(b []byte) (end int) {
	whole, even := true, true
	var first, second, last int
	for n := 0; ; n++ {
		at := end
		for at < len(b) && isSpace(b[at]) {
			at++
		}
		next := base64Alphabet.end(b, at)
		width := next - at
		switch n {
		case 0:
			first = width
		case 1:
			second = width
		default:
			even = even && first <= second && last == second && width <= second
		}
		whole = whole && last%base64Alphabet.group == 0
		if width == 0 || !whole && !even {
			return end
		}
		last, end = width, next
	}
}

// symbols counts the symbols in b.
func symbols(b []byte) (n int) {
	for _, c := range b {
		if base64Alphabet.has(c) {
			n++
		}
	}
	return n
}

// base64Lines returns the end of a run whose first token is b[start:end],
// and whether a writer wrapped it in lines of one length. If not, the tokens
// may as well be a list.
func base64Lines(b []byte, start, end int) (last int, wrapped bool) {
	width := end - start
	wrapped = width >= leastWrap
	for last = end; last < len(b); {
		at := last
		for at < len(b) && isSpace(b[at]) {
			at++
		}
		next := base64Alphabet.end(b, at)
		if at == last || next == at || wrapped && next-at > width {
			break
		}
		last = next
		if wrapped && next-at < width {
			break
		}
	}
	return last, wrapped || last == end
}

// padEnd returns the end of the padding and white space behind b[:at].
func padEnd(b []byte, at int) int {
	for at < len(b) && (b[at] == '=' || isSpace(b[at])) {
		at++
	}
	return at
}

// A base64Run judges runs of b.
type base64Run struct {
	b []byte
	f *Found
}

// judge takes b[start:end] if it looks decoded, and else those tokens in it
// that do. Of a run that may be a list, the tokens are taken too.
func (r base64Run) judge(start, end int, wrapped bool) {
	if r.try(start, end) && wrapped {
		return
	}
	r.parts(start, end, isSpace, func(s, e int) {
		if s == start && e == end || !r.try(s, e) {
			r.parts(s, e, isJoint, func(part, to int) {
				if part != s || to != e { // else it was tried
					r.try(part, to)
				}
			})
		}
	})
}

// isJoint reports whether c is a symbol that joins words, in paths mostly.
func isJoint(c byte) bool { return c == '/' }

// parts calls f with the parts of b[start:end] between separators.
func (r base64Run) parts(start, end int, separates func(byte) bool, f func(start, end int)) {
	for at := start; at < end; at++ {
		from := at
		for at < end && !separates(r.b[at]) {
			at++
		}
		if at-from >= base64Alphabet.least {
			f(from, at)
		}
	}
}

// try takes b[start:end] from its first symbol on, or, if a word was glued to
// it, from that of the next three from which it looks decoded best.
func (r base64Run) try(start, end int) bool {
	if inEscape(r.b, start, end) {
		return true
	}
	if saysNothing(r.b, start, end) {
		return false
	}
	sample, whole := r.sample(start, end)
	best, most := 0, score(sample)
	if most < leastScore && r.f.isBare(sample, whole) {
		r.f.add(Candidate{Start: start, End: end, mode: modeBare})
		return true
	}
	for phase := 1; phase < base64Alphabet.group && most < clearScore; phase++ {
		if s := r.score(start+phase, end); s > most {
			best, most = phase, s
		}
	}
	if most < leastScore {
		return false
	}
	r.f.add(Candidate{Start: start + best, End: end})
	return true
}

// clearScore is the score with which no other phase need be looked at.
const clearScore = 97

// score returns how much the beginning of b[start:end] looks decoded.
func (r base64Run) score(start, end int) int {
	sample, _ := r.sample(start, end)
	return score(sample)
}

// sample returns what the beginning of b[start:end] says, and whether that is all.
func (r base64Run) sample(start, end int) (sample []byte, whole bool) {
	stop := min(end, start+sampleSymbols)
	sample, at := base64Alphabet.quads(r.f.sample[:0], r.b, start, stop)
	if at < stop {
		rest := gather(r.f.symbols[:], r.b[at:stop])
		sample = base64Alphabet.decode(sample, nil, rest, 0, len(rest))
	}
	return sample, stop == end
}

// gather moves the symbols of b to the beginning of room, which is longer than
// b.
func gather(room, b []byte) []byte {
	n := 0
	for _, c := range b {
		room[n] = c
		n += int(base64Alphabet.value[c])>>7 + 1 // 0 or 1: no test to guess wrong
	}
	return room[:n]
}
