package decode

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// inflatePlain inflates b with the library, as far as that goes.
func inflatePlain(b []byte) (out []byte, used int, err error) {
	in := bytes.NewReader(b)
	out, err = io.ReadAll(io.LimitReader(flate.NewReader(in), 1<<20))
	return out, len(b) - in.Len(), err
}

// inflateBy inflates b into memory that grows by step bytes at a time.
func inflateBy(b []byte, step int) (out []byte, used int, err error) {
	var z inflater
	z.reset(b, 0, 0)
	for o := 0; err == nil && o < 1<<20; {
		out = append(out[:o], make([]byte, step)...)
		o, err = z.run(out, o)
		out = out[:o]
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return out[:min(len(out), 1<<20)], z.used(), err
}

// deflated returns b as the library writes it.
func deflated(b []byte, level int) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, level)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// deflateTexts are texts that deflate writes in all its ways.
func deflateTexts() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	words := strings.Fields("the quick brown fox jumps over a lazy dog {\"imei\":\"001012704839210\"} \x00\x01\x02")
	var prose []byte
	for len(prose) < 90_000 {
		prose = append(append(prose, words[r.IntN(len(words))]...), byte(r.IntN(200)))
	}
	var repeats []byte // of all lengths that are less than a step, and some more
	for n := range 20 {
		repeats = append(repeats, bytes.Repeat(noise[100*n:101*n], 300)...)
	}
	return [][]byte{nil, []byte("a"), bytes.Repeat([]byte("a"), 5000), bytes.Repeat([]byte("abc"), 30_000), noise, prose, prose[:300], repeats}
}

func TestInflateIsTheLibrarys(t *testing.T) {
	for _, text := range deflateTexts() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			b := append(deflated(text, level), "more"...)
			for _, step := range []int{1, 7, 300, 1 << 17} {
				out, used, err := inflateBy(b, step)
				if err != nil || !bytes.Equal(out, text) || used != len(b)-4 {
					t.Fatalf("level %d, %d bytes, by %d: %d bytes of %d, %v", level, len(text), step, len(out), used, err)
				}
			}
		}
	}
}

// TestInflateOfCut inflates what is cut anywhere: all that the input says comes
// out, and the rest is missed.
func TestInflateOfCut(t *testing.T) {
	for _, text := range deflateTexts() {
		text = text[:min(len(text), 3000)]
		for _, level := range []int{flate.HuffmanOnly, flate.BestSpeed, flate.BestCompression} {
			b, before := deflated(text, level), 0
			for n := range b {
				out, used, err := inflateBy(b[:n], 1<<12)
				if !errors.Is(err, io.ErrUnexpectedEOF) || used != n || !bytes.HasPrefix(text, out) || len(out) < before {
					t.Fatalf("level %d, %d bytes, cut at %d: %d bytes, %v", level, len(text), n, len(out), err)
				}
				before = len(out)
			}
			if before < len(text)-1 {
				t.Errorf("level %d: %d bytes of %d before the last byte", level, before, len(text))
			}
		}
	}
}

// TestInflateOfLongest inflates two literals, a length and a distance over and over
// whose codes and extra bits are the longest that there are: 70 bits in all.
func TestInflateOfLongest(t *testing.T) {
	const copies, length, distance = 100, 227 + 31, 24577 + 8191
	noise := deflateTexts()[4][:maxBack]
	want := bytes.Clone(noise)
	var w bitWriter
	w.put(0, 8) // a stored block
	w.put(maxBack|^maxBack&0xffff<<16, 32)
	w.bytes(noise...)

	// Lengths 1 to 15 of both codes: literals from "a" on, but for those needed here.
	literals, distances := make([]uint8, 286), make([]uint8, 30)
	for n := range uint8(14) {
		literals['a'+n], distances[n] = n+1, n+1
	}
	const literal = 'a' + literalRoot - 1
	literals[256], literals[284], distances[28], distances[29] = 15, 15, 15, 15
	w.put(0b101, 3)
	w.put(29|29<<5|15<<10, 14)
	for _, sym := range order {
		if sym < 16 {
			w.put(4, 3)
		} else {
			w.put(0, 3)
		}
	}
	for _, n := range slices.Concat(literals, distances) {
		w.put(reversed(int(n), 4), 4)
	}
	for range copies {
		w.code(literals, literal)
		w.code(literals, literal)
		w.code(literals, 284)
		w.put(31, 5)
		w.code(distances, 29)
		w.put(8191, 13)
		want = append(want, literal, literal)
		want = append(want, want[len(want)-distance:][:length]...)
	}
	w.code(literals, 256)
	for _, step := range []int{1, 1 << 17} {
		if out, used, err := inflateBy(w.out, step); err != nil || used != len(w.out) || !bytes.Equal(out, want) {
			t.Errorf("by %d: %d bytes of %d, %v", step, len(out), len(want), err)
		}
	}
}

// A bitWriter writes bits, the lowest first.
type bitWriter struct {
	out  []byte
	have int // bits of the last byte
}

func (w *bitWriter) put(v, n int) {
	for i := range n {
		if w.have%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(v>>i&1) << (w.have % 8)
		w.have++
	}
}

// bytes writes whole bytes, at the bounds of bytes.
func (w *bitWriter) bytes(b ...byte) { w.out = append(w.out, b...) }

// code writes the code of a symbol among those of so many bits (RFC 1951, 3.2.2).
func (w *bitWriter) code(lengths []uint8, symbol int) {
	code, size := 0, lengths[symbol]
	for i, n := range lengths {
		if n > 0 && (n < size || n == size && i < symbol) {
			code += 1 << (size - n)
		}
	}
	w.put(reversed(code, int(size)), int(size))
}

func FuzzInflate(f *testing.F) {
	for _, text := range deflateTexts() {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
			b := deflated(text[:min(len(text), 3000)], level)
			f.Add(b, uint16(0))
			f.Add(b[:len(b)/2], uint16(100))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, step uint16) {
		want, plainUsed, plainErr := inflatePlain(b)
		got, used, err := inflateBy(b, int(step)+1)
		if (err == nil) != (plainErr == nil) {
			t.Fatalf("%v, the library says %v", err, plainErr)
		}
		if len(want) == 1<<20 {
			got = got[:min(len(got), len(want))]
		} else if err == nil && used != plainUsed {
			t.Fatalf("%d bytes used, the library %d", used, plainUsed)
		}
		// Of what ends too early, the library leaves the last symbols unread.
		if truncated := errors.Is(err, io.ErrUnexpectedEOF); !bytes.HasPrefix(got, want) || !truncated && len(got) != len(want) {
			t.Fatalf("%d bytes, the library %d", len(got), len(want))
		}
	})
}

// BenchmarkInflate inflates JSON, and says how many times quicker that is than
// with the library.
func BenchmarkInflate(b *testing.B) {
	text := jsonText(60_000)
	packed := deflated(text, flate.DefaultCompression)
	var z inflater
	room := make([]byte, len(text)+1)
	library := flate.NewReader(nil)
	var own, theirs time.Duration
	b.SetBytes(int64(2 * len(text)))
	for b.Loop() {
		begun := time.Now()
		z.reset(packed, 0, 0)
		if n, err := z.run(room, 0); n != len(text) || !errors.Is(err, io.EOF) {
			b.Fatal(n, err)
		}
		half := time.Now()
		_ = library.(flate.Resetter).Reset(bytes.NewReader(packed), nil)
		if n, err := io.ReadFull(library, room); n != len(text) {
			b.Fatal(n, err)
		}
		own, theirs = own+half.Sub(begun), theirs+time.Since(half)
	}
	b.ReportMetric(float64(theirs)/float64(own), "times-as-quick")
}

// jsonText returns JSON of about n bytes.
func jsonText(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("minute star travel list mountain left face road product late paper piece help press course port mother gold letter")
	var b []byte
	for b = append(b, '['); len(b) < n; {
		b = fmt.Appendf(b, `{"t":15475%08d,"event":"%s.%s","ms":%d,"share":0.%04d,"ok":true,"ref":"%08x-%04x","text":"`,
			r.IntN(1e8), words[r.IntN(len(words))], words[r.IntN(len(words))], r.IntN(99_999), r.IntN(9999), r.Uint32(), r.IntN(1<<16))
		for range r.IntN(20) {
			b = append(append(b, words[r.IntN(len(words))]...), ' ')
		}
		b = append(b, `"},`...)
	}
	return b
}
