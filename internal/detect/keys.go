package detect

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

//go:embed keys.txt
var keysText string

// dictionary holds what keys.txt says.
var dictionary = readKeys(keysText)

// Table names the state of the dictionary of field names, for the records of a
// run.
func Table() telltale.Table {
	sum := sha256.Sum256([]byte(keysText))
	return telltale.Table{Name: "field-names", Version: "3", Date: "2026-11-26", SHA256: hex.EncodeToString(sum[:])}
}

// A keyDictionary is the dictionary, ready for look-up.
type keyDictionary struct {
	names map[string]*keyName // by normalised name
	other []string
	ends  bitset // last three bytes of the names, with separators between them too; by hash
	last  bitset // last letters, as many as there are up to lastLetters; by hash
}

// A bitset is a set of small numbers.
type bitset [1 << 16 / 64]uint64

func (s *bitset) add(n uint16)      { s[n/64] |= 1 << (n % 64) }
func (s *bitset) has(n uint16) bool { return s[n/64]&(1<<(n%64)) != 0 }

// A keyName is what a normalised name says.
type keyName struct {
	kinds  []telltale.Kind // announced
	text   bool            // whose values are words, and may be long
	beside bool            // it names what stands beside a cell's identity
	axis   byte            // it names one part of a position
	scale  int             // as whole numbers with so many decimals; 0: it does not say
}

func readKeys(text string) *keyDictionary {
	d := &keyDictionary{names: map[string]*keyName{}}
	for line := range strings.Lines(text) {
		kind, names, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for name := range strings.FieldsSeq(names) {
			if kind == "other" {
				d.other = append(d.other, name)
				continue
			}
			d.add(name, kind)
		}
	}
	return d
}

// wordy are the kinds whose values have spaces in them.
var wordy = []telltale.Kind{telltale.SMS, telltale.Contact, telltale.PersonName, telltale.Hostname, telltale.Credential}

// add takes a name of a kind, or of what stands beside.
func (d *keyDictionary) add(name, kind string) {
	n := d.names[name]
	if n == nil {
		n = &keyName{}
		d.names[name] = n
	}
	switch kind {
	case "beside":
		n.beside = true
	case "latitude", "latitude_e6", "latitude_e7":
		n.axis, n.scale = latitude, scaleOf(kind)
	case "longitude", "longitude_e6", "longitude_e7":
		n.axis, n.scale = longitude, scaleOf(kind)
	default:
		n.kinds = append(n.kinds, telltale.Kind(kind))
		n.text = n.text || slices.Contains(wordy, telltale.Kind(kind))
	}
	w, letters := lastOf([]byte(name))
	d.last.add(hashOf(w, letters))
	d.addEnds(name)
}

// addEnds notes what may stand at the end of a key that is name, or ends with it.
func (d *keyDictionary) addEnds(name string) {
	y, z := name[len(name)-2], name[len(name)-1]
	for c := range 256 {
		if x := byte(c); isSeparator(x) || len(name) == 2 || x == name[len(name)-3] {
			d.ends.add(endOf(x, y, z))
		}
	}
	for _, c := range []byte(separators) {
		d.ends.add(endOf(y, c, z))
	}
}

// scaleOf returns the number at the end of latitude_e7.
func scaleOf(kind string) int {
	if c := kind[len(kind)-1]; isDigit(c) {
		return int(c - '0')
	}
	return 0
}

// endOf returns a hash of the last three bytes of a key, in either case.
func endOf(x, y, z byte) uint16 {
	return uint16((uint32(x)<<16 | uint32(y)<<8 | uint32(z) | 0x202020) * 0x9E3779B1 >> 16)
}

// lastLetters is how many letters at the end of a key are looked at before it is
// looked up.
const lastLetters = 5

// lastOf returns the last letters of the key that b ends with, as the dictionary
// would have them, and how many. The last one is in the highest byte.
func lastOf(b []byte) (w uint64, n int) {
	for i := len(b) - 1; i >= 0 && n < lastLetters; i-- {
		switch c := keyByte[b[i]]; {
		case c == 0:
			return w, n
		case c == separator || n == 0 && (c == '1' || c == '2'):
		default:
			w |= uint64(c) << (56 - 8*n)
			n++
		}
	}
	return w, n
}

// hashOf returns a hash of the last n letters in w.
func hashOf(w uint64, n int) uint16 {
	return uint16((w>>(64-8*n) + uint64(n)) * 0x9E3779B97F4A7C15 >> 48)
}

// keyByte has each byte that may be in a key in lower case, or as a separator; 0
// is all others.
var keyByte = func() (t [256]byte) {
	for c := range t {
		switch b := byte(c); {
		case isSeparator(b):
			t[c] = separator
		case isKey(b):
			t[c] = lower(b)
		}
	}
	return t
}()

const separator = ' '

// mayEnd reports whether the dictionary may have the name that b ends with: a name
// has its last letters. It is quick and errs on the side of yes.
func (d *keyDictionary) mayEnd(b []byte) bool {
	n := len(b)
	if n < 3 {
		return n == 2 && d.mayEnd([]byte{0, b[0], b[1]})
	}
	if z := b[n-1]; z != '1' && z != '2' && !d.ends.has(endOf(b[n-3], b[n-2], z)) {
		return false
	}
	w, n := lastOf(b)
	for ; n > 1; n-- {
		if d.last.has(hashOf(w, n)) {
			return true
		}
	}
	return false
}

// isSeparator reports whether c stands between the words of a key and is not
// told.
func isSeparator(c byte) bool { return c == '_' || c == '-' || c == '.' || c == ' ' }

const separators = "_-. "

// maxKey is how many bytes a key may have.
const maxKey = 48

// prefixes are put before the names of the dictionary to say whose value it
// is; the single letters only where a capital or a separator follows.
var (
	prefixes       = []string{"device", "dev", "user", "phone", "sim1", "sim2", "sim", "s1", "s2"}
	letterPrefixes = "msx"
)

// normal is a key as the dictionary would have it, without allocation.
type normal struct {
	buf   [maxKey]byte
	n     int
	start int
}

func (k *normal) bytes() []byte { return k.buf[k.start:k.n] }

// set takes key in lower case and without separators.
func (k *normal) set(key []byte) {
	k.n, k.start = 0, 0
	for _, c := range key {
		if isSeparator(c) {
			continue
		}
		if k.n == maxKey {
			return
		}
		k.buf[k.n] = lower(c)
		k.n++
	}
}

// exactKinds returns the kinds that key announces by its whole name.
func (d *keyDictionary) exactKinds(key []byte) []telltale.Kind {
	if n := d.look(key); n != nil {
		return n.kinds
	}
	return nil
}

// look strips prefixes and numbers from key until the dictionary has the rest,
// and returns what it says; nil if it never has.
func (d *keyDictionary) look(key []byte) *keyName {
	if len(key) == 0 || len(key) > maxKey {
		return nil
	}
	var k normal
	if len(key) > 2 && strings.IndexByte(letterPrefixes, lower(key[0])) >= 0 && boundary(key[0], key[1]) {
		k.set(key[1:])
		if n := d.strip(&k); n != nil {
			return n
		}
	}
	k.set(key)
	return d.strip(&k)
}

func (d *keyDictionary) strip(k *normal) *keyName {
	for k.start < k.n {
		if n := d.names[string(k.bytes())]; n != nil {
			return n
		}
		if c := k.buf[k.n-1]; c == '1' || c == '2' {
			if n := d.names[string(k.buf[k.start:k.n-1])]; n != nil {
				return n
			}
		}
		if !k.stripPrefix() {
			break
		}
	}
	return nil
}

func (k *normal) stripPrefix() bool {
	for _, p := range prefixes {
		if len(p) < k.n-k.start && string(k.buf[k.start:k.start+len(p)]) == p {
			k.start += len(p)
			return true
		}
	}
	return false
}

// contains reports whether a part of key is a name that announces kind.
func (d *keyDictionary) contains(key []byte, kind telltale.Kind) bool {
	if len(key) < 4 {
		return false
	}
	for _, word := range words(key) {
		if slices.Contains(d.exactKinds([]byte(word)), kind) {
			return true
		}
	}
	for name, n := range d.names {
		if len(name) >= 4 && slices.Contains(n.kinds, kind) && bytes.Contains(bytes.ToLower(key), []byte(name)) {
			return true
		}
	}
	return false
}

// saysOther returns the word in key that says that its value is something
// else, or "".
func (d *keyDictionary) saysOther(key []byte) string {
	parts := words(key)
	whole := strings.Join(parts, "")
	for _, name := range d.other {
		if slices.Contains(parts, name) || len(name) >= 5 && strings.Contains(whole, name) ||
			len(name) == 4 && (strings.HasPrefix(whole, name) || strings.HasSuffix(whole, name)) {
			return name
		}
	}
	return ""
}

// words splits a key at separators and capitals, in lower case.
func words(key []byte) []string {
	var list []string
	start := 0
	for i := 1; i <= len(key); i++ {
		if i < len(key) && !boundary(key[i-1], key[i]) {
			continue
		}
		if w := strings.ToLower(strings.Trim(string(key[start:i]), "_-. ")); w != "" {
			list = append(list, w)
		}
		start = i
	}
	return list
}

// boundary reports whether a word of a key ends between a and b.
func boundary(a, b byte) bool {
	return isSeparator(a) || isSeparator(b) || a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z'
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
