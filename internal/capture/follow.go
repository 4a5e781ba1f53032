package capture

import (
	"context"
	"io"
	"time"
)

// pollEvery is how often a file is asked whether it has grown.
const pollEvery = 200 * time.Millisecond

// An Option changes how [Open] reads.
type Option func(*options)

type options struct {
	until context.Context
	aside bool
}

// HashAside hashes what is read on another goroutine, while whoever reads looks at
// it. The bytes of a batch may then not be changed before the next [File.Read].
func HashAside(o *options) { o.aside = true }

// Follow waits for more where a file ends, because it is still being written.
// It does so until the context is done: then the end of the file is the end,
// and [File.Read] returns io.EOF after the last packet. The context given to
// Read also ends the waiting, with its error. Standard input and pipes end by
// themselves and are not followed.
func Follow(until context.Context) Option {
	return func(o *options) { o.until = until }
}

// follower waits for more where r ends.
type follower struct {
	r      io.Reader
	until  <-chan struct{}
	cancel <-chan struct{} // ends this Read only
}

// Read returns 0 and no error if it was canceled.
func (f *follower) Read(p []byte) (int, error) {
	for {
		n, err := f.r.Read(p)
		if n > 0 || err != io.EOF {
			return n, err
		}
		select {
		case <-f.until:
			return f.r.Read(p) // what came meanwhile
		case <-f.cancel:
			return 0, nil
		case <-time.After(pollEvery): //nolint:forbidigo // how long it waits decides nothing
		}
	}
}
