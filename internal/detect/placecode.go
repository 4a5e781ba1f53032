package detect

import (
	"bytes"
	"math"
	"strings"

	"github.com/telltale-audit/telltale"
)

// Ways to write a place as letters, beside the axes of a position.
const (
	geohash  = 'g' // G. Niemeyer's, public since 2008
	plusCode = 'p' // Open Location Code, Google 2014
)

// A place code is exact to a few hundred metres from these lengths on.
const (
	leastGeohash = 6
	mostGeohash  = 12
	leastPlus    = 10 // without its +
)

const (
	geohashLetters = "0123456789bcdefghjkmnpqrstuvwxyz"
	plusLetters    = "23456789CFGHJMPQRVWX"
)

// placeCode takes a place that a key says is written as letters: the middle of the
// area that these name.
func (s *Search) placeCode(a axis) {
	text := s.view.Data[a.start:a.end]
	lat, lon, ok := readGeohash(text)
	name := "geohash"
	if a.of == plusCode {
		lat, lon, ok = readPlusCode(text)
		name = "plus code"
	}
	if !ok || a.end <= s.view.Seen {
		return
	}
	c, r := s.draft, &s.reading
	*r = Reading{Value: lat + "," + lon, Prior: 0.02}
	r.shape("written as a "+name+" is", 10)
	c.set(r.Prior, telltale.Location, r.Value)
	s.weighSeed(c)
	c.read(r)
	c.take(groupKey, Clue{"key names say %s", [2]string{string(telltale.Location)}, lrKey})
	s.keep(a.start, a.end, name, 0, 0)
}

// readGeohash reads letters of five bits, which halve the longitude and the latitude
// in turn.
func readGeohash(text []byte) (lat, lon string, ok bool) {
	if len(text) < leastGeohash || len(text) > mostGeohash {
		return "", "", false
	}
	size := [2]float64{360, 180} // of the area so far: longitude, latitude
	low := [2]float64{-180, -90}
	axis := 0
	for _, c := range text {
		v := strings.IndexByte(geohashLetters, lower(c))
		if v < 0 {
			return "", "", false
		}
		for bit := 4; bit >= 0; bit-- {
			size[axis] /= 2
			if v>>bit&1 == 1 {
				low[axis] += size[axis]
			}
			axis ^= 1
		}
	}
	return middle(low[1], size[1]), middle(low[0], size[0]), true
}

// readPlusCode reads five pairs of letters, latitude before longitude, to the base 20
// from the south-west on, and what makes it finer: a grid of 4 columns and 5 rows.
// Eight of the letters stand before a plus.
func readPlusCode(text []byte) (lat, lon string, ok bool) {
	if len(text) < leastPlus+1 || len(text) > leastPlus+6 || text[8] != '+' {
		return "", "", false
	}
	height, width := 400.0, 400.0
	south, west := -90.0, -180.0
	for i, c := range append(bytes.ToUpper(text[:8]), bytes.ToUpper(text[9:])...) {
		v := strings.IndexByte(plusLetters, c)
		if v < 0 {
			return "", "", false
		}
		switch {
		case i >= leastPlus:
			height, width = height/5, width/4
			south += float64(v/4) * height
			west += float64(v%4) * width
		case i%2 == 0:
			height /= 20
			south += float64(v) * height
		default:
			width /= 20
			west += float64(v) * width
		}
	}
	return middle(south, height), middle(west, width), south < 90 && west < 180
}

// middle writes the middle of what begins at low, with as many decimals as its size
// allows.
func middle(low, size float64) string {
	unit := 1e3
	for unit*size < 2 && unit < 1e7 {
		unit *= 10
	}
	return degrees(math.Round((low+size/2)*unit) / unit)
}
