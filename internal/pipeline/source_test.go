package pipeline

import (
	"context"
	"io"

	"github.com/telltale-audit/telltale/internal/capture"
)

// frames is a source of packets. What it handed out in a batch is
// overwritten when the batch is used again, as the contract allows.
type frames struct {
	packets []capture.Packet
	each    int // packets a batch; 0: all in one
	lent    map[*capture.Batch][]byte
	fail    error // in place of io.EOF
}

func (f *frames) Read(_ context.Context, b *capture.Batch) error {
	if f.lent == nil {
		f.lent = map[*capture.Batch][]byte{}
	}
	for i := range f.lent[b] {
		f.lent[b][i] = '!'
	}
	b.Packets = b.Packets[:0]
	n := len(f.packets)
	switch {
	case n == 0 && f.fail != nil:
		return f.fail
	case n == 0:
		return io.EOF
	case f.each > 0:
		n = min(n, f.each)
	}
	var buf []byte
	for _, p := range f.packets[:n] {
		buf = append(buf, p.Data...)
	}
	f.lent[b] = buf
	for _, p := range f.packets[:n] {
		p.Data, buf = buf[:len(p.Data)], buf[len(p.Data):]
		b.Packets = append(b.Packets, p)
	}
	f.packets = f.packets[n:]
	return nil
}

func (*frames) Close() error { return nil }
