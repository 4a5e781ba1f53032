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

// dictionary holds what keys.txt and headers.txt say.
var dictionary = readKeys(keysText, Headers())

// Table names the state of the dictionary of field names, for the records of a
// run.
func Table() telltale.Table {
	sum := sha256.Sum256([]byte(keysText))
	return telltale.Table{Name: "field-names", Version: "9", Date: "2026-11-27", SHA256: hex.EncodeToString(sum[:])}
}

// A keyDictionary is the dictionary, ready for look-up.
type keyDictionary struct {
	names map[string]*keyName // by normalised name
	other []string
	ends  keyEnds
}

// A keyName is what a normalised name says.
type keyName struct {
	kinds  []telltale.Kind // announced
	text   bool            // whose values are words, and may be long
	beside bool            // it names what stands beside a cell's identity
	agent  bool            // its value is what a program says of itself
	token  bool            // its value is a credential that a server gave, which may be long
	value  bool            // it says no more than that a value follows, which is named before
	east   bool            // it names a position that is written with the longitude first
	axis   byte            // it names one part of a position, or all of it as letters
	scale  int             // as whole numbers with so many decimals; 0: it does not say
}

// announces reports whether n is the name of values of that kind; nil is of none.
func (n *keyName) announces(k telltale.Kind) bool { return n != nil && slices.Contains(n.kinds, k) }

// hides reports whether a value as long and as mixed as text is, under a name of
// passwords, as a rule one that a key hides.
func (n *keyName) hides(text []byte) bool {
	return len(text) > maxPassword && !n.token && n.announces(telltale.Credential) && !isWebToken(text) && isOpaque(text)
}

func readKeys(text string, headers []Header) *keyDictionary {
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
	d.addHeaders(headers)
	return d
}

// wordy are the kinds whose values have spaces in them.
var wordy = []telltale.Kind{telltale.SMS, telltale.Contact, telltale.PersonName, telltale.Hostname, telltale.Credential, telltale.Model, telltale.Build, telltale.Other}

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
	case "agent":
		n.agent = true
	case "value":
		n.value = true
	case "longitude_latitude":
		n.east = true
		d.add(name, string(telltale.Location))
	case "token":
		n.token = true
		d.add(name, string(telltale.Credential))
	case "latitude", "latitude_e6", "latitude_e7":
		n.axis, n.scale = latitude, scaleOf(kind)
	case "longitude", "longitude_e6", "longitude_e7":
		n.axis, n.scale = longitude, scaleOf(kind)
	case "geohash":
		n.axis = geohash
	case "pluscode":
		n.axis = plusCode
	default:
		n.kinds = append(n.kinds, telltale.Kind(kind))
		n.text = n.text || slices.Contains(wordy, telltale.Kind(kind))
	}
	d.ends.add(name)
}

// scaleOf returns the number at the end of latitude_e7.
func scaleOf(kind string) int {
	if c := kind[len(kind)-1]; isDigit(c) {
		return int(c - '0')
	}
	return 0
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
// and returns what it says; nil if it never has. Of a name that is a way, as in
// unity.vendorIdentifier, the last part counts where the whole is not known, but for
// short ones: xmp.did is the number of a picture.
func (d *keyDictionary) look(key []byte) *keyName {
	if n := d.lookWhole(key); n != nil {
		return n
	}
	if at := bytes.LastIndexByte(key, '.'); at > 0 && len(key)-at > leastPart {
		return d.lookWhole(key[at+1:])
	}
	return nil
}

// leastPart is how many bytes the last part of a way has at least.
const leastPart = 4

func (d *keyDictionary) lookWhole(key []byte) *keyName {
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
