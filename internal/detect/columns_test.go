package detect

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// tableText returns a table of n rows, in each of which a name of a column says alone
// what the value is.
func tableText(n, width int) []byte {
	rng := rand.New(rand.NewPCG(3, 3))
	var b bytes.Buffer
	b.WriteString("at,password,note\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,Tr0ub4dor-%d,%0*x\n", 1700000000+i, i, 1+rng.IntN(width), rng.Uint64()>>40)
	}
	return b.Bytes()
}

// The columns of a table have their names in every window of it, and in those of what is
// inflated; every row is told once.
func TestTableInWindows(t *testing.T) {
	e := New(nil)
	text := tableText(900, 300)
	want := places(ofKind(search(e, text), telltale.Credential))
	if len(want) != 900 {
		t.Fatalf("%d of 900 rows found in the whole", len(want))
	}
	for _, size := range []int{700, 1500, 4000, 50_000} {
		hits, _ := tableIn(e, text, size)
		if got := places(ofKind(hits, telltale.Credential)); !slices.Equal(got, want) {
			t.Errorf("in windows of %d: %d rows, want %d", size, len(got), len(want))
		}
	}
}

func TestTableInflated(t *testing.T) {
	e := New(nil)
	const rows = 4000
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(tableText(rows, 300))
	w.Close()
	for _, size := range []int{3000, b.Len()} {
		hits, long := tableIn(e, b.Bytes(), size)
		if got := len(ofKind(hits, telltale.Credential)); got != rows || long > 0 {
			t.Errorf("in windows of %d: %d of %d rows, %d too long", size, got, rows, long)
		}
	}
}

// A row that is longer than what a window remembers is counted.
func TestLongRow(t *testing.T) {
	e := New(nil)
	text := append(tableText(3, 3), bytes.Repeat([]byte("x "), 15_000)...)
	text = append(append(text, ",Tr0ub4dor-9,x\n"...), tableText(200, 50)[len("at,password,note\n"):]...)
	hits, long := tableIn(e, text, 10_000)
	if n := len(ofKind(hits, telltale.Credential)); long != 1 || n != 203 {
		t.Errorf("%d counted, %d found", long, n)
	}
}

// places tells what was found where, but not how surely: neighbours in other windows may
// be of weight.
func places(hits []Hit) (list []string) {
	for _, h := range hits {
		list = append(list, fmt.Sprint(h.Value, h.Ranges))
	}
	return list
}

// What is left of a row whose beginning is gone is none.
func TestRowWithoutBeginning(t *testing.T) {
	text := slices.Concat(tableText(3, 3), bytes.Repeat([]byte("x "), 15_000), []byte("1,Tr0ub4dor-9,x"))
	hits, long := tableIn(New(nil), text, 10_000)
	if n := len(ofKind(hits, telltale.Credential)); n != 3 || long != 1 {
		t.Errorf("%d found, %d counted", n, long)
	}
}

// tableIn searches text in windows, between which other fields are searched.
func tableIn(e *Engine, text []byte, size int) (hits []Hit, long int64) {
	s := e.NewSearch()
	var columns Columns
	var inflow decode.Inflow
	done := int64(0)
	for keep, at := 0, 0; at < len(text); {
		n := min(size, len(text)-at)
		from := at - keep
		s.Begin()
		more := at+n < len(text)
		keep = s.Scan(Field{Index: 1, Data: text[from : at+n], Base: int64(from), More: more, Done: done, Columns: &columns, Inflow: &inflow})
		done = s.Done()
		hits = append(hits, s.End()...)
		long += s.TooLong()
		s.Scan(Field{Index: 2, Data: []byte("model,imei\n7,x\n")})
		at += n
	}
	return hits, long
}
