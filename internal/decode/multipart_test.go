package decode

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
)

// TestMultipart reads the name of a part in whatever spelling it comes (RFC 2046,
// 5.1.1, RFC 2183, 2, RFC 7578, 4.2).
func TestMultipart(t *testing.T) {
	const disposition = "Content-Disposition: form-data; name=\"imei\""
	crlf := func(head string) string { return "--XX\r\n" + head + "\r\n\r\n" + imei + "\r\n--XX--\r\n" }
	for name, wire := range map[string]string{
		"as browsers do":            crlf(disposition),
		"unquoted":                  crlf("Content-Disposition: form-data; name=imei"),
		"in other quotes":           crlf("Content-Disposition: form-data; name='imei'"),
		"file name first":           crlf(`Content-Disposition: form-data; filename="a;name=\"b\".txt"; name="imei"`),
		"a parameter alone":         crlf("Content-Disposition: form-data; x; name=imei; y=z"),
		"no spaces":                 crlf("Content-Disposition:form-data;name=\"imei\""),
		"in small letters":          crlf("content-disposition: Form-Data; NAME=\"imei\""),
		"behind other lines":        crlf("Content-Type: text/plain; charset=UTF-8\r\n" + disposition + "\r\nContent-Length: 15"),
		"bare line feeds":           strings.ReplaceAll(crlf(disposition), "\r", ""),
		"spaces at the line":        "--XX \t\r\n" + disposition + "\r\n\r\n" + imei + "\r\n--XX-- \r\n",
		"an empty line":             "\r\n" + crlf(disposition),
		"a preamble":                "This is a message of several parts.\r\n-- \r\n--XX\r\n" + crlf(disposition),
		"the end cut off":           "--XX\r\n" + disposition + "\r\n\r\n" + imei,
		"behind parts without one":  "--XX\r\n\r\nnone\r\n--XX\r\nContent-Type: text/plain\r\n\r\n-- \r\n" + crlf(disposition),
		"behind the end of another": "--A\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--A--\r\n" + crlf(disposition),
		"behind one without an end": "--A\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--A\r\nno field\r\n" + crlf(disposition),
	} {
		seen, tally := look([]byte(wire), Hints{}, imei)
		i := slices.IndexFunc(seen, func(s sight) bool { return s.path == "multipart:$.imei" })
		if i < 0 || tally.Skipped != nil {
			t.Errorf("%s: %+v, skipped %v", name, seen, tally.Skipped)
			continue
		}
		if got := wire[seen[i].wire.Start:seen[i].wire.End]; got != imei {
			t.Errorf("%s: it comes from %q", name, got)
		}
	}
}

// TestNoMultipart has what is no form, though it has lines as one has.
func TestNoMultipart(t *testing.T) {
	for name, wire := range map[string]string{
		"another disposition": "--XX\r\nContent-Disposition: attachment; name=\"imei\"\r\n\r\n" + imei + "\r\n--XX--\r\n",
		"no name":             "--XX\r\nContent-Disposition: form-data; filename=\"imei\"\r\n\r\n" + imei + "\r\n--XX--\r\n",
		"no empty line":       "--XX\r\nContent-Disposition: form-data; name=\"imei\"\r\n" + imei + "\r\n--XX--\r\n",
		"no dashes":           "XX\r\nContent-Disposition: form-data; name=\"imei\"\r\n\r\n" + imei + "\r\nXX\r\n",
		"within a line":       "a --XX\r\nContent-Disposition: form-data; name=\"imei\"\r\n\r\n" + imei + "\r\n",
		"dashes alone":        "--\r\nContent-Disposition: form-data; name=\"imei\"\r\n\r\n" + imei + "\r\n--\r\n",
	} {
		new(Walker).Walk([]byte(wire), Hints{}, func(v *View) {
			if v.decoder == multipartDecoder {
				t.Errorf("%s: %q", name, v.Data)
			}
		})
	}
}

// TestLongMultipart names a value behind a part that is longer than a window, wherever
// that ends.
func TestLongMultipart(t *testing.T) {
	form := "--XX\r\nContent-Disposition: form-data; name=\"log\"; filename=\"log.txt\"\r\nContent-Type: text/plain\r\n\r\n" +
		strings.Repeat("a line of a log--\r\n", maxKeep/16) +
		"\r\n--XX\r\nContent-Disposition: form-data; name=\"imei\"\r\n\r\n" + imei + "\r\n--XX--\r\n"
	last := strings.LastIndex(form, "\r\n--XX\r\n")
	for cut := last; cut < len(form); cut++ {
		first, found := new(Walker), false
		keep := first.Walk([]byte(form[:cut]), Hints{More: true}, func(v *View) {
			found = found || v.decoder == multipartDecoder && bytes.Contains(v.Data, []byte(imei))
		}).Keep
		const context = 64 // as a search gives again
		rest := []byte(form[cut-keep-context:])
		seen, _ := look(rest, Hints{}, imei)
		if !found && !slices.ContainsFunc(seen, func(s sight) bool { return s.path == "multipart:$.imei" }) {
			t.Fatalf("cut %d bytes behind the last part's beginning, %d kept: %+v", cut-last, keep, seen)
		}
	}
}

// TestManyParts has parts without number, and forms that do not end: the time is
// that of as many bytes, and no part is left out.
func TestManyParts(t *testing.T) {
	const n = 2 * maxItems
	parts := strings.Repeat("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", n)
	shown := 0
	tally := new(Walker).Walk([]byte(parts+"--XX--\r\n"), Hints{}, func(v *View) {
		if v.decoder == multipartDecoder {
			shown += bytes.Count(v.Data, []byte(`"a":"1"`))
		}
	})
	if shown != n || tally.Skipped != nil {
		t.Errorf("%d parts shown of %d, skipped %v", shown, n, tally.Skipped)
	}
	var open strings.Builder
	for i := range n {
		fmt.Fprintf(&open, "--X%d\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", i)
	}
	for name, text := range map[string]string{
		"open":    open.String(),
		"dashes":  strings.Repeat("\n--a", 1<<18),
		"fields":  strings.Repeat("\n--a\nb:", 1<<18),
		"one end": "--a\nContent-Disposition: form-data; name=a\n\n" + strings.Repeat("--a", 1<<18),
	} {
		for _, more := range []bool{false, true} {
			f := Found{More: more, marks: equals, decoder: multipartDecoder}
			start := time.Now()
			findMultipart([]byte(text), &f)
			if took := time.Since(start); took > time.Second || len(f.List) > 2 {
				t.Errorf("%s: %v, %d candidates", name, took, len(f.List))
			}
		}
	}
}

// TestMultipartOrigin says of a part's name which bytes have it.
func TestMultipartOrigin(t *testing.T) {
	const wire = "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"imei\"\r\n\r\n" + imei + "\r\n--XX--\r\n"
	new(Walker).Walk([]byte(wire), Hints{}, func(v *View) {
		checkOrigin(t, v, len(wire))
		if v.decoder != multipartDecoder {
			return
		}
		at := int64(bytes.Index(v.Data, []byte("imei")))
		if r := v.Origin(telltale.Range{Start: at, End: at + 4}); !strings.Contains(wire[r.Start:r.End], `name="imei"`) {
			t.Errorf("the name comes from %q", wire[r.Start:r.End])
		}
	})
}

// TestManyForms has more forms that do not end than are shown: the rest is named.
func TestManyForms(t *testing.T) {
	for n, want := range map[int]bool{maxOpen: false, maxOpen + 1: true} {
		var b []byte
		for i := range n {
			b = fmt.Appendf(b, "--b%d\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n001012704839210\r\n--b%d\r\n", i, i)
		}
		var f Found
		f.all(b, false)
		if over := f.Over.End == len(b); over != want {
			t.Errorf("%d forms: %v is too much", n, f.Over)
		}
	}
}
