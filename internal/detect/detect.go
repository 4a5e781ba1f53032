// Package detect finds identifiers in bytes, in any form they may be written
// in, and weighs how sure it is that they are what they seem.
//
// It works in two steps. Candidates come from filters that know every
// spelling of the values an owner gave ([Seed]) and from detectors that know
// shapes and key names, both run over every view that package decode makes of
// a field. Then all candidates of a message are weighed together, by the
// evidence of value, structure, key name and neighbours.
package detect

import (
	"sync"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// A Detector knows one kind of identifier by its shape.
type Detector struct {
	Kind telltale.Kind

	// Judge reads token, a maximal run of digits or the whole value of a key
	// that the dictionary knows, and sets r to what it is worth as this kind. It
	// neither keeps token nor allocates to say no. keyed says that a key of
	// this kind names the token.
	Judge func(token []byte, keyed bool, r *Reading) bool

	Least int  // bytes of a token that is worth a look
	ByKey bool // only where a key of this kind names it

	Finds, Ignores []string // examples; tests hold the detector to them, bare and under all decoders
}

// A Reading is a token read as one kind of identifier.
type Reading struct {
	Value string   // canonical
	Prior float64  // probability before any evidence
	Shape [3]Clue  // evidence of structure; independent parts, so they multiply
	Anti  Clue     // the strongest sign that it is something else
	Notes []string // such as test_range
}

// All lists the detectors. Where two are equally sure of the same bytes, the
// first in the list wins.
var All = []*Detector{
	imei, imeisv, meid, iccid, imsi, mac, bssid, cell, serial,
	esn, eid, msisdn, ssid, androidID, gsfID, widevineID, adID, idfv, installID, email, location,
	credential, cardNumber, sms, contact, personName, hostname, account, publicIP, model, build, other,
}

// Namer names the place of a hit in a field, and its key. It is called on a
// hit only.
type Namer interface {
	// NameAt returns the path of the byte at off, such as
	// "http.header:user-agent", and the key that stands for it, "user-agent".
	NameAt(data []byte, off int) (name, key string)
}

// A Seed is a value the owner told us, to be searched exactly.
type Seed struct {
	Kind   telltale.Kind
	Value  telltale.Value // canonical, as device.Check returns it
	Device int            // index of the device file
}

// A Field is one run of bytes of a message to search.
type Field struct {
	Index       int      // the caller's, given back in hits
	Name        string   // field path, such as http.body
	Data        []byte   // borrowed for the call
	Base        int64    // offset of Data[0] in the caller's coordinates
	More        bool     // bytes of the same field will follow
	Done        int64    // hits that begin before this place were told already; see Search.Done
	Encodings   []string // Content-Encoding of the body, outermost last
	ContentType string
	Namer       Namer          // nil: Name is enough
	Path        string         // request path or host, weak context
	Inflow      *decode.Inflow // of this field, from window to window; nil if each is inflated for itself
	Columns     *Columns       // of this field, from window to window; nil if each is for itself
	Agent       *Agent         // who speaks to whom; nil if every message is told for itself
	Memory      *decode.Memory // of the fields before that this one goes on from; nil if it begins anew
}

// A Hit is one identifier in one place.
type Hit struct {
	Kind       telltale.Kind
	Value      string           // canonical
	Form       string           // transforms from the wire inwards: "base64>json"
	Field      string           // "http.body > base64 > json:$.SIM1ICCID"
	Index      int              // Field.Index
	Ranges     []telltale.Range // in the caller's coordinates, sorted, disjoint
	Level      telltale.Level   // Possible or surer
	Confidence float64
	Why        []telltale.Evidence
	Notes      []string
	Device     int            // Seed.Device, or -1 if no seed has this value
	Context    []byte         // the decoded text around the value, at most 32 bytes each side; a copy
	Mark       telltale.Range // the value in Context
}

// Engine holds what searches share. It does not change once in use, but for what is made
// when it is first needed.
type Engine struct {
	// Plain has bytes searched as they stand, for the spellings of seeds and for shapes:
	// nothing is decoded, and what the name of its field alone tells is not found. To be
	// set before searches are made.
	Plain bool

	seeds   []Seed
	byValue map[seedKey]int // index of the first seed with a value
	texts   *filter         // spellings of 10 bytes and more
	words   *filter         // spellings of 6 to 9 bytes
	raws    *filter         // binary spellings of 6 to 11 bytes, in binary data only

	joinOnce sync.Once
	joined   []joined // see joinedList
}

type seedKey struct {
	kind  telltale.Kind
	value string
}

// mostSpellings is how many spellings a seed has, nearly always.
const mostSpellings = 160

// New returns an engine that searches for seeds and for all that [All] knows.
func New(seeds []Seed) *Engine {
	e := &Engine{seeds: seeds, byValue: map[seedKey]int{}}
	texts := make([]pattern, 0, mostSpellings*len(seeds))
	var words, raws []pattern
	var sp speller
	for i, s := range seeds {
		key := seedKey{s.Kind, s.Value.Raw()}
		if _, twice := e.byValue[key]; twice {
			continue
		}
		e.byValue[key] = i
		for _, p := range sp.spellings(s.Kind, s.Value.Raw()) {
			p.seed = int32(i)
			p.read(s.Kind, s.Value.Raw())
			switch {
			case len(p.text) >= longPattern && !(len(p.text) < freePattern && isBinary(p.text)):
				texts = append(texts, p)
			case len(p.text) >= shortPattern && p.binary:
				raws = append(raws, p)
			case len(p.text) >= shortPattern:
				words = append(words, p)
			}
		}
	}
	e.texts, e.words, e.raws = newFilter(texts), newFilter(words), newFilter(raws)
	return e
}

// isBinary reports whether text occurs in binary data only.
func isBinary(text string) bool {
	_, marks := decode.Classify(nil, []byte(text))
	return marks.Binary()
}
