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
	return telltale.Table{Name: "field-names", Version: "1", Date: "2026-11-22", SHA256: hex.EncodeToString(sum[:])}
}

// A keyDictionary is the dictionary, ready for look-up.
type keyDictionary struct {
	exact  map[string][]telltale.Kind // by normalised name
	beside map[string]bool
	other  []string
	tails  [1 << 16 / 64]uint64 // last two bytes of the names in exact and beside
}

func readKeys(text string) *keyDictionary {
	d := &keyDictionary{exact: map[string][]telltale.Kind{}, beside: map[string]bool{}}
	for line := range strings.Lines(text) {
		kind, names, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for name := range strings.FieldsSeq(names) {
			switch kind {
			case "other":
				d.other = append(d.other, name)
				continue
			case "beside":
				d.beside[name] = true
			default:
				d.exact[name] = append(d.exact[name], telltale.Kind(kind))
			}
			t := tail([]byte(name))
			d.tails[t/64] |= 1 << (t % 64)
		}
	}
	return d
}

// tail returns the last two bytes of a name, letters in lower case.
func tail(name []byte) uint16 {
	n := len(name)
	if n < 2 {
		return 0
	}
	return uint16(lower(name[n-2]))<<8 | uint16(lower(name[n-1]))
}

// mayEnd reports whether the dictionary may have the name that b ends with. It
// is quick and errs on the side of yes.
func (d *keyDictionary) mayEnd(b []byte) bool {
	for len(b) > 0 && (b[len(b)-1] == '1' || b[len(b)-1] == '2') {
		b = b[:len(b)-1]
	}
	t := tail(b)
	return d.tails[t/64]&(1<<(t%64)) != 0
}

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
		switch c {
		case '_', '-', '.', ' ':
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
	var k normal
	if !d.normalise(key, &k) {
		return nil
	}
	return d.exact[string(k.bytes())]
}

// isBeside reports whether key names what stands beside a cell's identity.
func (d *keyDictionary) isBeside(key []byte) bool {
	var k normal
	return d.normalise(key, &k) && d.beside[string(k.bytes())]
}

// normalise strips prefixes and numbers from key until the dictionary has the
// rest, and reports whether it has.
func (d *keyDictionary) normalise(key []byte, k *normal) bool {
	if len(key) == 0 || len(key) > maxKey {
		return false
	}
	if len(key) > 2 && strings.IndexByte(letterPrefixes, lower(key[0])) >= 0 && boundary(key[0], key[1]) {
		k.set(key[1:])
		if d.strip(k) {
			return true
		}
	}
	k.set(key)
	return d.strip(k)
}

func (d *keyDictionary) strip(k *normal) bool {
	for k.start < k.n {
		if d.has(k.bytes()) {
			return true
		}
		if c := k.buf[k.n-1]; c == '1' || c == '2' {
			k.n--
			if d.has(k.bytes()) {
				return true
			}
			k.n++
		}
		if !k.stripPrefix() {
			break
		}
	}
	return false
}

func (d *keyDictionary) has(name []byte) bool {
	_, ok := d.exact[string(name)]
	return ok || d.beside[string(name)]
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
	for name, kinds := range d.exact {
		if len(name) >= 4 && slices.Contains(kinds, kind) && bytes.Contains(bytes.ToLower(key), []byte(name)) {
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
	switch b {
	case '_', '-', '.', ' ':
		return true
	}
	switch a {
	case '_', '-', '.', ' ':
		return true
	}
	return a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z'
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
