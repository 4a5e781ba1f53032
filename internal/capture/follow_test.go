package capture

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// grow appends to a file piece by piece.
func grow(t *testing.T, name string, raw []byte, step int) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	for ; err == nil && len(raw) > 0; raw = raw[min(step, len(raw)):] {
		time.Sleep(pollEvery / 4)
		_, err = f.Write(raw[:min(step, len(raw))])
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

// TestFollow reads a file while it is written, from its header on, and ends
// when it is told to.
func TestFollow(t *testing.T) {
	for _, format := range formats {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			raw := written(t, format, 100)
			name := filepath.Join(t.TempDir(), "growing")
			if err := os.WriteFile(name, raw[:10], 0o600); err != nil {
				t.Fatal(err)
			}
			until, stop := context.WithCancel(t.Context())
			defer stop()
			go grow(t, name, raw[10:], len(raw)/5)
			f, err := Open(name, Follow(until))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var b Batch
			for n := 0; n < 100; n += len(b.Packets) {
				if err := f.Read(t.Context(), &b); err != nil {
					t.Fatal(n, err)
				}
				for i, p := range b.Packets {
					if !samePacket(p, sample(n+i)) {
						t.Fatalf("packet %d: %+v", n+i, p)
					}
				}
			}
			stop()
			if err := f.Read(t.Context(), &b); !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			checkRaw(t, f, raw)
			if f.Input().Damage != nil {
				t.Error(f.Input().Damage)
			}
		})
	}
}

// TestFollowCancel ends a Read that waits.
func TestFollowCancel(t *testing.T) {
	name := filepath.Join(t.TempDir(), "still")
	if err := os.WriteFile(name, written(t, Pcap, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	until, stop := context.WithCancel(t.Context())
	f, err := Open(name, Follow(until))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b Batch
	if err := f.Read(t.Context(), &b); err != nil || len(b.Packets) != 1 {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), pollEvery/10)
	defer cancel()
	if err := f.Read(ctx, &b); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	stop()
	if err := f.Read(t.Context(), &b); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
