package detect

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// webToken returns a JSON web token of about n bytes.
func webToken(n int) string {
	return "eyJhbGciOiJSUzI1NiJ9." + strings.Repeat("eyJzdWIiOiIxIn0", n/15) + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
}

// Texts and tokens are longer than what else is read of a value, and may lie across the
// end of a window, wherever that is.
func TestLongTextAnywhere(t *testing.T) {
	e := New(nil)
	filler := string(httpText(2000))
	for _, n := range []int{500, 1200, 3900} {
		text := strings.Repeat("see you at eight ", n/17)
		for _, value := range []string{
			`{"access_token":"` + webToken(n) + `"}`, "Authorization: Bearer " + webToken(n) + "\r\n", "id_token=" + webToken(n) + "&x=1",
			`{"sms":"` + text + `"}`, "at,sms\n1," + text + "\n", "X-SMS: " + text + "\r\n",
		} {
			text := []byte(filler + "\r\n" + value + "\r\n" + filler)
			if strings.HasPrefix(value, "at,") {
				text = []byte(value + filler)
			}
			want := places(search(e, text))
			if len(want) == 0 {
				t.Fatalf("%.30s of %d bytes: not found", value, n)
			}
			first := bytes.Index(text, []byte(value))
			for cut := max(first-10, 600); cut < first+len(value)+600; cut += 7 {
				if got := places(windows(e, text, cut)); !slices.Equal(got, want) {
					t.Fatalf("%.30s cut at %d of %d:\n%.300q\nwant\n%.300q", value, cut-first, len(value), got, want)
				}
			}
		}
	}
}

// What is longer than what is read of a value is counted, once, in windows and without.
func TestTooLong(t *testing.T) {
	filler := string(httpText(2000))
	long := `{"sms":"` + strings.Repeat("see you at eight ", 300) + `"}`
	text := []byte(filler + long + filler + strings.Repeat(filler, 3) + long + filler)
	for _, size := range []int{1000, 3000, 7000, len(text)} {
		s := New(nil).NewSearch()
		s.Begin()
		for keep, at := 0, 0; at < len(text); {
			n := min(size, len(text)-at)
			from := at - keep
			keep = s.Scan(Field{Index: 1, Data: text[from : at+n], Base: int64(from), More: at+n < len(text)})
			at += n
		}
		if got := s.TooLong(); got != 2 {
			t.Errorf("in windows of %d: %d, want 2", size, got)
		}
	}
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Data: []byte(`{"imei":"` + strings.Repeat("x", 9000) + `","sms":"no"}`)})
	if got := s.TooLong(); got != 0 {
		t.Errorf("an IMEI of 9000 letters counted: %d", got)
	}
}
