package telltale

import "net/netip"

// Value is the canonical text of an identifier, or an address of a device.
// Nothing but a [Masker] shows it, and it cannot be rebuilt from its mask.
type Value struct {
	kind Kind
	raw  string
}

// NewValue returns the value of kind k whose canonical text is raw.
func NewValue(k Kind, raw string) Value { return Value{k, raw} }

// Kind returns the sort of value v is.
func (v Value) Kind() Kind { return v.kind }

// IsZero reports whether v is the zero Value.
func (v Value) IsZero() bool { return v == Value{} }

// Raw returns the value itself. Only the packages that must compare or search
// for it may call it; the linter holds them to that.
func (v Value) Raw() string { return v.raw }

// String returns a placeholder, so that no value slips out by a %v.
func (v Value) String() string { return "(" + string(v.kind) + ", masked)" }

// GoString returns the same placeholder.
func (v Value) GoString() string { return v.String() }

// Text is a string that came from a capture: a host, a URL, a user agent, a
// field's name, an excerpt. Nothing but a [Masker] shows it.
type Text struct {
	raw   string
	blank []Range // bytes that sightings lie in
}

// NewText returns raw as a Text. The bytes in blank, which must be sorted and
// disjoint, belong to sightings and are never shown masked.
func NewText(raw string, blank ...Range) Text { return Text{raw, blank} }

// IsZero reports whether t is empty.
func (t Text) IsZero() bool { return t.raw == "" }

// Raw returns the text itself, under the same rule as [Value.Raw].
func (t Text) Raw() string { return t.raw }

// String returns a placeholder.
func (t Text) String() string { return "(captured text, masked)" }

// GoString returns the same placeholder.
func (t Text) GoString() string { return t.String() }

// Dot stands for one masked character.
const Dot = '·'

// Masker is the one way from [Value], [Text] and captured bytes to output.
// What it shows never changes after [NewMasker], and goroutines may share it.
//
// A text is masked in three layers: the bytes that sightings lie in; every
// spelling of a known value; and whatever has the shape of an identifier in
// any usual encoding, known or not. The third layer is why a value that no
// detector found is still not shown.
//
// Masked or revealed, what a Masker returns is valid UTF-8 that no terminal,
// page or spreadsheet acts on. A control character below U+0080 and a byte
// that is not UTF-8 are written \x1b, any other rune that does not print
// \u{202e}. A backslash stays as it is: this form is for reading, the wire
// is in the capture.
type Masker struct {
	reveal bool
	known  *spellings // nil without known values
	shown  *shown     // texts of which no bytes belong to sightings
}

// NewMasker returns a Masker; reveal opens everything it shows. The known
// values are dotted in every text, however they are spelled there. Models and
// builds among them are not: many devices share these.
func NewMasker(reveal bool, known ...Value) *Masker {
	return &Masker{reveal: reveal, known: newSpellings(known), shown: newShown()}
}

// Reveal reports whether the masker shows values whole.
func (m *Masker) Reveal() bool { return m.reveal }

// Value returns v as it may be shown: as many characters as v has, of which
// those that many devices share are kept and the others are dots. What is
// kept, by kind, is in the output contract; a check digit never is.
func (m *Masker) Value(v Value) string {
	if m.reveal {
		return harmless(v.raw)
	}
	return m.maskValue(v.kind, v.raw)
}

// Text returns t as it may be shown.
func (m *Masker) Text(t Text) string {
	if m.reveal {
		return harmless(t.raw)
	}
	if len(t.blank) > 0 {
		return m.mask(t)
	}
	return m.shown.of(t.raw, func(raw string) string { return m.mask(Text{raw: raw}) })
}

// roomFor is how many characters are judged in memory of the stack: as many as an
// answer that is quoted has.
const roomFor = 176

// mask returns t as it is shown masked.
func (m *Masker) mask(t Text) string {
	if m.plain(t) {
		return t.raw
	}
	var room [roomFor]unit
	us := lex(room[:0], t.raw)
	m.hide(us, t)
	return render(us, t.raw)
}

// hide marks the units of t that may not be shown.
func (m *Masker) hide(us []unit, t Text) {
	hideRanges(us, t.blank)
	if m.known != nil {
		m.known.hide(us)
	}
	if mayBeLocal(t.raw) {
		hideLocalNames(us)
	}
	hideShapes(us)
}

// URL returns a URL as it may be shown: masked, all after the first "?" or
// "#" is "?···", however long it is.
func (m *Masker) URL(t Text) string {
	if m.reveal {
		return harmless(t.raw)
	}
	for i := range len(t.raw) {
		if t.raw[i] == '?' || t.raw[i] == '#' {
			return m.Text(Text{t.raw[:i], t.blank}) + "?···"
		}
	}
	return m.Text(t)
}

// Addr returns a as it may be shown. Of an address built from a MAC (RFC 4291
// appendix A) the half that says the maker stays: "fe80::21a:2bff:fe··:····".
func (m *Masker) Addr(a netip.Addr) string { return string(m.AppendAddr(nil, a)) }

// AppendAddr appends what [Masker.Addr] returns to dst.
func (m *Masker) AppendAddr(dst []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return dst
	}
	a = a.WithZone("") // a name of the capturing machine's, or anyone's text
	dst = a.AppendTo(dst)
	if m.reveal || !isEUI64(a) {
		return dst
	}
	for colons := 0; colons < 2; dst = dst[:len(dst)-1] {
		if dst[len(dst)-1] == ':' {
			colons++
		}
	}
	return append(dst, ":fe··:····"...)
}

// isEUI64 reports whether the host part of a was built from a MAC.
func isEUI64(a netip.Addr) bool {
	b := a.As16()
	return a.Is6() && !a.Is4In6() && b[11] == 0xff && b[12] == 0xfe
}
