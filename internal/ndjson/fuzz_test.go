package ndjson_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/oracle"
)

// FuzzRecord writes records of every type whose texts a stranger chose. Each
// is one line that the reader takes and that can be shown as it is.
func FuzzRecord(f *testing.F) {
	for i, s := range texts {
		f.Add(uint8(i), uint64(i), s)
	}
	f.Fuzz(func(t *testing.T, which uint8, seed uint64, s string) {
		defer func(was []string) { texts = was }(texts)
		texts = append(slices.Clip(texts), s, s, s, s, s, s, s, s)
		r := reflect.New(reflect.TypeOf(ndjson.Records[int(which)%len(ndjson.Records)]).Elem())
		filler{rand.New(rand.NewPCG(seed, 1)), 1}.fill(r.Elem())
		record := r.Interface().(telltale.Record)
		for _, m := range []*telltale.Masker{telltale.NewMasker(false), telltale.NewMasker(true)} {
			checkLine(t, ndjson.Append(nil, record, m))
		}
		oracle.Allocates(t, fixedRecord, maskRatio*len(s), func() { ndjson.Append(nil, record, telltale.NewMasker(false)) })
	})
}

// What a filled record takes, in bytes: its other texts, and each of the
// planted ones up to so many times, by a Masker that takes more than a parser.
const (
	fixedRecord = 1 << 20
	maskRatio   = 8 * 60
)

func checkLine(t *testing.T, line []byte) {
	t.Helper()
	body, ended := bytes.CutSuffix(line, []byte("\n"))
	if !ended || !utf8.Valid(body) {
		t.Fatalf("not a line: %q", line)
	}
	for _, c := range string(body) {
		if !unicode.IsPrint(c) && c != utf8.RuneError {
			t.Fatalf("%U in %q", c, line)
		}
	}
	if err := ndjson.Validate(body); err != nil {
		t.Fatalf("%s\n%v", line, err)
	}
}
