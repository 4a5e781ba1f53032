package decode

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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
	return [][]byte{nil, []byte("a"), bytes.Repeat([]byte("a"), 5000), bytes.Repeat([]byte("abc"), 30_000), noise, prose, prose[:300]}
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
