package detect

import (
	"bytes"
	"math"
	"strconv"
	"strings"

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
		`{"latitudeE7":599138700,"longitudeE7":107522500}`,
		"lat_e6=59913870&lon_e6=10752250",
		`{"lat":599138700,"lng":107522500}`,
		"GET /near?ll=59.91387,10.75225&zoom=12 HTTP/1.1",
		"location: 59.91387; 10.75225\r\n",
		"?saddr=59.91387,10.75225&x=1",
		"geo:59.91387,10.75225;u=35", // RFC 5870
		`{"type":"Point","coordinates":[10.75225, 59.91387, 23.0]}`,
		`{"type":"LineString","coordinates":[[-10.75225,59.91387],[-10.75226,59.91388]]}`,
		`{"lat":{"value":59.91387},"lon":{"value":10.75225}}`,
		`{"geohash":"u4xsudvx"}`,
		"pluscode=9FFGWQ72%2BGW&zoom=3",
		`{"lngLat":[10.75225,59.91387]}`,
		`{"latLng":["59.91387","10.75225"]}`,
		"lonlat=10.75225,59.91387&x=1",
		"/regeo?location=116.48149,39.99046&key=1",
		`{"location":"59.91387,10.75225,23.5"}`,
		"$GPGGA,123519,5954.832,N,01045.135,E,1,08,0.9,545.4,M,46.9,M,,*46\r\n",
		"$GPRMC,123519.00,A,5954.832,N,01045.135,E,000.0,360.0,141118,011.3,W*4E",
		"$GNGLL,5954.83200,S,01045.13500,W,123519.00,A,A*76",
	},
	Ignores: []string{
		"59.91387,10.75225",
		`{"location":"59.9,10.7"}`, // a region
		`{"lat":59.91387}`,
		"ll=59.91387&zoom=10.75225",
		"at=how+far+is+59.91387,10.75225",
		"location=59.913,Example",
		"location=59.91387 10.7 kilometres",
		`{"coordinates":[10.75225,95.91387]}`,
		`{"coordinates":[10.75225],"n":[59.91387]}`,
		`{"position":[59.91387,10.75225]}`, // or the other way round
		`{"location":"1.2345,2.3456,3.4567,4.5678"}`,
		`{"latLng":[1,2]}`,
		`{"long":"a long text 59.91387"}`,
		`{"lat":59.91387,"lng":190.75225}`,
		`{"lat":0.00000,"lng":0.00000}`,
		`{"location":"Example Street"}`,
		`{"lat":59913870,"lng":10752250}`, // millionths or ten millionths, nothing says
		`{"lat":1,"lng":2}`,
		`{"latE7":5991387000,"lngE7":107522500}`,
		`{"latE7":599138700,"lngE6":107522500}`,
		`{"hash":"u4xsudvx"}`,
		`{"geohash":"u4xs"}`, // twenty kilometres
		`{"geohash":"example"}`,
		`{"pluscode":"WQ72+GW"}`,                                            // near somewhere
		"$GPGGA,123519,5954.832,N,01045.135,E,1,08,0.9,545.4,M,46.9,M,,*00", // another sum
		"$GPRMC,123519.00,V,,,,,,,141118,,*1E",
		"$GPGGA,123519,",
	},
}

// judgeLocation reads latitude and longitude in degrees in one value that a key
// names, and maybe a height or how exact they are. Where the first cannot be the
// latitude, it is the second, as some services for maps have it.
func judgeLocation(token []byte, keyed bool, r *Reading) bool {
	first, rest := number(token)
	second, rest := number(rest)
	if third, more := number(rest); !keyed || len(more) > 0 || len(third) > 0 && numberEnd(third, 0) < len(third) {
		return false
	}
	return judgePosition(first, second, 0, r) || judgePosition(second, first, 0, r)
}

// number returns the first of the numbers in token, and those behind it.
func number(token []byte) (first, rest []byte) {
	i := bytes.IndexAny(token, betweenDegrees)
	if i < 0 {
		return token, nil
	}
	return token[:i], bytes.TrimLeft(token[i:], betweenDegrees)
}

// betweenDegrees is what stands between the latitude and the longitude of one value.
const betweenDegrees = ",;| "

// place takes the value of a key that names a position, which goes on behind what ends
// other values without quotes. Numbers in brackets are a position of GeoJSON, which
// begins with the longitude (RFC 7946, section 3.1.1), or one of which the key says what
// comes first; elsewhere nothing says which is which.
func (k *keyScan) place(b []byte, start, end int, key []byte, name *keyName) {
	if start < end && !name.east {
		k.keyed = append(k.keyed, token{start: start, end: pairEnd(b, end), key: key})
		return
	}
	axes := [2]byte{latitude, longitude}
	switch {
	case name.east, strings.EqualFold(string(key), "coordinates"):
		axes = [2]byte{longitude, latitude}
	case !among(key, latitudeFirst):
		return
	}
	start = skip(b, start, `[ "'`)
	first := numberEnd(b, start)
	from := skip(b, first, betweenDegrees+`"'`)
	second := numberEnd(b, from)
	if start < first && first < from && from < second {
		k.axes = append(k.axes, axis{token{start: start, end: first}, axes[0], 0}, axis{token{start: from, end: second}, axes[1], 0})
	}
}

// latitudeFirst are names whose words say what comes first.
var latitudeFirst = []string{"latlng", "latlon", "latlong"}

// skip returns where b goes on behind at most four bytes of list from at on.
func skip(b []byte, at int, list string) int {
	end := at
	for end < len(b) && end-at < 4 && strings.IndexByte(list, b[end]) >= 0 {
		end++
	}
	return end
}

// pairEnd returns where the second of two numbers ends, if the first one ends at end
// and it follows; else end.
func pairEnd(b []byte, end int) int {
	at := end
	for at < len(b) && at-end < 3 && strings.IndexByte(betweenDegrees, b[at]) >= 0 {
		at++
	}
	if at == end || end == 0 || !isDigit(b[end-1]) {
		return end
	}
	if n := numberEnd(b, at); n > at {
		return n
	}
	return end
}

// numberEnd returns where the number ends that begins at at.
func numberEnd(b []byte, at int) int {
	const most = 24
	end := at
	for end < len(b) && end-at < most && (isDigit(b[end]) || b[end] == '.' || end == at && (b[end] == '-' || b[end] == '+')) {
		end++
	}
	return end
}

// leastDecimals is how exact each part of a position is at least: three decimals
// of a degree of latitude are 111 m.
const leastDecimals = 3

// judgePosition reads latitude and longitude in degrees, with a decimal point or
// as whole numbers of scale decimals, 0 where nothing says how many.
func judgePosition(lat, lon []byte, scale int, r *Reading) bool {
	if bytes.IndexByte(lat, '.') < 0 {
		return judgeWhole(lat, lon, scale, r)
	}
	if !isDegrees(lat, 90) || !isDegrees(lon, 180) {
		return false
	}
	*r = Reading{Value: string(lat) + "," + string(lon), Prior: 0.02}
	r.shape("two numbers as a position has them", 10)
	return true
}

// judgeWhole reads degrees as programs write them that know no fractions: times
// ten million (E7) or a million (E6). Where the keys do not say which, only what is
// too large for millionths is read.
func judgeWhole(lat, lon []byte, scale int, r *Reading) bool {
	unit := 10_000_000.0
	if scale == 6 {
		unit = 1_000_000
	}
	a, ok := wholeNumber(lat)
	o, ok2 := wholeNumber(lon)
	if !ok || !ok2 || math.Abs(a) > 90*unit || math.Abs(o) > 180*unit || math.Abs(a) < unit/100 && math.Abs(o) < unit/100 {
		return false
	}
	if scale == 0 && math.Abs(a) <= 90*unit/10 && math.Abs(o) <= 180*unit/10 {
		return false
	}
	*r = Reading{Value: degrees(a/unit) + "," + degrees(o/unit), Prior: 0.02}
	r.shape("two whole numbers as a position has them", 10)
	return true
}

// wholeNumber reads at most ten digits with a sign.
func wholeNumber(b []byte) (float64, bool) {
	digits := bytes.TrimPrefix(b, []byte("-"))
	if len(digits) == 0 || len(digits) > 10 {
		return 0, false
	}
	n := 0.0
	for _, c := range digits {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + float64(c-'0')
	}
	if len(digits) < len(b) {
		n = -n
	}
	return n, true
}

// degrees writes degrees with as many decimals as they need, and three.
func degrees(d float64) string {
	s := strings.TrimRight(strconv.FormatFloat(d, 'f', 7, 64), "0")
	for len(s)-strings.IndexByte(s, '.')-1 < leastDecimals {
		s += "0"
	}
	return s
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

// An axis is the value of a key that names one part of a position, or all of it as
// letters.
type axis struct {
	token
	of    byte
	scale int
}

// half reports whether the axis needs the other one to be a position.
func (a axis) half() bool { return a.of == latitude || a.of == longitude }

// positions takes each latitude and longitude that stand close to each other,
// which is one position.
func (s *Search) positions() {
	list := s.keys.axes
	for _, a := range list {
		if !a.half() {
			s.placeCode(a)
		}
	}
	for i := 0; i+1 < len(list); i++ {
		a, o := list[i], list[i+1]
		if a.of == o.of || !a.half() || !o.half() || o.start-a.end > nearby/2 || o.start < a.end {
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
	if second.end <= s.view.Seen || first.scale != second.scale || !judgePosition(lat, lon, first.scale, r) {
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
