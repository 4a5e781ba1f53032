package pipeline

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// incompressible returns n letters that hardly compress and hold nothing.
func incompressible(n int) string {
	const letters = "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ!$*()_-.,;?~ "
	rng := rand.New(rand.NewPCG(4, 5))
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

// TestCompressed has bodies compressed with and without saying so, longer
// than a window when compressed, cut anyhow.
func TestCompressed(t *testing.T) {
	for _, size := range []int{0, 400 << 10, 2000 << 10} {
		body := string(lab.Gzip([]byte(incompressible(size) + " imei=" + imei)))
		for _, headers := range [][]string{nil, {"Content-Encoding: gzip"}} {
			for _, first := range []int{0, 1} {
				h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
					request := post(body, headers...)
					cut := len(request) - len(body) + first
					c.Open()
					c.Send(telltale.ToServer, request[:cut])
					c.Send(telltale.ToServer, request[cut:])
				}))
				if s := h.only(t); s.Form != "gzip" {
					t.Errorf("%d bytes, %v: form %q", size, headers, s.Form)
				}
				if n := len(h.tally.Payload.Skipped); n > 0 {
					t.Errorf("%d bytes, %v: %v", len(body), headers, h.tally.Payload.Skipped)
				}
			}
		}
	}
}

// TestLongCompressed has values behind megabytes of a compressed body: all of it
// is searched, in pieces.
func TestLongCompressed(t *testing.T) {
	text := "imei=" + imei + " " + incompressible(4<<20) + " imei=" + other + " " + incompressible(1<<20)
	for name, c := range map[string]struct {
		body    []byte
		headers []string
	}{
		"gzip":    {lab.Gzip([]byte(text)), []string{"Content-Encoding: gzip"}},
		"unsaid":  {lab.Gzip([]byte(text)), nil},
		"twofold": {lab.Gzip(lab.Gzip([]byte(text))), []string{"Content-Encoding: gzip, gzip"}},
	} {
		request := post(string(c.body), c.headers...)
		h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
			c.Open()
			c.Send(telltale.ToServer, request)
			c.Send(telltale.ToServer, post("imei="+other))
		}))
		var found []string
		for _, s := range h.sightings() {
			found = append(found, s.Value.Raw())
			for _, r := range s.Ranges {
				if r.Start < 0 || r.End > int64(len(request))+200 || len(s.Packets) == 0 {
					t.Errorf("%s: at %v, in %d packets", name, s.Ranges, len(s.Packets))
				}
			}
		}
		if !slices.Equal(found, []string{imei, other, other}) {
			t.Errorf("%s: found %v", name, found)
		}
		if n := h.tally.Payload.Skipped; len(n) > 0 {
			t.Errorf("%s: skipped %v", name, n)
		}
	}
}

// TestInflateCeiling has a value just before the most that an object may inflate
// to, and one just behind: the one is found, the other counted with its reason.
func TestInflateCeiling(t *testing.T) {
	const ceiling = 64 << 20
	text := bytes.Repeat([]byte(incompressible(3<<10)+strings.Repeat(".", 61<<10)), 1200)
	copy(text[ceiling-100:], " imei="+imei+" ")
	copy(text[ceiling+100:], " imei="+other+" ")
	body := lab.Gzip(text)
	if len(body) < maxInflate {
		t.Fatalf("%d bytes are held whole", len(body))
	}
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(string(body), "Content-Encoding: gzip"))
	}))
	if s := h.only(t); s.Value.Raw() != imei {
		t.Errorf("found %v", s.Value.Raw())
	}
	rest := int64(len(body)) * int64(len(text)-ceiling) / int64(len(text))
	if got := h.tally.Payload.Skipped[telltale.SkipInflateBudget]; got < rest/2 || got > 2*rest {
		t.Errorf("%d bytes beyond the ceiling, want about %d", got, rest)
	}
}

// brotliOf and zstdOf return b as these codecs write it.
func brotliOf(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestSpeed)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstdOf(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// TestBodyBudget has bodies beyond what is held, compressed in ways that are not
// undone in pieces: what comes before is searched, the rest is counted.
func TestBodyBudget(t *testing.T) {
	text := []byte("imei=" + imei + " " + incompressible(4<<20) + " imei=" + other)
	for _, c := range []struct {
		name, encoding string
		body           []byte
	}{
		{"br", "br", brotliOf(t, text)},
		{"zstd", "zstd", zstdOf(t, text)},
		{"zstd unsaid", "", zstdOf(t, text)},
		{"gzip in zstd", "gzip, zstd", zstdOf(t, lab.Gzip(text))},
		{"not what it says", "br", text},
	} {
		var headers []string
		if c.encoding != "" {
			headers = []string{"Content-Encoding: " + c.encoding}
		}
		h := hear(t, talk(80, lab.Carriage{}, func(conn *lab.Conn) {
			conn.Open()
			conn.Send(telltale.ToServer, post(string(c.body), headers...))
			conn.Send(telltale.ToServer, post("imei="+other))
		}))
		if n := len(h.sightings()); n != 2 {
			t.Errorf("%s: %d sightings, want 2", c.name, n)
		}
		skipped, want := h.tally.Payload.Skipped, int64(len(c.body)-maxInflate)
		if skipped[telltale.SkipBodyBudget] != want || want < 900<<10 || len(skipped) != 1 {
			t.Errorf("%s: skipped %v, want %d beyond the budget", c.name, skipped, want)
		}
	}
}

// TestTruncatedGzip has the end of a compressed body missing.
func TestTruncatedGzip(t *testing.T) {
	request := post(string(lab.Gzip([]byte("imei="+imei+" "+incompressible(5000)))), "Content-Encoding: gzip")
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, request[:len(request)-3000])
	}))
	h.only(t)
}
