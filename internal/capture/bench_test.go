package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// benchCapture is a capture of 20,000 packets of 40 to 1,400 bytes.
func benchCapture(b *testing.B, format Format) []byte {
	b.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, format, packet.LinkEthernet, "")
	data := bytes.Repeat([]byte("payload "), 200)
	for i := 0; err == nil && i < 20_000; i++ {
		err = w.Write(start+int64(i)*1000, data[:40+i*7919%1360], "")
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkRead reads captures from memory. Beside it, in the same run: the
// same windows read without looking at them, hashed, and searched for a byte.
func BenchmarkRead(b *testing.B) {
	for _, format := range formats {
		raw := benchCapture(b, format)
		for _, hashing := range []bool{true, false} {
			name := string(format) + "/hash"
			if !hashing {
				name = string(format) + "/no-hash"
			}
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(raw)))
				b.ReportAllocs()
				var batch Batch
				for b.Loop() {
					benchRead(b, raw, &batch, hashing)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20_000, "ns/packet")
			})
		}
	}
	raw := benchCapture(b, Pcap)
	buf := make([]byte, window)
	b.Run("plain", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			for r := bytes.NewReader(raw); ; {
				if _, err := r.Read(buf); err != nil {
					break
				}
			}
		}
	})
	b.Run("IndexByte", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			for r := bytes.NewReader(raw); ; {
				n, err := r.Read(buf)
				if err != nil {
					break
				}
				bytes.IndexByte(buf[:n], 0xee)
			}
		}
	})
}

func benchRead(b *testing.B, raw []byte, batch *Batch, hashing bool) {
	f, err := open("bench", bytes.NewReader(raw), nil)
	if err != nil {
		b.Fatal(err)
	}
	if !hashing {
		f.src = f.raw.r
	}
	for {
		err := f.Read(b.Context(), batch)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
