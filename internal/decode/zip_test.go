package decode

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
)

// archive returns a ZIP archive of files of one text each, by the method.
func archive(t *testing.T, method uint16, texts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, text := range texts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: "log/device.json", Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestZip reads the members of archives, whose CRC comes before or behind them.
func TestZip(t *testing.T) {
	first := strings.Repeat("what fills a log ", 300)
	three := archive(t, zip.Deflate, first, marker, "short")
	before := func(b []byte) []byte { return append(encodeZip([]byte(first)), b...) }
	encrypted, masked, another, wrong := encodeZip([]byte(marker)), encodeZip([]byte(marker)), encodeZip([]byte(marker)), encodeZip([]byte(marker))
	encrypted[6], masked[7], another[8], wrong[14] = 1, 0x20, 9, wrong[14]^1
	for name, c := range map[string]struct {
		wire []byte
		form string // "" if not seen
	}{
		"three members":        {three, "zip>json"},
		"without its list":     {before(encodeZip([]byte(marker))), "zip>json"},
		"stored":               {archive(t, zip.Store, first, marker), "json"},
		"in a form":            {encodeMultipart(three), "zip>json"},
		"in gzip":              {encodeGzip(three), "gzip>zip>json"},
		"gzip in it":           {archive(t, zip.Deflate, string(encodeGzip([]byte(marker)))), "zip>gzip>json"},
		"in base64":            {append([]byte("d="), base64Decoder.Encode(three)...), "form>base64>zip>json"},
		"no mark of the CRC":   {before(bytes.Replace(three, zipTrailer, nil, 1)), "zip>json"},
		"cut behind":           {three[:bytes.LastIndex(three, zipMagic)-20], "zip>json"},
		"with a wrong CRC":     {wrong, "zip>json"},
		"encrypted":            {encrypted, ""},
		"with a masked head":   {masked, ""},
		"by another method":    {another, ""},
		"a head and no more":   {three[:bytes.LastIndex(three, zipMagic)][:40], ""},
		"a longer name":        {append(three[:26:26], 0xff, 0xff, 0, 0), ""},
		"less than its name":   {append(three[:26:26], 200, 0, 0, 0, 'n'), ""},
		"behind its beginning": {before(append([]byte("PK\x03\x04PK\x03"), three...)), "zip>json"},
	} {
		seen, tally := look(c.wire, Hints{}, "001012704839210")
		if got := forms(seen); got != c.form || tally.Skipped != nil {
			t.Errorf("%s: seen %q, want %q, skipped %v", name, got, c.form, tally.Skipped)
		}
	}
}

// TestZipCut has a member begin at the end of a window, wherever that cuts its
// head: it is read in the next one.
func TestZipCut(t *testing.T) {
	text := bytes.Repeat([]byte("text "), 400)
	wire := append(bytes.Clone(text), archive(t, zip.Deflate, marker)...)
	wire = append(wire, bytes.Repeat([]byte{0, 1, 2}, 1000)...)
	for cut := len(text); cut < len(text)+300; cut++ {
		var w Walker
		var f Inflow
		seen := 0
		count := func(v *View) { seen += bytes.Count(v.Data[v.Seen:], []byte("001012704839210")) }
		keep := w.Walk(wire[:cut], Hints{More: true, Inflow: &f}, count).Keep
		base := cut - max(keep, 64) // a search gives as much again
		tally := w.Walk(wire[base:], Hints{Base: int64(base), Inflow: &f}, count)
		if seen == 0 || tally.Skipped != nil {
			t.Fatalf("cut %d bytes behind its beginning, %d kept: seen %d times, skipped %v", cut-len(text), keep, seen, tally.Skipped)
		}
	}
}

// TestZipOrigin says which bytes of an archive hold a member.
func TestZipOrigin(t *testing.T) {
	wire := archive(t, zip.Deflate, "first", marker, "last")
	new(Walker).Walk(wire, Hints{}, func(v *View) {
		checkOrigin(t, v, len(wire))
		if v.decoder != zipDecoder || !bytes.Contains(v.Data, []byte("IMEI1")) {
			return
		}
		r := v.Origin(v.whole())
		if got := crc32.ChecksumIEEE(v.Data); !bytes.HasPrefix(wire[r.Start:], zipMagic) || binary.LittleEndian.Uint32(wire[r.End-12:]) != got || r.Len() > 300 {
			t.Errorf("it comes from %q", wire[r.Start:r.End])
		}
	})
}

// TestZipHeads has heads without members, and a bomb: what is not read is told.
func TestZipHeads(t *testing.T) {
	head := encodeZip(nil)[:zipHead]
	binary.LittleEndian.PutUint16(head[26:], maxName)
	for name, wire := range map[string][]byte{
		"heads":  bytes.Repeat(head, 1<<14),
		"magics": bytes.Repeat(zipMagic, 1<<17),
		"empty":  bytes.Repeat(encodeZip(nil), 1<<14),
	} {
		start := time.Now()
		c := costOf(wire, Hints{})
		if took := time.Since(start); took > 5*time.Second || !c.bounded(len(wire)) {
			t.Errorf("%s: %v, %+v", name, took, c)
		}
	}
	bomb := encodeZip(make([]byte, maxInflated+1<<20))
	if c := costOf(bomb, Hints{}); !c.bounded(len(bomb)) || c.tally.Skipped[telltale.SkipInflateBudget] == 0 {
		t.Errorf("a bomb: %+v", c)
	}
}

// TestZstdSkippable has a frame that says nothing before one of Zstandard (RFC
// 8878, 3.1.2).
func TestZstdSkippable(t *testing.T) {
	wire := append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), encodeZstd([]byte(marker))...)
	for _, encodings := range [][]string{{"zstd"}, nil} {
		seen, tally := look(wire, Hints{Encodings: encodings}, "001012704839210")
		if forms(seen) != "json zstd>json" || tally.Skipped != nil {
			t.Errorf("%q: seen %q, skipped %v", encodings, forms(seen), tally.Skipped)
		}
	}
}
