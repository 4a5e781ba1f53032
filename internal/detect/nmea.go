package detect

import (
	"bytes"
	"math"
	"strconv"

	"github.com/telltale-audit/telltale"
)

// maxSentence is how long a sentence of a receiver of satellites is, with a margin:
// NMEA 0183 allows 82 characters.
const maxSentence = 120

// sentenceNames are the sentences that say a position, with the field that the
// latitude is in, counted from 0 behind the name.
var sentenceNames = map[string]int{"GGA": 1, "GNS": 1, "RMC": 2, "GLL": 0}

// sentences takes the positions in sentences of NMEA 0183, as receivers of
// satellites write them: $GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47.
func (s *Search) sentences() {
	b := s.view.Data
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '$')
		if i < 0 {
			return
		}
		at += i + 1
		if end, ok := sentenceEnd(b, at); ok {
			s.work += tokenWork
			s.sentence(at, end)
			at = end
		}
	}
}

// sentenceEnd returns where the sentence ends whose talker begins at b[start], which
// its checksum tells: all bytes up to it, added without carry.
func sentenceEnd(b []byte, start int) (end int, ok bool) {
	if len(b)-start < 6 || b[start] != 'G' && b[start] != 'B' && b[start] != 'Q' || b[start+5] != ',' {
		return 0, false
	}
	sum := byte(0)
	for i := start; i < min(len(b)-2, start+maxSentence); i++ {
		switch c := b[i]; {
		case c == '*':
			told, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8)
			return i, err == nil && byte(told) == sum
		case c < ' ' || c == '$' || c >= 0x7f:
			return 0, false
		}
		sum ^= b[i]
	}
	return 0, false
}

// sentence takes the position in b[start:end], if it says one.
func (s *Search) sentence(start, end int) {
	first, ok := sentenceNames[string(s.view.Data[start+2:start+5])]
	if !ok {
		return
	}
	at := start + 6
	for range first {
		at += fieldLen(s.view.Data[at:end]) + 1
		if at >= end {
			return
		}
	}
	stop, lat, lon, ok := angles(s.view.Data[:end], at)
	if !ok || stop <= s.view.Seen {
		return
	}
	c, r := s.draft, &s.reading
	*r = Reading{Value: degrees(lat) + "," + degrees(lon), Prior: 0.02}
	r.shape("the sentence's checksum holds", 100)
	c.set(r.Prior, telltale.Location, r.Value)
	s.weighSeed(c)
	c.read(r)
	c.take(groupKey, Clue{"a receiver's sentence says %s", [2]string{string(telltale.Location)}, lrKey})
	s.keep(at, stop, "nmea", 0, 0)
}

// angles reads latitude and longitude, each with its half of the globe, from b[at]
// on, and returns where they end.
func angles(b []byte, at int) (stop int, lat, lon float64, ok bool) {
	if lat, at, ok = angle(b, at, 2, 'N', 'S'); !ok || at >= len(b) || b[at] != ',' {
		return 0, 0, 0, false
	}
	lon, stop, ok = angle(b, at+1, 3, 'E', 'W')
	return stop, lat, lon, ok && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 && (lat != 0 || lon != 0)
}

// angle reads whole degrees of so many digits with minutes behind them, and the half
// of the globe: 4807.038,N.
func angle(b []byte, at, digits int, positive, negative byte) (value float64, end int, ok bool) {
	n := fieldLen(b[at:])
	end = at + n + 2
	if n < digits+2 || end > len(b) || b[at+n] != ',' {
		return 0, 0, false
	}
	whole, ok := wholeNumber(b[at : at+digits])
	minutes, ok2 := decimal(b[at+digits : at+n])
	value = math.Round((whole+minutes/60)*1e6) / 1e6
	switch b[end-1] {
	case negative:
		value = -value
	case positive:
	default:
		ok = false
	}
	return value, end, ok && ok2 && minutes < 60
}

// decimal reads digits with at most one point among them, and no sign.
func decimal(b []byte) (value float64, ok bool) {
	scale := 0.0
	for _, c := range b {
		switch {
		case isDigit(c):
			value = 10*value + float64(c-'0')
			scale *= 10
		case c == '.' && scale == 0:
			scale = 1
		default:
			return 0, false
		}
	}
	return value / max(scale, 1), len(b) > 0 && len(b) < 16
}

// fieldLen is how long the field is that b begins with.
func fieldLen(b []byte) int {
	if i := bytes.IndexByte(b, ','); i >= 0 {
		return i
	}
	return len(b)
}
