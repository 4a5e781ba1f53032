package detect

import "hash/maphash"

// Sizes of what is remembered of blank fields.
const (
	blankFields = 512 // a power of two
	blankBytes  = 64  // longer ones come back too seldom
)

// blanks remembers short fields in which the search found nothing at all: the
// same name is asked for and answered, and asked for again. The same bytes in
// a field of the same name hold nothing either. The zero blanks is ready.
type blanks struct {
	seed   maphash.Seed
	fields []blankField
}

type blankField struct {
	name string
	n    int // bytes of data in use
	data [blankBytes]byte
}

// slot returns where f is remembered, nil where a search of f depends on more
// than its name and bytes.
func (x *blanks) slot(f *Field) *blankField {
	if len(f.Data) == 0 || len(f.Data) > blankBytes || f.More || f.Namer != nil || len(f.Encodings) > 0 || f.ContentType != "" || f.Path != "" {
		return nil
	}
	if x.fields == nil {
		x.fields, x.seed = make([]blankField, blankFields), maphash.MakeSeed()
	}
	return &x.fields[maphash.Bytes(x.seed, f.Data)%blankFields]
}

// holds reports whether b is f.
func (b *blankField) holds(f *Field) bool {
	return b != nil && b.n == len(f.Data) && b.name == f.Name && string(b.data[:b.n]) == string(f.Data)
}

// remember makes b be f.
func (b *blankField) remember(f *Field) {
	if b != nil {
		b.name, b.n = f.Name, copy(b.data[:], f.Data)
	}
}
