package decode

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// zipDecoder inflates the members of ZIP archives that deflate made smaller
// (APPNOTE.TXT, 4.3.7), each for itself: what an archive lists at its end is not
// needed to read them. Members that are stored stand there as they are.
var zipDecoder = &Decoder{Name: "zip", Next: nextZip, needs: controls, Open: openZip, Close: closeZip, Encode: encodeZip}

var (
	zipMagic   = []byte("PK\x03\x04")
	zipTrailer = []byte("PK\x07\x08") // may begin the descriptor behind a member
)

// What stands before a member.
const (
	zipHead    = 30 // bytes, without name and extra field
	zipDeflate = 8  // the method that is read

	zipLater  = 1 << 3                     // the CRC comes behind the member
	zipOpaque = 1<<0 | 1<<5 | 1<<6 | 1<<13 // encrypted, a patch, or its header masked
)

// isZip reports whether b begins as a member that can be inflated. Names as long
// as no system gives are no names.
func isZip(b []byte) bool {
	return len(b) >= zipHead && bytes.HasPrefix(b, zipMagic) &&
		binary.LittleEndian.Uint16(b[6:])&zipOpaque == 0 && binary.LittleEndian.Uint16(b[8:]) == zipDeflate &&
		binary.LittleEndian.Uint16(b[26:]) <= maxName && binary.LittleEndian.Uint16(b[28:]) <= maxName
}

// nextZip implements [Decoder.Next].
func nextZip(b []byte, at int) int {
	for at < len(b) {
		n := bytes.Index(b[at:], zipMagic)
		if n < 0 {
			break
		}
		if at += n; isZip(b[at:]) {
			return at
		}
		at += len(zipMagic)
	}
	return len(b)
}

// openZip implements [Decoder.Open]. A head that is cut waits for its rest.
func openZip(s *stream) error {
	if len(s.in) < zipHead {
		return errNoObject
	}
	end := zipHead + int(binary.LittleEndian.Uint16(s.in[26:])) + int(binary.LittleEndian.Uint16(s.in[28:]))
	if end > len(s.in) && !s.more {
		s.at = len(s.in)
		return errNoObject
	}
	s.zipSum, s.zipLater = binary.LittleEndian.Uint32(s.in[14:]), binary.LittleEndian.Uint16(s.in[6:])&zipLater != 0
	s.reset(min(end, len(s.in)))
	s.sum = s.crc
	return nil
}

// closeZip implements [Decoder.Close].
func closeZip(s *stream) error {
	sum := s.zipSum
	if s.zipLater {
		if bytes.HasPrefix(s.in[s.at:], zipTrailer) {
			s.at += len(zipTrailer)
		}
		tail := s.in[s.at:]
		s.at += min(len(tail), 12) // and two sizes
		if len(tail) < 4 {
			return errNoObject
		}
		sum = binary.LittleEndian.Uint32(tail)
	}
	if sum != s.crc.Sum32() {
		return errNoObject
	}
	return io.EOF
}

// encodeZip implements [Decoder.Encode]: a member without the list behind it.
func encodeZip(b []byte) []byte {
	const name = "d"
	out := bytes.NewBuffer(append(zipMagic[:4:4], 20, 0, 0, 0, zipDeflate, 0, 0, 0, 0, 0))
	w, err := flate.NewWriter(out, flate.DefaultCompression)
	if err != nil {
		return nil
	}
	out.Write(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)))
	out.Write(make([]byte, 8)) // the sizes, which nobody needs
	out.Write([]byte{byte(len(name)), 0, 0, 0})
	out.WriteString(name)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}
