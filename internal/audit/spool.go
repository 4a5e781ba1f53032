package audit

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much of the records is kept in memory, in bytes.
const spoolMemory = 1 << 20

// spool holds back all records but the first: the contract puts the
// devices before them, and these are known only at the end. What does not fit
// into memory goes to a file that only its owner can read and that is gone
// from the folder as soon as it is open. Records are masked before they come
// here.
type spool struct {
	out  io.Writer // nil: nothing is kept
	mem  bytes.Buffer
	file *os.File
	err  error
}

func newSpool(out io.Writer) *spool { return &spool{out: out} }

// put keeps b.
func (s *spool) put(b []byte) {
	s.mem.Write(b)
	if s.mem.Len() < spoolMemory || s.err != nil {
		return
	}
	if s.file == nil {
		s.file, s.err = anonymousFile()
	}
	if s.err == nil {
		_, s.err = s.mem.WriteTo(s.file)
	}
	s.mem.Reset()
}

func anonymousFile() (*os.File, error) {
	f, err := os.CreateTemp("", "telltale-*")
	if err != nil {
		return nil, fmt.Errorf("hold records back: %w", err)
	}
	_ = os.Remove(f.Name()) // where an open file cannot go, it goes at close
	return f, nil
}

// write writes head and everything kept, but for what strangers told.
func (s *spool) write(head []byte, strangers map[string]bool) error {
	if s.out == nil || s.err != nil {
		return s.err
	}
	if _, err := s.out.Write(head); err != nil {
		return err
	}
	if s.file != nil {
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := s.pass(s.file, strangers); err != nil {
			return err
		}
	}
	return s.pass(&s.mem, strangers)
}

// pass copies what was kept to the output.
func (s *spool) pass(kept io.Reader, strangers map[string]bool) (err error) {
	if strangers == nil {
		_, err = io.Copy(s.out, kept)
	} else {
		_, err = discreet{s.out, strangers}.ReadFrom(kept)
	}
	return err
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // masked records, already written or lost with the run
		_ = os.Remove(s.file.Name())
	}
}
