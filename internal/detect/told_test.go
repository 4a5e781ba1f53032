package detect

import (
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// What is told once is not judged again: the same hits come out, the same way
// sure, as if all were judged.
func TestToldIsNotJudgedAgain(t *testing.T) {
	for _, text := range []string{
		`{"imei":"` + testIMEI + `"}`, `{"imsi":"` + testIMEI + `"}`, testIMEI + " " + testIMSI + "\n" + testIMEI[:14],
		"imei=" + testIMEI + "&imsi=" + testIMSI, "orderId: " + testIMEI, `{"a":"` + testICCID + `","iccid":"` + testICCID[:19] + `"}`,
		strings.Repeat(testIMEI, 3), `{"list":["` + testIMEI + `","` + testIMSI + `"],"meid":"` + testIMEI + `"}`,
	} {
		var hits [2][]Hit
		for i := range hits {
			s := New(deviceSeeds()).NewSearch()
			s.told.off = i > 0
			s.Begin()
			s.Scan(Field{Name: "http.body", Data: []byte(text)})
			hits[i] = s.End()
		}
		same := func(a, b Hit) bool {
			return a.Kind == b.Kind && a.Value == b.Value && a.Level == b.Level && a.Confidence == b.Confidence &&
				slices.Equal(a.Ranges, b.Ranges) && slices.EqualFunc(a.Why, b.Why, func(v, w telltale.Evidence) bool { return v == w })
		}
		if len(hits[1]) == 0 || !slices.EqualFunc(hits[0], hits[1], same) {
			t.Errorf("in %q: %+v, want %+v", text, hits[0], hits[1])
		}
	}
}

// The whole value is shown, not the part of it that no other key stands before.
func TestWholeSpelling(t *testing.T) {
	for _, h := range search(New(deviceSeeds()), []byte("orderId: "+testIMEI)) {
		if want := (telltale.Range{Start: 9, End: 24}); h.Ranges[0] != want {
			t.Errorf("%s at %v, want %v", h.Kind, h.Ranges[0], want)
		}
	}
}
