package detect

import (
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestPlaces reads places that are not written in degrees. The geohash and the plus
// code are the examples of those who made them.
func TestPlaces(t *testing.T) {
	for text, want := range map[string]string{
		`{"geohash":"ezs42e44yx96"}`:                   "42.600,-5.600 geohash at 12",
		"geohash=u4xsud":                               "59.911,10.750 geohash at 8",
		"olc=8FVC9G8F%2B6X":                            "47.36556,8.52494 plus code at 4",
		"olc: 8fvc9g8f+6xq":                            "47.36559,8.52498 plus code at 5",
		"x $GPGLL,4916.45,N,12311.12,W,225444,A,*1D y": "49.274167,-123.185333 nmea at 9",
		"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47": "48.1173,11.516667 nmea at 14",
	} {
		hits := search(New(nil), []byte(text))
		if len(hits) != 1 || hits[0].Kind != telltale.Location || hits[0].Level != telltale.Probable {
			t.Errorf("%s: %v", text, hits)
			continue
		}
		h := hits[0]
		form := h.Form[strings.LastIndexByte(h.Form, '>')+1:]
		if got := h.Value + " " + form + " at " + strconv.FormatInt(h.Ranges[0].Start, 10); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestSentencesAreCheap has beginnings of sentences that never end.
func TestSentencesAreCheap(t *testing.T) {
	for _, text := range []string{"$", "$G", "$GPGGA,", "$GPGGA,1,2,N,3,E"} {
		if hits := search(New(nil), []byte(strings.Repeat(text, 1<<16/len(text)))); len(hits) > 0 {
			t.Errorf("%s: %v", text, hits[0])
		}
	}
}
