package decode

import "encoding/hex"

// hexDecoder reads runs of hex digits (RFC 4648, 8), upper or lower case.
var hexDecoder = &Decoder{
	Name: "hex",
	Find: findHex,
	Decode: func(dst []byte, w *Way, b []byte, c Candidate) []byte {
		return hexAlphabet.decode(dst, w, b, c.Start, c.End)
	},
	Encode: func(b []byte) []byte { return hex.AppendEncode(nil, b) },
}

var hexAlphabet = newAlphabet(4, 2, 12, "0123456789abcdef", "0123456789ABCDEF")

// findHex finds runs of an even number of digits that look decoded.
func findHex(b []byte, f *Found) {
	for at := 0; ; {
		start, end, ok := NextRun(f.blocks, Hexes, at, hexAlphabet.least)
		if !ok {
			hexAlphabet.holdShort(b, at, f)
			return
		}
		at = end
		if end == len(b) && f.hold(b, start) {
			return
		}
		if end == len(b) && f.More {
			end = hexAlphabet.cut(b, start, end)
			f.hold(b, end)
		}
		if (end-start)%2 == 0 && !inEscape(b, start, end) {
			f.hex(b, start, end)
		}
	}
}

// hex takes the digits b[start:end] if they look decoded.
func (f *Found) hex(b []byte, start, end int) {
	stop := min(end, start+2*sampleSize)
	sample := hexAlphabet.decode(f.sample[:0], nil, b, start, stop)
	switch {
	case looksDecoded(sample):
		f.add(Candidate{Start: start, End: end})
	case f.isBare(sample, stop == end):
		f.add(Candidate{Start: start, End: end, mode: modeBare})
	}
}
