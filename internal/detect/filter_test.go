package detect

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
)

// The filters find what bytes.Index finds, wherever it stands.
func TestFilterIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for least := shortPattern; least < 20; least++ {
		for range 100 {
			letters := 2 + rng.IntN(20) // few letters make many near misses
			var patterns []pattern
			for range 1 + rng.IntN(20) {
				patterns = append(patterns, pattern{text: string(randomText(rng, least+rng.IntN(9), letters))})
			}
			text := randomText(rng, rng.IntN(300), letters)
			for range rng.IntN(5) {
				p := patterns[rng.IntN(len(patterns))]
				at := rng.IntN(len(text) + 1)
				text = slices.Concat(text[:at], []byte(p.text), text[at:])
			}
			var got, want []string
			newFilter(patterns).find(text, func(p *pattern, start int) {
				got = append(got, fmt.Sprintf("%s@%d", p.text, start))
			})
			for _, p := range patterns {
				for at := 0; at+len(p.text) <= len(text); at++ {
					if bytes.HasPrefix(text[at:], []byte(p.text)) {
						want = append(want, fmt.Sprintf("%s@%d", p.text, at))
					}
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("in %q:\ngot  %v\nwant %v", text, got, want)
			}
		}
	}
}

func randomText(rng *rand.Rand, n, letters int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(rng.IntN(letters))
	}
	return b
}

// httpText returns text as phones send it, without any identifier.
func httpText(n int) []byte {
	rng := rand.New(rand.NewPCG(4, 4))
	words := bytes.Fields([]byte("the status of battery screen update content language type image accept encoding mobile cache control release version android network service"))
	var b []byte
	for len(b) < n {
		b = append(b, "POST /v1/events HTTP/1.1\r\nHost: telemetry.example.org\r\nContent-Type: application/json\r\n\r\n{"...)
		for i := range 20 {
			b = fmt.Appendf(b, `"%s_%d":"%s %s","n%d":%d,`, words[rng.IntN(len(words))], i,
				words[rng.IntN(len(words))], words[rng.IntN(len(words))], i, rng.IntN(1e6))
		}
		b = append(b, "\"end\":true}\r\n"...)
	}
	return b[:n]
}

func benchEngine() *Engine {
	var seeds []Seed
	for i := range 9 {
		seeds = append(seeds, seedOf(telltale.IMEI, fmt.Sprintf("00101270483%04d", i*7), 0),
			seedOf(telltale.MAC, fmt.Sprintf("02:00:5e:10:7a:%02x", i), 0),
			seedOf(telltale.ICCID, fmt.Sprintf("8999900123456789%04d", i*13), 0))
	}
	return New(seeds)
}

// A work is one of those that a benchmark times in turns.
type work struct {
	name string
	run  func()
}

// turns runs works in turns on a text of so many bytes and tells the best turn
// of each, and its ratio to the first: on a busy machine, that holds.
func turns(b *testing.B, size int, works ...work) {
	best := make([]time.Duration, len(works))
	for _, w := range works {
		w.run() // finds the memory it will reuse
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, w := range works {
			start := time.Now()
			w.run()
			if took := time.Since(start); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	for i, w := range works {
		b.ReportMetric(float64(size)/1e6/best[i].Seconds(), w.name+"-MB/s")
		if i > 0 {
			b.ReportMetric(float64(best[i])/float64(best[0]), w.name+"-times-"+works[0].name)
		}
	}
}

// BenchmarkScanMiss measures the filter of known values, and the whole search,
// on text that holds none, beside bytes.IndexByte and SHA-256.
func BenchmarkScanMiss(b *testing.B) {
	text, e := bytes.Repeat(httpText(1<<20), 32), benchEngine() // more than caches hold
	s := e.NewSearch()
	s.Begin()
	turns(b, len(text),
		work{"IndexByte", func() { _ = bytes.IndexByte(text, 0) }},
		work{"filter", func() { e.texts.find(text, func(*pattern, int) {}) }},
		work{"search", func() { s.Scan(Field{Name: "http.body", Data: text}) }},
		work{"sha256", func() { _ = sha256.Sum256(text) }},
	)
}

// Nothing is allocated for text in which nothing is found.
func TestNoAllocationOnMiss(t *testing.T) {
	text, s := httpText(64<<10), benchEngine().NewSearch()
	s.Begin()
	f := Field{Name: "http.body", Data: text}
	s.Scan(f)
	if n := testing.AllocsPerRun(20, func() { s.Scan(f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkSearchNested measures the whole search on text of which half is
// Base64 of JSON, in Base64 again: what a search of literals alone never sees.
func BenchmarkSearchNested(b *testing.B) {
	var text []byte
	for len(text) < 1<<20 {
		inner := base64.StdEncoding.EncodeToString(httpText(3000))
		text = append(text, httpText(4000)...)
		text = fmt.Appendf(text, `{"d":"%s"}`, base64.StdEncoding.EncodeToString([]byte(`{"e":"`+inner+`"}`)))
	}
	s := benchEngine().NewSearch()
	s.Begin()
	turns(b, len(text), work{"IndexByte", func() { _ = bytes.IndexByte(text, 0) }}, work{"search", func() {
		for at := 0; at < len(text); at += 64 << 10 {
			s.Scan(Field{Name: "http.body", Data: text[at:min(at+64<<10, len(text))]})
		}
	}})
}

// BenchmarkNew makes an engine for what nine device files tell.
func BenchmarkNew(b *testing.B) {
	var seeds []Seed
	for i := range 9 {
		for kind, value := range map[telltale.Kind]string{
			telltale.IMEI:   fmt.Sprintf("00101270483%04d", i*7),
			telltale.MEID:   fmt.Sprintf("A000004921%04X", i),
			telltale.IMSI:   fmt.Sprintf("00101653119%04d", i*11),
			telltale.ICCID:  fmt.Sprintf("8999900123456789%04d", i*13),
			telltale.MAC:    fmt.Sprintf("02:00:5e:10:7a:%02x", i),
			telltale.Serial: fmt.Sprintf("LABN7N52613%05d", i),
			telltale.AdID:   fmt.Sprintf("f5129d83-1306-47ae-b5ac-86d7cdd8b%03x", i),
		} {
			seeds = append(seeds, seedOf(kind, value, 0))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		New(seeds)
	}
}
