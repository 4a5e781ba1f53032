package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"

	"github.com/klauspost/compress/zstd"
)

var gzipMagic = []byte{0x1f, 0x8b}

// maxZstdWindow is how far back, in bytes, a zstd stream may refer: the
// memory that reading it takes. It is what the format asks every reader to
// support (RFC 8878 section 3.1.1.1.2), and what the zstd command writes
// unless it is told --long or --ultra.
const maxZstdWindow = 8 << 20

// A compression is a way in which captures are kept smaller.
type compression struct {
	name   string
	magic  []byte
	reader func(r io.Reader) (io.Reader, error)
}

// compressions lists every [compression] that is read.
var compressions = []compression{
	{"gzip", gzipMagic, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, newZstdReader},
}

// newZstdReader returns a reader that works in the caller's goroutine, so
// that there is nothing to close.
func newZstdReader(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
}

// unpack goes on with what is compressed in the file. Offsets are from then
// on those of the capture inside.
func (f *File) unpack(c compression) error {
	f.raw.aside = false // whoever unpacks may move what it was given
	z, err := c.reader(io.MultiReader(bytes.NewReader(f.carry), bufio.NewReaderSize(f.raw, window)))
	if err != nil {
		return &FormatError{Name: f.input.Name, Why: "the " + c.name + " file is damaged: " + err.Error()}
	}
	f.src, f.packed, f.carry, f.got, f.end = z, c.name, nil, 0, false
	if err := f.want(sniffed); err != nil {
		return err
	}
	if len(f.carry) == 0 && len(f.input.Damage) > 0 {
		return &FormatError{Name: f.input.Name, Why: f.input.Damage[0].Reason, Hint: hintUnpack}
	}
	return nil
}
