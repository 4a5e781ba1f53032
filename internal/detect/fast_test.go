package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/decode"
)

// plainDigitRuns is digitRuns without leaving anything out.
func plainDigitRuns(b []byte) (runs []string) {
	for start, end := 0, 0; start < len(b); start = end + 1 {
		end = start
		for end < len(b) && isDigit(b[end]) {
			end++
		}
		if n := end - start; n >= leastDigits && n <= mostDigits && standsAlone(b, start, end) {
			runs = append(runs, fmt.Sprintf("%d-%d", start, end))
		}
	}
	return runs
}

func FuzzDigitRuns(f *testing.F) {
	for _, text := range []string{
		testIMEI, "x" + testIMEI, testIMEI + ":1" + testIMEI + ";123456789", "1.5 12345678:12345678901234 1234567:12345678901234",
		strings.Repeat("1", 13) + " " + strings.Repeat("2", 22) + "-" + strings.Repeat("3", 23) + "?" + strings.Repeat("4", 14),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got []string
		blocks, _ := decode.Classify(nil, b)
		digitRuns(b, blocks, func(start, end int) { got = append(got, fmt.Sprintf("%d-%d", start, end)) })
		if want := plainDigitRuns(b); !slices.Equal(got, want) {
			t.Errorf("in %q: %v, want %v", b, got, want)
		}
	})
}

// The quick look at the end of a key lets all names of the dictionary pass, as
// programs write them, and few others.
func TestMayEnd(t *testing.T) {
	for name := range dictionary.names {
		for _, key := range []string{name, "device_" + name, `"sim1` + name, name + "2", "x-" + upper(name) + "1", name[:len(name)-1] + "_" + name[len(name)-1:]} {
			if !dictionary.ends.mayHave([]byte(key)) {
				t.Errorf("%q does not pass", key)
			}
		}
	}
	for _, key := range []string{"", "d", `"id`, "title", "timestamp", `"type`, "1", "22"} {
		if dictionary.ends.mayHave([]byte(key)) {
			t.Errorf("%q passes", key)
		}
	}
}

// upper returns s with the letters of ASCII in upper case: others are not folded.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c &^ 0x20
		}
	}
	return string(b)
}

// What the value of the key before tells of the next changes nothing.
func FuzzValueAfter(f *testing.F) {
	f.Add([]byte("sn=sn=sn=" + strings.Repeat("sn=", 40) + "\"x sn= 'ab"))
	f.Add([]byte("imei: a=b, c:'d=e', f=" + strings.Repeat("x:", 70)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var k keyScan
		for i, c := range b {
			if c != '=' && c != ':' {
				continue
			}
			for _, text := range []bool{false, true} {
				start, end := k.valueAfter(b, i+1, text)
				if s, e := new(keyScan).valueAfter(b, i+1, text); s != start || e != end {
					t.Fatalf("the value behind %d of %q is [%d, %d), want [%d, %d)", i, b, start, end, s, e)
				}
			}
		}
	})
}

// TestDigitsBehindPercent has digits of which the first two are of an escape: they
// are no number, what they stand for is.
func TestDigitsBehindPercent(t *testing.T) {
	for text, want := range map[string]int{"imei=%30%301012704839210&": 0, "imei=%3d001012704839210&": 0, "imei=%3D,001012704839210&": 1} {
		b, n := []byte(text), 0
		blocks, _ := decode.Classify(nil, b)
		digitRuns(b, blocks, func(int, int) { n++ })
		if n != want {
			t.Errorf("%s: %d numbers, want %d", text, n, want)
		}
	}
}
