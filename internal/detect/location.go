package detect

import (
	"bytes"
	"strconv"

	"github.com/telltale-audit/telltale"
)

var location = &Detector{
	Kind:  telltale.Location,
	Judge: judgeLocation,
	Least: 9,
	ByKey: true,
	Finds: []string{
		`{"location":"59.91387,10.75225"}`,
		`{"lat":59.91387,"lng":10.75225}`,
		"latitude=59.91387&longitude=10.75225",
		`{"lon":"10.75225","acc":12,"lat":"59.91387"}`,
		`{"gps":"-33.8568, 151.2153"}`,
	},
	Ignores: []string{
		"59.91387,10.75225",
		`{"location":"59.9,10.7"}`, // a region
		`{"lat":59.91387}`,
		`{"lat":59.91387,"lng":190.75225}`,
		`{"lat":0.00000,"lng":0.00000}`,
		`{"location":"Example Street"}`,
	},
}

// judgeLocation reads latitude and longitude in degrees in one value that a key
// names.
func judgeLocation(token []byte, keyed bool, r *Reading) bool {
	lat, lon, ok := bytes.Cut(token, []byte(","))
	if !keyed || !ok {
		return false
	}
	return judgePosition(bytes.TrimSpace(lat), bytes.TrimSpace(lon), r)
}

// leastDecimals is how exact each part of a position is at least: three decimals
// of a degree of latitude are 111 m.
const leastDecimals = 3

// judgePosition reads latitude and longitude in degrees.
func judgePosition(lat, lon []byte, r *Reading) bool {
	if !isDegrees(lat, 90) || !isDegrees(lon, 180) {
		return false
	}
	*r = Reading{Value: string(lat) + "," + string(lon), Prior: 0.02}
	r.shape("two numbers as a position has them", 10)
	return true
}

// isDegrees reports whether b is a number within most of zero, with enough
// decimals, that is not zero.
func isDegrees(b []byte, most float64) bool {
	point := bytes.IndexByte(b, '.')
	if point < 1 || len(b)-point-1 < leastDecimals || len(b) > 24 {
		return false
	}
	for i, c := range b {
		if !isDigit(c) && i != point && (i != 0 || c != '-' && c != '+') {
			return false
		}
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return err == nil && f != 0 && f >= -most && f <= most
}

// Axes of a position.
const (
	latitude  = 'a'
	longitude = 'o'
)

// An axis is the value of a key that names one part of a position.
type axis struct {
	token
	of byte
}

// positions takes each latitude and longitude that stand close to each other,
// which is one position.
func (s *Search) positions() {
	list := s.keys.axes
	for i := 0; i+1 < len(list); i++ {
		a, o := list[i], list[i+1]
		if a.of == o.of || o.start-a.end > nearby/2 || o.start < a.end {
			continue
		}
		if s.position(a, o) {
			i++
		}
	}
}

// position takes what the tokens first and second say, whichever is the
// latitude.
func (s *Search) position(first, second axis) bool {
	b, r := s.view.Data, &s.reading
	lat, lon := b[first.start:first.end], b[second.start:second.end]
	if first.of == longitude {
		lat, lon = lon, lat
	}
	if second.end <= s.view.Seen || !judgePosition(lat, lon, r) {
		return false
	}
	c := s.draft
	c.set(r.Prior, telltale.Location, r.Value)
	s.weighSeed(c)
	c.read(r)
	c.take(groupKey, Clue{"key names say %s", [2]string{string(telltale.Location)}, lrKey})
	c.second = stretch{second.start, second.end}
	s.keep(first.start, first.end, "", 0, 0)
	return true
}
