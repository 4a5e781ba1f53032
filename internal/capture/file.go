package capture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/telltale-audit/telltale"
)

// A File is a capture that is being read: a [Source]. One goroutine uses it
// at a time.
type File struct {
	ledger
	raw    *hashed
	src    io.Reader // raw, or what is compressed in it
	packed string    // how it is compressed; empty if it is not
	closer io.Closer
	follow *follower // nil if the end of the file is the end
	format cutter
	carry  []byte // bytes read but not yet cut into packets
	got    int64  // bytes read from src
	end    bool   // src has no more
	err    error  // why src has no more, if not io.EOF
}

// A cutter knows one capture format: it cuts a window of the file into
// packets.
type cutter interface {
	// head reads the file's header from the front of w, which holds at least
	// [sniffed] bytes if the file does, and returns the header's length. If that is more than there is
	// in w, it wants to see that much.
	head(w []byte) (size int, err error)
	// cut appends the packets that lie whole in w to b and returns how many
	// bytes of w it is done with: at the end of the file all of them.
	cut(w []byte, end bool, b *Batch) (used int)
}

// hashed counts and hashes the bytes that are read through it.
type hashed struct {
	r     io.Reader
	hash  hash.Hash
	size  int64
	aside bool           // large pieces on another goroutine
	busy  sync.WaitGroup // with the last piece
}

// leastAside is from how many bytes on a piece is worth another goroutine.
const leastAside = 64 << 10

func (h *hashed) Read(p []byte) (int, error) {
	h.busy.Wait()
	n, err := h.r.Read(p)
	h.size += int64(n)
	if h.aside && n >= leastAside {
		h.busy.Go(func() { h.hash.Write(p[:n]) })
	} else {
		h.hash.Write(p[:n])
	}
	return n, err
}

// sum returns the hash of all that was read.
func (h *hashed) sum() []byte {
	h.busy.Wait()
	return h.hash.Sum(nil)
}

// Open opens the capture file of that name for reading; "-" is standard
// input. The error is a [*FormatError] if it is no capture, else that of the
// operating system.
func Open(name string, opts ...Option) (*File, error) {
	if name == "-" {
		return open(name, os.Stdin, os.Stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	f, err := open(filepath.Base(name), file, file, opts...)
	if err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

func open(name string, r io.Reader, c io.Closer, opts ...Option) (*File, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	f := &File{closer: c}
	if o.until != nil && regular(r) {
		f.follow = &follower{r: r, until: o.until.Done()}
		r = f.follow
	}
	f.raw = &hashed{r: r, hash: sha256.New(), aside: o.aside}
	f.src = f.raw
	f.input.Name = name
	if err := f.sniff(); err != nil {
		return nil, err
	}
	return f, f.readHead()
}

// regular reports whether r is a file that can grow behind its end.
func regular(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// sniff finds out the format from the first bytes.
func (f *File) sniff() error {
	if err := f.want(sniffed); err != nil {
		return err
	}
	for _, c := range compressions {
		if bytes.HasPrefix(f.carry, c.magic) {
			if err := f.unpack(c); err != nil {
				return err
			}
			break
		}
	}
	_, _, pcap := pcapMagic(f.carry)
	switch {
	case pcap:
		f.format, f.input.Format = &pcapCutter{ledger: &f.ledger}, string(Pcap)
	case bytes.HasPrefix(f.carry, sectionMagic):
		f.format, f.input.Format = &pcapngCutter{ledger: &f.ledger}, string(Pcapng)
	default:
		return notACapture(f.input.Name, f.carry)
	}
	return nil
}

func (f *File) readHead() error {
	for size := sniffed; ; {
		if err := f.want(size); err != nil {
			return err
		}
		var err error
		size, err = f.format.head(f.carry)
		switch {
		case err != nil:
			return &FormatError{Name: f.input.Name, Why: err.Error()}
		case size <= len(f.carry):
			f.carry = append([]byte(nil), f.carry[size:]...)
			f.at = int64(size)
			return nil
		case f.end:
			return &FormatError{
				Name: f.input.Name, Why: "the file ends inside its header",
				Hint: "was it copied or downloaded completely?",
			}
		}
	}
}

// want reads until carry holds n bytes or the input ends.
func (f *File) want(n int) error {
	for len(f.carry) < n && !f.end {
		var p [512]byte
		got := f.fill(p[:min(len(p), n-len(f.carry))])
		f.carry = append(f.carry, p[:got]...)
	}
	return f.err
}

// Read implements [Source]. Damage is no error: see [File.Input].
func (f *File) Read(ctx context.Context, b *Batch) error {
	if f.follow != nil {
		f.follow.cancel = ctx.Done()
	}
	f.settle() // b may be the last one
	b.reset(len(f.carry))
	start, end := 0, copy(b.buf, f.carry)
	for {
		used := f.format.cut(b.buf[start:end], f.end, b)
		start += used
		f.at += int64(used)
		if len(b.Packets) > 0 {
			f.carry = append(f.carry[:0], b.buf[start:end]...)
			f.count(b.Packets)
			return nil
		}
		if f.end {
			f.carry = f.carry[:0]
			return f.finish()
		}
		if err := ctx.Err(); err != nil {
			f.carry = append(f.carry[:0], b.buf[start:end]...)
			return err
		}
		f.settle()
		start, end = b.room(start, end)
		end += f.fill(b.buf[end:min(len(b.buf), end+window)])
	}
}

// settle waits until what was read last is hashed and may be changed.
func (f *File) settle() { f.raw.busy.Wait() }

// fill reads once into p and remembers if that was the end.
func (f *File) fill(p []byte) int {
	n, err := f.src.Read(p)
	f.got += int64(n)
	if err != nil {
		f.end = true
		f.note(err)
	}
	return n
}

// note sorts the error that ended the input: a broken stream of compressed
// bytes is damage, like a broken record; the rest is for the caller.
func (f *File) note(err error) {
	var path *os.PathError
	switch {
	case errors.Is(err, io.EOF):
	case errors.As(err, &path) || f.packed == "":
		f.err = err
	default:
		f.damage(f.got, "the "+f.packed+" stream is damaged: "+err.Error())
	}
}

// finish reads what lies behind the end of a compressed capture, so that the
// hash is that of the whole file.
func (f *File) finish() error {
	if f.err == nil && f.packed != "" {
		_, f.err = io.Copy(io.Discard, f.raw)
	}
	if f.err != nil {
		return f.err
	}
	return io.EOF
}

// Close closes the file.
func (f *File) Close() error { return f.closer.Close() }

// Input returns what is known of the input so far: everything once
// [File.Read] has returned io.EOF. Its number is the caller's to set. Offsets
// of damage in a gzip file are those of the capture inside.
func (f *File) Input() telltale.Input {
	in := f.input
	in.Size = f.raw.size
	in.SHA256 = hex.EncodeToString(f.raw.sum())
	in.LinkTypes = append([]string(nil), in.LinkTypes...)
	in.Damage = append([]telltale.Damage(nil), in.Damage...)
	return in
}

// Simulated reports whether the first section of a pcapng file says that the
// lab made it. It is known as soon as the file is open.
func (f *File) Simulated() bool { return f.simulated }

// Skipped returns how many bytes of records could not be handed out as
// packets, by reason; nil if there are none.
func (f *File) Skipped() map[telltale.SkipReason]int64 {
	if f.skipped == 0 {
		return nil
	}
	return map[telltale.SkipReason]int64{telltale.SkipCorruptBlock: f.skipped}
}
