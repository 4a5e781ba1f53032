package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{thousands(0), "0"},
		{thousands(999), "999"},
		{thousands(-1234567), "-1,234,567"},
		{counted(1, "byte"), "1 byte"},
		{counted(31402118, "byte"), "31,402,118 bytes"},
		{times(1), "once"},
		{times(2), "twice"},
		{times(1500), "1,500 times"},
		{size(999), "999 bytes"},
		{size(1000), "1.0 kB"},
		{size(99_949), "99.9 kB"},
		{size(999_999), "1.0 MB"},
		{size(31402118), "31.4 MB"},
		{percent(0, 0), "0 %"},
		{percent(1, 1_000_000), "under 1 %"},
		{percent(999_999, 1_000_000), "over 99 %"},
		{percent(1_000_000, 1_000_000), "100 %"},
		{percent(9, 100), "9 %"},
		{listed(nil), ""},
		{listed([]string{"a"}), "a"},
		{listed([]string{"a", "b", "c"}), "a, b and c"},
		{period(0, 0), ""},
		{period(at("09:00:00"), at("09:00:59")), "14 Nov 2026 09:00:00–09:00:59 UTC"},
		{period(at("09:00:00"), at("12:40:00")), "14 Nov 2026 09:00–12:40 UTC"},
		{period(at("09:00:00"), at("09:00:00")+telltale.Time(24*3600e9)), "14 Nov 2026 09:00 – 15 Nov 2026 09:00 UTC"},
		{frameSet([]int64{4}), "{4}"},
		{frameSet([]int64{4, 5}), "{4,5}"},
		{frameSet([]int64{4, 5, 6, 9}), "{4..6,9}"},
		{shellQuote("nokia-7.pcapng"), "nokia-7.pcapng"},
		{shellQuote("my phone's.pcap"), `'my phone'\''s.pcap'`},
		{shellQuote("-r"), "'./-r'"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{fit("abcdef", 6), "abcdef"},
		{fit("abcdef", 5), "abcd…"},
		{fit("漢字漢字", 5), "漢字…"},
		{fit("漢字漢字", 4), "漢…"},
		{fit("abc", 0), ""},
		{fitEnd("a.very.long.example", 8), "…example"},
		{fitEnd("漢字漢字", 4), "…字"},
		{ascii("a●漢…"), "a*??~"},
		{harmless("a\x1b[2J\u202eb\x00"), "a?[2J?b?"},
		{harmless("e\u0301\u0302\u0303\u0304x\u0301"), "e\u0301\u0302x\u0301"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestWindow holds that the marked bytes stay whole where they fit, and that
// nothing is lost but at the ends.
func TestWindow(t *testing.T) {
	text := []rune(strings.Repeat("·", 10) + "MARK" + strings.Repeat("-", 30))
	for n := 4; n < 50; n++ {
		before, inside, after := window(text, 10, 14, n)
		all := before + inside + after
		if inside != "MARK" || cells(all) != min(n, len(text)) || !strings.Contains(string(text), all) {
			t.Fatalf("%d cells: %q %q %q", n, before, inside, after)
		}
	}
	if _, inside, _ := window(text, -5, 900, 12); cells(inside) != 12 {
		t.Errorf("a mark beyond the text: %q", inside)
	}
}

// TestKindsHaveWords holds that no report falls back to a contract's name.
func TestKindsHaveWords(t *testing.T) {
	for _, k := range telltale.Kinds {
		if kindRank(k) == len(kinds) {
			t.Errorf("%s has no words", k)
		}
		if n := cells(wordsOf(k).label); n > 18 { // what the table has room for
			t.Errorf("the label of %s has %d cells", k, n)
		}
	}
	for _, why := range telltale.SkipReasons {
		if skipWords[why] == "" {
			t.Errorf("%s has no words", why)
		}
	}
}

func TestExplain(t *testing.T) {
	for i, k := range telltale.Kinds {
		if explanations[i].Kind != k {
			t.Fatalf("explanation %d is of %s, the contract has %s", i, explanations[i].Kind, k)
		}
		e, _ := Explain(k)
		if e.Name == "" || e.What == "" || e.Who == "" || e.Change == "" || e.Source == "" {
			t.Errorf("the explanation of %s is not whole: %+v", k, e)
		}
	}
	e, _ := Explain(telltale.IMEI)
	for name, s := range map[string]Style{"100": {Width: 100}, "60": {Width: 60, ASCII: true}} {
		var b bytes.Buffer
		if err := e.Terminal(&b, s); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/explain-imei."+name+".txt", b.String())
	}
	if _, ok := Explain("no such kind"); ok {
		t.Error("explained a kind that does not exist")
	}
}

// TestBarCells holds that a bar is always whole and shows whatever there is.
func TestBarCells(t *testing.T) {
	for _, c := range []struct {
		parts []int64
		want  []int
	}{
		{[]int64{0, 0, 5}, []int{0, 0, 10}},
		{[]int64{1, 0, 1e9}, []int{1, 0, 9}},
		{[]int64{1, 1, 1e9}, []int{1, 1, 8}},
		{[]int64{5, 5, 0}, []int{5, 5, 0}},
		{[]int64{89, 11, 0}, []int{9, 1, 0}},
		{[]int64{1, 1, 1}, []int{4, 3, 3}},
	} {
		if got := barCells(c.parts, 10); !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.parts, got, c.want)
		}
	}
}
