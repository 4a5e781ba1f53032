package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// packedZstd returns b in Zstandard.
func packedZstd(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// auditBytes audits a file, and returns the bytes allocated for it as well.
func auditBytes(t *testing.T, b []byte) (a *Result, allocated uint64, err error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err = Run(t.Context(), Options{Inputs: []string{name}, Workers: 1})
	runtime.ReadMemStats(&after)
	return a, after.TotalAlloc - before.TotalAlloc, err
}

// TestPackedInputBombs has captures that are small as files and large when they
// are unpacked: what comes before is found, the rest is named and counted, and
// eight times as much takes no more memory.
func TestPackedInputBombs(t *testing.T) {
	var genuine bytes.Buffer
	if _, err := lab.Hostiles[0].Write(&genuine, 1, 8); err != nil {
		t.Fatal(err)
	}
	for name, pack := range map[string]func([]byte) []byte{
		"gzip": lab.Gzip, "zstd": func(b []byte) []byte { return packedZstd(t, b) },
	} {
		const size, zstdWindow = 32 << 20, 8 << 20
		var took [2]uint64
		for i, n := range []int{size / 8, size} {
			a, allocated, err := auditBytes(t, pack(append(genuine.Bytes(), make([]byte, n)...)))
			if err != nil {
				t.Fatal(err)
			}
			c := &a.Report.Coverage
			if len(a.Report.Identifiers) == 0 || c.Complete || c.Payload.Balance() != 0 {
				t.Errorf("%s, %d: %d identifiers, complete %v, %+v", name, n, len(a.Report.Identifiers), c.Complete, c.Payload)
			}
			if got := c.Payload.Skipped[telltale.SkipCorruptBlock]; got != int64(n) {
				t.Errorf("%s: %d bytes named, want %d", name, got, n)
			}
			took[i] = allocated
		}
		if took[1] > took[0]+2*zstdWindow {
			t.Errorf("%s: %d bytes allocated for %d, %d for an eighth", name, took[1], size, took[0])
		}
	}
}

// TestPackedInputInPacked has captures compressed more than once: one layer is
// undone, and what is in it is named for what it is, without unpacking it.
func TestPackedInputInPacked(t *testing.T) {
	var genuine bytes.Buffer
	if _, err := lab.Hostiles[0].Write(&genuine, 1, 8); err != nil {
		t.Fatal(err)
	}
	bomb := append(genuine.Bytes(), make([]byte, 64<<20)...)
	deep := genuine.Bytes()
	for range 20 {
		deep = lab.Gzip(deep)
	}
	for name, b := range map[string][]byte{
		"quine": lab.Quine(), "gzip 20 deep": deep, "gzip in gzip": lab.Gzip(lab.Gzip(bomb)),
		"zstd in zstd": packedZstd(t, packedZstd(t, bomb)), "zstd in gzip": lab.Gzip(packedZstd(t, bomb)), "gzip in zstd": packedZstd(t, lab.Gzip(bomb)),
	} {
		_, allocated, err := auditBytes(t, b)
		var format *capture.FormatError
		if !errors.As(err, &format) || format.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		if allocated > 8<<20 {
			t.Errorf("%s: %d bytes allocated", name, allocated)
		}
	}
}
