package decode

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// marker is what tests plant and look for.
const marker = `{"IMEI1":"001012704839210","MACID":"02:00:5e:10:7a:c4"}`

// A sight is a place where a walk showed a needle.
type sight struct {
	form, path string
	wire       telltale.Range
	group      telltale.Range // the same from the start of a Base64 group on
}

// look walks root and returns where needle was shown, each once.
func look(root []byte, h Hints, needle string) ([]sight, Tally) {
	var w Walker
	return lookWith(&w, root, h, needle)
}

func lookWith(w *Walker, root []byte, h Hints, needle string) (seen []sight, t Tally) {
	t = w.Walk(root, h, func(v *View) {
		for at := 0; ; at++ {
			i := bytes.Index(v.Data[at:], []byte(needle))
			if i < 0 {
				return
			}
			at += i
			if at+len(needle) <= v.Seen {
				continue
			}
			r := v.Origin(telltale.Range{Start: int64(at), End: int64(at + len(needle))})
			g := v.Origin(telltale.Range{Start: int64(at - at%9), End: int64(at + len(needle))})
			formAt, pathAt := v.NameAt(at)
			s := sight{formAt, pathAt, r, g}
			if len(seen) == 0 || seen[len(seen)-1] != s {
				seen = append(seen, s)
			}
		}
	})
	return seen, t
}

// forms returns the forms in which a needle was seen.
func forms(seen []sight) string {
	var list []string
	for _, s := range seen {
		list = append(list, s.form)
	}
	return strings.Join(list, " ")
}

func TestEveryDecoderUndoesItself(t *testing.T) {
	texts := []string{marker, "001012704839210", "A0000049D1C3E7", "bytes \x00\x01\xfe\xff and 001012704839210", strings.Repeat(marker+"\n", 50)}
	for _, d := range All {
		for _, text := range texts {
			if !d.Carries([]byte(text)) {
				continue
			}
			if seen, _ := look(d.Encode([]byte(text)), Hints{}, text); len(seen) == 0 {
				t.Errorf("%s: %.30q not seen in %.60q", d.Name, text, d.Encode([]byte(text)))
			}
		}
	}
}

func TestEveryPairUndone(t *testing.T) {
	for _, outer := range All {
		for _, inner := range All {
			if !outer.Carries(inner.Encode([]byte(marker))) {
				continue
			}
			wire := outer.Encode(inner.Encode([]byte(marker)))
			if !outer.whole {
				wire = append([]byte("v="), wire...)
			}
			seen, tally := look(wire, Hints{}, "001012704839210")
			if len(seen) == 0 {
				t.Errorf("%s(%s(x)) not undone: %.80q", outer.Name, inner.Name, wire)
				continue
			}
			if tally.Skipped != nil {
				t.Errorf("%s(%s(x)): skipped %v", outer.Name, inner.Name, tally.Skipped)
			}
		}
	}
}

// TestOriginDecodesAgain holds that the wire bytes said to hold a value hold
// it: cut out and decoded alone, they show it.
func TestOriginDecodesAgain(t *testing.T) {
	const needle = "001012704839210"
	for _, outer := range All {
		for _, inner := range All {
			content := inner.Encode([]byte("padding before it " + marker + " and behind"))
			if !outer.Carries(content) {
				continue
			}
			wire := outer.Encode(content)
			seen, _ := look(wire, Hints{}, needle)
			if len(seen) == 0 {
				t.Fatalf("%s(%s(x)) not undone", outer.Name, inner.Name)
			}
			for _, s := range seen {
				if s.wire.Start < 0 || s.wire.End > int64(len(wire)) || s.wire.Len() < int64(len(needle)) && outer.Open == nil && inner.Open == nil {
					t.Fatalf("%s(%s(x)): range %v of %d bytes", outer.Name, inner.Name, s.wire, len(wire))
				}
				if outer.Open != nil || inner.Open != nil || outer.whole || inner.whole || outer == quotedDecoder || inner == quotedDecoder {
					continue // the range is of a whole member, or of its Base64; or what shows the encoding stands elsewhere
				}
				if again, _ := look(wire[s.group.Start:s.group.End], Hints{}, needle[:14]); len(again) == 0 {
					t.Errorf("%s(%s(x)): %q does not show the value", outer.Name, inner.Name, wire[s.group.Start:s.group.End])
				}
			}
		}
	}
}

func TestOriginIsExact(t *testing.T) {
	cases := []struct{ wire, needle, want string }{
		{`x=MDAxMDEyNzA0ODM5MjEw&y`, "001012704839210", "MDAxMDEyNzA0ODM5MjEw"},
		{"MDAxMDEyNzA0\nODM5MjEw\nIG9yIHNv", "001012704839210", "MDAxMDEyNzA0\nODM5MjEw"},
		{"n=303031303132373034383339323130", "001012704839210", "303031303132373034383339323130"},
		{"imei=%30%301012704839210&a=b", "001012704839210", "%30%301012704839210"},
		{`{"a":"\u0030010\u0031270483921\u0030"}`, "001012704839210", `\u0030010\u0031270483921\u0030`},
		{`{"a":"caf\u00e9 \ud83d\ude00 x"}`, "é 😀", `\u00e9 \ud83d\ude00`},
		{`{"d":"{\"imei\":\"001012704839210\"}"}`, `"imei"`, `\"imei\"`},
	}
	for _, c := range cases {
		seen, _ := look([]byte(c.wire), Hints{}, c.needle)
		if len(seen) == 0 {
			t.Errorf("%q: %q not seen", c.wire, c.needle)
			continue
		}
		last := seen[len(seen)-1]
		if got := c.wire[last.wire.Start:last.wire.End]; got != c.want {
			t.Errorf("%q: %q comes from %q, want %q (%s)", c.wire, c.needle, got, c.want, last.form)
		}
	}
}

func TestForms(t *testing.T) {
	b64 := func(s string) string { return string(base64Decoder.Encode([]byte(s))) }
	zip := func(s string) string { return string(gzipDecoder.Encode([]byte(s))) }
	cases := []struct{ name, wire, form, path string }{
		{"plain", "IMEI 001012704839210.", "plain", ""},
		{"json", marker, "json", "json:$.IMEI1"},
		{"base64 of json", b64(marker), "base64>json", "base64 > json:$.IMEI1"},
		{"in json", `{"d":["x","` + b64("001012704839210") + `"]}`, "json>base64", "json:$.d[1] > base64"},
		{"gzip around base64", zip(b64("the IMEI 001012704839210")), "gzip>base64", "gzip > base64"},
		{"gzip of json", zip(marker), "gzip>json", "gzip > json:$.IMEI1"},
		{"form", "a=b&imei=001012704839210&c=d", "form", "form:imei"},
		{"url", "a=b&imei=%30%301012704839210&c=d", "url", "url:imei"},
		{"plus", "a=b&imei=+001012704839210&c=d", "form", "form:imei"},
		{"escaped json", `{"a":1,"imei":"\u0030\u00301012704839210"}`, "json", "json:$.imei"},
		{"json in json", `{"d":"{\"IMEI1\":\"\u003001012704839210\"}"}`, "json", "json:$.d > json:$.IMEI1"},
		{"escapes escaped", `{"d":"imei \\u0030\\u00301012704839210"}`, "json", "json:$.d"},
		{"base64 in a form", "d=" + b64(marker) + "&v=1", "form>base64>json", "form:d > base64 > json:$.IMEI1"},
		{"header", "X-IMEI: 001012704839210\r\nHost: a", "plain", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen, _ := look([]byte(c.wire), Hints{}, "001012704839210")
			if len(seen) == 0 {
				t.Fatalf("not seen in %q", c.wire)
			}
			ok := func(s sight) bool { return s.form == c.form && s.path == c.path }
			if !slices.ContainsFunc(seen, ok) {
				t.Errorf("%+v, want %s %q", seen, c.form, c.path)
			}
		})
	}
}

// TestShapesOfBase64 has every way of writing it that was seen on the wire.
func TestShapesOfBase64(t *testing.T) {
	text := `{"REGVER":"5.0","IMEI1":"001012704839210","SIM1ICCID":"89999001234567890125","note":"??>>~~\u00ff","MACID":"02:00:5e:10:7a:c4","MODEL":"HMD-Example"}`
	std := string(base64Decoder.Encode([]byte(text)))
	url := strings.NewReplacer("+", "-", "/", "_").Replace(std)
	shapes := map[string]string{
		"one line":          std,
		"unpadded":          strings.TrimRight(std, "="),
		"url":               url,
		"url unpadded":      strings.TrimRight(url, "="),
		"LF every 76":       wrap(std, 76, "\n"),
		"CRLF every 76":     wrap(std, 76, "\r\n"),
		"LF every 64":       wrap(std, 64, "\n"),
		"LF every 30":       wrap(std, 30, "\n"),
		"LF every 5":        wrap(std, 5, "\n"),
		"space every 76":    wrap(std, 76, " "),
		"space every 20":    wrap(std, 20, " "),
		"ends in NUL":       string(base64Decoder.Encode([]byte(text + "\x00"))),
		"one char too many": strings.TrimRight(string(base64Decoder.Encode([]byte(text[:len(text)-len(text)%3]))), "=") + "A",
		"after a key":       "data=" + std,
		"data url":          "data:application/json;base64," + std,
		"in JSON":           `{"d":"` + std + `"}`,
		"in JSON in JSON":   `{"d":"{\"d\":\"` + std + `\"}"}`,
		"the same, \\u0022": `{"d":"{\u0022d\u0022:\u0022` + std + `\u0022}"}`,
		"slashes escaped":   `{"d":"` + strings.ReplaceAll(std, "/", `\/`) + `"}`,
		"LF escaped":        `{"d":"` + wrap(std, 76, `\n`) + `"}`,
		"percent-escaped":   "d=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(std) + "&v=1",
		"in a path":         "/api/v2/" + url + "/x",
		"glued to a word":   "prefix" + std,
		"in a header":       "Authorization: Basic " + std + "\r\nHost: example.com\r\n",
		"header, wrapped":   "X-Data: " + strings.TrimRight(wrap(std+"B", 76, "\r\n"), "\r\n") + "\r\nAbcd: x\r\n",
		"header, unpadded":  "X-Data: " + strings.TrimRight(std, "=") + "\r\nUser-Agent: x\r\n",
	}
	for name, wire := range shapes {
		for _, needle := range []string{"001012704839210", "89999001234567890125", "02:00:5e:10:7a:c4"} {
			if seen, _ := look([]byte(wire), Hints{}, `"`+needle+`"`); len(seen) == 0 {
				t.Errorf("%s: %s not seen in %q", name, needle, wire)
			}
		}
	}
}

// wrap breaks s into lines.
func wrap(s string, width int, nl string) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + nl)
		s = s[width:]
	}
	return b.String() + s + nl
}

// TestListIsNotWrapped holds that two values on two lines stay two.
func TestListIsNotWrapped(t *testing.T) {
	wire := "MDAxMDEyNzA0ODM5MjEw\nMDAxMDEyNzA0ODM5Mzky"
	for _, value := range []string{"001012704839210", "001012704839392"} {
		alone := false
		new(Walker).Walk([]byte(wire), Hints{}, func(v *View) { alone = alone || string(v.Data) == value })
		if !alone {
			t.Errorf("%s not shown alone", value)
		}
	}
}

// TestWrapEndsWithItsShortLine holds that the text behind wrapped Base64 is
// not taken into it.
func TestWrapEndsWithItsShortLine(t *testing.T) {
	text := strings.Repeat("0123456789 ", 9) + "imei 001012704839210"
	wire := wrap(strings.TrimRight(string(base64Decoder.Encode([]byte(text))), "="), 76, "\n") + "MDAx MDAx"
	exact := false
	new(Walker).Walk([]byte(wire), Hints{}, func(v *View) { exact = exact || string(v.Data) == text })
	if !exact {
		t.Error("not shown as it was written")
	}
}

// TestRunInEscape holds that a run an escape goes on is read undone only: not
// also in part, as if a value ended there.
func TestRunInEscape(t *testing.T) {
	for _, wire := range []string{`{"d":"MDAxMDEyNzA0ODM5\/jEw"}`, "d=MDAxMDEyNzA0ODM5%4djEw"} {
		new(Walker).Walk([]byte(wire), Hints{}, func(v *View) {
			if string(v.Data) == "001012704839" {
				t.Errorf("%s: part of a value as %s", wire, v.Form())
			}
		})
	}
}

func TestEqualSignIsPaddingOnlyAtTheEnd(t *testing.T) {
	seen, _ := look([]byte("x=MDAxMDEyNzA0ODM5MjEw"), Hints{}, "001012704839210")
	if len(seen) != 1 || seen[0].wire != (telltale.Range{Start: 2, End: 22}) {
		t.Errorf("%+v", seen)
	}
}

func TestContentEncodings(t *testing.T) {
	bare := encodeZlib([]byte(marker))
	bare = bare[2 : len(bare)-4]
	cases := []struct {
		name      string
		wire      []byte
		encodings []string
		form      string
		unread    bool
	}{
		{"gzip", encodeGzip([]byte(marker)), []string{"gzip"}, "gzip>json", false},
		{"deflate", encodeZlib([]byte(marker)), []string{"deflate"}, "zlib>json", false},
		{"bare deflate", bare, []string{"deflate"}, "deflate>json", false},
		{"deflate in gzip", encodeGzip(bare), []string{"deflate", "gzip"}, "gzip>deflate>json", false},
		{"two members", append(encodeGzip([]byte(marker[:20])), encodeGzip([]byte(marker[20:]))...), []string{"gzip"}, "gzip>json", false},
		{"truncated", encodeGzip([]byte(marker + strings.Repeat(" and so on", 90)))[:70], []string{"gzip"}, "gzip>json", false},
		{"not at all", []byte(marker), []string{"gzip"}, "json", false},
		{"unknown", []byte("\x8b\x02\x80\xff\xfe\x91\x90\x03\x04\x05\x06\x07\x88\x99"), []string{"compress"}, "", true},
		{"brotli", encodeBrotli([]byte(marker)), []string{"br"}, "br>json", false},
		{"not brotli", []byte("\x8b\x02\x80\xff\xfe\x91\x90\x03\x04\x05\x06\x07\x88\x99"), []string{"br"}, "", true},
		{"zstd", encodeZstd([]byte(marker)), []string{"zstd"}, "json zstd>json", false},
		{"zstd in brotli", encodeBrotli(encodeZstd([]byte(marker))), []string{"zstd", "br"}, "json br>json br>zstd>json", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen, tally := look(c.wire, Hints{Encodings: c.encodings}, "001012704839210")
			if forms(seen) != c.form {
				t.Errorf("seen %q, want %q", forms(seen), c.form)
			}
			want := int64(0)
			if c.unread {
				want = int64(len(c.wire))
			}
			if got := tally.Skipped[telltale.SkipUndecodable]; got != want {
				t.Errorf("%d bytes unread, want %d", got, want)
			}
		})
	}
}

// TestInflatedAnywhere finds objects among other bytes, in text and binary.
func TestInflatedAnywhere(t *testing.T) {
	for _, d := range []*Decoder{gzipDecoder, zlibDecoder, zipDecoder} {
		object := d.Encode([]byte(marker))
		wire := fmt.Appendf(nil, "--part\r\nx: y\r\n\r\n%s\r\n--part\x00\x78\x9c\x1f\x8b\x08", object)
		seen, _ := look(wire, Hints{}, "001012704839210")
		if len(seen) != 1 || seen[0].wire != (telltale.Range{Start: 16, End: 16 + int64(len(object))}) {
			t.Errorf("%s: %+v", d.Name, seen)
		}
	}
}
