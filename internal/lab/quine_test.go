package lab

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// TestQuine holds that another reader unpacks the file to itself.
func TestQuine(t *testing.T) {
	quine := Quine()
	if len(quine) != 206 {
		t.Errorf("%d bytes", len(quine))
	}
	r, err := gzip.NewReader(bytes.NewReader(quine))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, quine) {
		t.Errorf("%d bytes unpack to %d: %v", len(quine), len(got), err)
	}
}
