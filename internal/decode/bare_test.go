package decode

import (
	"bytes"
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
)

// bare returns b in deflate without a header.
func bare(b []byte) []byte { return deflated(b, flate.DefaultCompression) }

// TestBareDeflate opens deflate without a header where a token of Base64 or
// hexadecimal is all of it.
func TestBareDeflate(t *testing.T) {
	b64 := func(b []byte) string { return string(base64Decoder.Encode(b)) }
	long := slices.Concat(prose(200<<10), []byte(marker))
	wide := encodeUTF16([]byte(marker))
	for _, c := range []struct{ name, wire, form string }{
		{"alone", b64(bare([]byte(marker))), "base64>deflate>json"},
		{"in JSON", `{"d":"` + b64(bare([]byte(marker))) + `"}`, "json>base64>deflate>json"},
		{"in a form", "d=" + b64(bare([]byte(marker))) + "&v=1", "form>base64>deflate>json"},
		{"SAML", "SAMLRequest=" + url.QueryEscape(b64(bare([]byte(`<samlp:AuthnRequest ID="001012704839210"/>`)))) + "&RelayState=x", "url>base64>deflate"},
		{"hexadecimal", "d=" + string(hexDecoder.Encode(bare([]byte(marker)))), "form>hex>deflate>json"},
		{"wrapped", wrap(b64(bare(long)), 76, "\r\n"), "base64>deflate>json"},
		{"its own codes", b64(bare(long)), "base64>deflate>json"},
		{"short", "d=" + b64(bare([]byte("imei=001012704839210"))), "form>base64>deflate>form"},
		{"fixed codes", "d=" + b64(deflated([]byte(marker), flate.BestCompression)), "form>base64>deflate>json"},
		{"codes alone", b64(deflated(long, flate.HuffmanOnly)), "base64>deflate>json"},
		{"gzip in it", b64(deflated(encodeGzip([]byte(marker)), flate.HuffmanOnly)), "base64>deflate>gzip>json"},
		{"itself in it", b64(bare([]byte(`{"d":"` + b64(bare([]byte(marker))) + `"}`))), "base64>deflate>json>base64>deflate>json"},
		{"wide text", b64(bare(wide)), "base64>deflate>utf16>json"},
		{"in gzip", string(encodeGzip([]byte(`{"d":"` + b64(bare([]byte(marker))) + `"}`))), "gzip>json>base64>deflate>json"},
	} {
		seen, tally := look([]byte(c.wire), Hints{}, "001012704839210")
		if !slices.ContainsFunc(seen, func(s sight) bool { return s.form == c.form }) || tally.Skipped != nil {
			t.Errorf("%s: seen %q, want %q, skipped %v", c.name, forms(seen), c.form, tally.Skipped)
		}
		for _, s := range seen {
			if again, _ := look([]byte(c.wire)[s.wire.Start:s.wire.End], Hints{}, "001012704839210"); len(again) == 0 {
				t.Errorf("%s: %v does not show the value", c.name, s.wire)
			}
		}
	}
}

// TestBareDeflateOfAll has all else within it.
func TestBareDeflateOfAll(t *testing.T) {
	for _, d := range All {
		for _, writer := range []*Decoder{base64Decoder, hexDecoder} {
			content := d.Encode([]byte("and before it " + marker))
			if !looksDecoded(content) {
				continue // what is no text and begins as nothing may be anything
			}
			seen, tally := look(append([]byte("v="), writer.Encode(bare(content))...), Hints{}, "001012704839210")
			if len(seen) == 0 || tally.Skipped != nil {
				t.Errorf("%s of deflate of %s: seen %v, skipped %v", writer.Name, d.Name, seen, tally.Skipped)
			}
		}
	}
}

// TestNoBareDeflate has what is not all of a token, or no text.
func TestNoBareDeflate(t *testing.T) {
	whole := bare([]byte(marker))
	sealed := bytes.Repeat([]byte{0x80, 0x91, 0xfe, 0x03}, 50)
	for name, b := range map[string][]byte{
		"more behind":    append(bytes.Clone(whole), 0),
		"cut":            whole[:len(whole)-1],
		"no text":        bare(sealed),
		"a few bytes":    bare([]byte("ab")),
		"of no block":    append([]byte{7}, whole[1:]...),
		"nothing":        bare(nil),
		"more after 1 K": append(bare(prose(1500)), 0, 0, 0, 0),
	} {
		for _, d := range []*Decoder{base64Decoder, hexDecoder} {
			wire := append([]byte("d="), d.Encode(b)...)
			tally := new(Walker).Walk(wire, Hints{}, func(v *View) {
				if v.decoder == deflateDecoder {
					t.Errorf("%s: %q in %s", name, v.Data, d.Name)
				}
			})
			if tally.Skipped != nil {
				t.Errorf("%s: skipped %v", name, tally.Skipped)
			}
		}
	}
}

// TestBareDeflateOfNoise has tokens of random bytes, keys and digests as it were:
// next to none of them are deflate.
func TestBareDeflateOfNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var w Walker
	opened := 0
	for round := range 200 {
		var wire []byte
		for range 200 {
			b := make([]byte, 12+rng.IntN(60))
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
			d := []*Decoder{base64Decoder, hexDecoder}[round%2]
			wire = append(append(wire, d.Encode(b)...), `","`...)
		}
		w.Walk(wire, Hints{}, func(v *View) {
			if v.decoder == deflateDecoder {
				opened++
			}
		})
	}
	if opened > 0 {
		t.Errorf("%d of 40,000 opened", opened)
	}
}

// bareHostile are tokens made to cost much, of about n bytes together.
func bareHostile(n int) map[string][]byte {
	var codes bitWriter // one symbol of one bit in either code: next to no bytes, and all tables
	codes.put(0b101, 3)
	codes.put(0|0<<5|14<<10, 14)
	for _, sym := range order[:18] {
		codes.put(map[uint8]int{18: 1, 1: 1}[sym], 3)
	}
	for range 40 {
		codes.put(1, 8)
	}
	tail := append(bare(bytes.Repeat([]byte("text "), 700)), 0)
	bomb := append(bare(bytes.Repeat([]byte("text "), 100<<10)), 0)
	out := map[string][]byte{}
	for name, b := range map[string][]byte{
		"codes": codes.out[:18], "byte behind": tail, "byte behind much": bomb,
		"fixed": bytes.Repeat([]byte{0x4b}, 15), "whole": bare([]byte("text of a few words")),
		"bomb": bare(bytes.Repeat([]byte("text "), 1<<20)),
	} {
		for _, d := range []*Decoder{base64Decoder, hexDecoder} {
			token := append(bytes.TrimRight(d.Encode(b), "="), '"')
			out[d.Name+" of "+name] = bytes.Repeat(token, max(1, n/len(token)))
		}
	}
	return out
}

// TestBareDeflateHostile holds the limits on what is made for tokens that cost much,
// and that twice as many cost twice as much.
func TestBareDeflateHostile(t *testing.T) {
	twice := bareHostile(512 << 10)
	for name, wire := range bareHostile(256 << 10) {
		few, many := costOf(wire, Hints{}), costOf(twice[name], Hints{})
		if !few.bounded(len(wire)) || !many.bounded(len(twice[name])) {
			t.Errorf("%s: %+v, %+v", name, few, many)
		}
		if many.made > 3*few.made+overBase {
			t.Errorf("%s: %d bytes made, of twice as many %d", name, few.made, many.made)
		}
	}
	bomb := base64Decoder.Encode(bare(bytes.Repeat([]byte("text "), maxInflated/4)))
	if c := costOf(bomb, Hints{}); !c.bounded(len(bomb)) || c.tally.Skipped[telltale.SkipInflateBudget] == 0 {
		t.Errorf("a bomb: %+v", c)
	}
}

func BenchmarkDecodeBare(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	texts := bareHostile(1 << 20)
	for _, n := range []int{16, 32, 256} {
		for _, d := range []*Decoder{base64Decoder, hexDecoder} {
			var wire, noise []byte
			for len(wire) < 1<<20 {
				noise = noise[:0]
				for range n {
					noise = append(noise, byte(rng.Uint32()))
				}
				wire = append(append(wire, d.Encode(noise)...), `","`...)
			}
			texts[fmt.Sprintf("%s of %d random bytes", d.Name, n)] = wire
		}
	}
	for _, name := range sortedNames(texts) {
		b.Run(name, func(b *testing.B) {
			var w Walker
			b.SetBytes(int64(len(texts[name])))
			for b.Loop() {
				w.Walk(texts[name], Hints{}, func(*View) {})
			}
		})
	}
}

func sortedNames(texts map[string][]byte) (names []string) {
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// FuzzBare holds, for any bytes in Base64, that what is opened as deflate is what
// the library inflates of the token, to its end. A slash in it may end a token.
func FuzzBare(f *testing.F) {
	for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
		f.Add(deflated([]byte(marker), level), false)
		f.Add(append(deflated([]byte(marker), level), 0), true)
	}
	f.Add([]byte(marker), true)
	f.Fuzz(func(t *testing.T, b []byte, pack bool) {
		if len(b) > 32<<10 {
			return // budgets are tested elsewhere
		}
		if pack {
			b = bare(b)
		}
		var w Walker
		wire := append([]byte("d="), base64Decoder.Encode(b)...)
		w.Walk(wire, Hints{}, func(v *View) {
			if v.decoder != deflateDecoder || v.depth != 2 || v.Parent.from.Start != 2 || v.Seen > 0 {
				return
			}
			checkOrigin(t, v, len(wire))
			token := v.Parent.Data
			want, used, err := inflatePlain(token)
			whole := err == nil && used == len(token) && len(want) < 1<<20
			if !looksDecoded(v.Data) || !bytes.HasPrefix(want, v.Data) || !whole && len(want) < sureSize {
				t.Fatalf("%q shown of %x, the library: %q to %d, %v", v.Data, token, want, used, err)
			}
		})
		inflated := w.inflated
		oracle.Allocates(t, fixedWalk, len(wire)+inflated, func() {
			var fresh Walker
			fresh.Walk(wire, Hints{}, func(*View) {})
		})
	})
}
