package audit

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// TestSpool holds back more than fits into memory: it comes out as it went
// in, after the head.
func TestSpool(t *testing.T) {
	for _, size := range []int{0, 100, spoolMemory - 1, spoolMemory, 2*spoolMemory + 12345} {
		var out bytes.Buffer
		s := newSpool(&out)
		want := strings.Repeat("a line of records\n", size/18+1)[:size]
		for at := 0; at < size; at += 1 << 16 {
			s.put([]byte(want[at:min(at+1<<16, size)]))
		}
		if (s.file != nil) != (size >= spoolMemory) {
			t.Errorf("%d bytes: file %v", size, s.file)
		}
		if err := s.write([]byte("head "), nil); err != nil {
			t.Fatal(err)
		}
		s.close()
		if out.String() != "head "+want {
			t.Errorf("%d bytes come out as %d others", size, out.Len())
		}
	}
}

// full is a writer that takes only so many bytes.
type full int

var errFull = errors.New("full")

func (f *full) Write(b []byte) (int, error) {
	if *f -= full(len(b)); *f < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// TestSpoolErrors has the writer fail at any part.
func TestSpoolErrors(t *testing.T) {
	for _, room := range []full{0, 5} {
		s := newSpool(&room)
		s.put([]byte("kept"))
		if err := s.write([]byte("head"), nil); !errors.Is(err, errFull) {
			t.Errorf("%v", err)
		}
	}
}
