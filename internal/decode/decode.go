// Package decode undoes encodings and keeps the way back to the wire.
//
// A [Walker] shows bytes in every reading it can find: as they stand (the
// root [View]), and as each [Decoder] in [All] reads them, again and again
// down to a depth. A view knows by which bytes of the root each of its own was
// written ([View.Origin]), and how ([View.NameAt]).
//
// Work is linear in the bytes given and in the bytes inflated; what a limit
// left unread is told in the [Tally].
package decode

// The limits of one walk. A walk is over one field of a message, or over one
// window of a longer field. Views are not counted but weighed, so that a text
// may hold as many short encoded values as have room in it.
const (
	maxDepth    = 8        // decodings on top of each other
	maxLayers   = 3        // of them inflating
	maxFound    = 32 << 10 // candidates of a view
	maxInflated = 64 << 20 // bytes that inflating decoders may make
	maxKeep     = 64 << 10 // bytes that a window may ask to see again
	maxWindow   = 512 << 10
	heldBase    = 4 << 20 // bytes that views may take at a time, and twice the root
	overRatio   = 8       // bytes that other decoders may make, for each byte read
	overBase    = 1 << 20 // and on top of that
	doubtBase   = 1 << 10 // bytes that objects which may be none have and make, on top of the root's

	// Bytes that layers of inflating within inflating may make, for each byte of
	// the root and on top of that: what one layer of deflate may, so that objects
	// in objects cost no more than twice an object.
	layerRatio = 1032
	layerBase  = 64 << 10
)

// A Decoder undoes one encoding. It has Find and Decode, or, if it inflates,
// Next, Open and Close.
type Decoder struct {
	Name string // as it stands in forms: "base64"

	// Find adds the candidates in b to f. It reads each byte a bounded number
	// of times.
	Find func(b []byte, f *Found)

	// Decode appends what candidate c of b says to dst, whose capacity
	// holds c's length, and notes in w which bytes of b say it.
	Decode func(dst []byte, w *Way, b []byte, c Candidate) []byte

	// Next returns the place of the next object in b[at:], len(b) if there is
	// none.
	Next func(b []byte, at int) int

	// Open reads what stands before the deflate stream of an object.
	Open func(s *stream) error

	// Close reads what stands behind it. It returns nil if the object goes on in
	// another stream, [io.EOF] if it has ended.
	Close func(s *stream) error

	// Encode returns b in the encoding, for tests.
	Encode func(b []byte) []byte

	needs    Marks // one of these is in whatever it writes; 0: none need be
	texts    bool  // it can only write text
	rewrites bool  // a view is the same text with escapes undone
	whole    bool  // it is looked for in lines or all of a view only, and read as JSON
}

// mayBeIn reports whether d may find something in bytes with these marks.
func (d *Decoder) mayBeIn(marks Marks) bool { return d.needs == 0 || d.needs&marks != 0 }

// Carries reports whether d can write b, for tests: some encodings are of text
// alone, and escapes of JSON leave the quotes of UTF-16 torn, and those of the CRC
// in the head of a member of ZIP.
func (d *Decoder) Carries(b []byte) bool {
	return !(d.texts && otherBytes(b, 0) > 0 || d == jsonDecoder && (startsWide(b) || isZip(b)))
}

// All lists the decoders, in the order in which they are tried.
var All = []*Decoder{
	gzipDecoder, zlibDecoder, zipDecoder, zstdDecoder,
	base64Decoder, hexDecoder, urlDecoder, jsonDecoder, entitiesDecoder, quotedDecoder, utf16Decoder,
	protobufDecoder, msgpackDecoder, cborDecoder, multipartDecoder,
}

// A Candidate is a run of bytes, [Start, End), that may be encoded.
type Candidate struct {
	Start, End int
	mode       mode
	decoder    *Decoder
}

// A mode tells apart the ways in which one decoder reads its candidates.
type mode uint8

// The modes; all other candidates have mode 0.
const (
	modePlus   mode = 1 + iota // url: '+' is a space as well
	modeQuote                  // json: one string, with \" and \\ undone too
	modeLittle                 // utf16: the low byte first
	modeBig                    // the high byte first
	modeBare                   // base64, hex: what it says may be bare deflate
)

// Found takes what [Decoder.Find] finds.
type Found struct {
	More bool        // bytes follow, not given yet: leave a run at the end to later
	List []Candidate // at most maxFound
	Over Candidate   // covers those that did not fit in List
	Keep int         // trailing bytes to be given again, with what follows

	blocks  []Block  // of the bytes at hand
	marks   Marks    // of them
	decoder *Decoder // that is finding
	tree    tree     // that is read
	sample  [sampleSize + wordSize]byte
	symbols [sampleSymbols + 1]byte
	probe   *bareProbe // nil until it is needed
}

// all fills f with what the decoders that do not inflate find in b.
func (f *Found) all(b []byte, more bool) {
	f.blocks, f.marks = Classify(f.blocks, b)
	f.More, f.List, f.Over, f.Keep = more, f.List[:0], Candidate{}, 0
	for _, f.decoder = range All {
		if f.decoder.Find != nil && f.decoder.mayBeIn(f.marks) {
			f.decoder.Find(b, f)
		}
	}
}

// add takes a candidate.
func (f *Found) add(c Candidate) {
	c.decoder = f.decoder
	if len(f.List) < maxFound {
		f.List = append(f.List, c)
	} else {
		f.over(c)
	}
}

// over notes that c is too much to show.
func (f *Found) over(c Candidate) {
	if f.Over.End == 0 {
		f.Over = c
		return
	}
	f.Over.Start = min(f.Over.Start, c.Start)
	f.Over.End = max(f.Over.End, c.End)
}

// hold asks for the bytes of b from start on to be given again, and reports
// whether they will be: they are not if nothing follows or they are too many.
func (f *Found) hold(b []byte, start int) bool {
	if !f.More || len(b)-start > maxKeep {
		return false
	}
	f.Keep = max(f.Keep, len(b)-start)
	return true
}
