package telltale

import "unicode/utf8"

// plainDigits is how many digits a text of words may hold.
const plainDigits = 4

// words reports whether s is lower-case words, joined by dots and hyphens, of
// which no shape hides anything, as in most host names. It answers at a
// glance what [hideShapes] finds out at length; a text it has doubts about
// is none.
func words(s string) bool {
	digits, pairs := 0, 0
	for i := 0; i < len(s); {
		t := token{start: i, hex: true}
		for ; i < len(s) && wordByte[s[i]] != 0; i++ {
			if s[i] <= '9' {
				t.digits++
			} else if s[i] > 'f' {
				t.hex = false
			}
		}
		t.end = i
		digits += t.digits
		if t.hex || t.len() == 1 {
			pairs++ // may be one of the parts that a MAC or a UUID is written in
		}
		if !t.short() || i < len(s) && s[i] != '.' && s[i] != '-' {
			return false
		}
		i++
	}
	return digits <= plainDigits && pairs < quadRun
}

// short reports whether t is too short to look random.
func (t token) short() bool {
	return t.len() < mixedRun || t.digits == 0 && t.len() < judgedWord && !(t.hex && t.len() >= hexRun)
}

// wordByte marks the bytes of words.
var wordByte = func() (set [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		set[c] = 1
	}
	for c := 'a'; c <= 'z'; c++ {
		set[c] = 1
	}
	return set
}()

// plain reports whether t is shown as it is: words, and no known value.
func (m *Masker) plain(t Text) bool {
	return len(t.blank) == 0 && words(t.raw) && !mayBeLocal(t.raw) && (m.known == nil || !m.known.mayHide(t.raw))
}

// inWords reports whether a pattern may lie in words, in any reading of them.
// Those of numbers, addresses and most of what is encoded have too many digits,
// or capitals.
func inWords(pattern string) bool {
	digits := 0
	for i := range len(pattern) {
		switch c := pattern[i]; {
		case c >= '0' && c <= '9':
			digits++
		case wordByte[c] == 0 && c != '.' && c != '-' && c != '+':
			return false
		}
	}
	return digits <= plainDigits
}

// mayHide reports whether a spelling may lie in s, which is words: the first
// four bytes of one do, in the reading it is looked for in.
func (s *spellings) mayHide(text string) bool {
	if len(s.short) > 0 {
		return true
	}
	if !s.letters.wordy && !s.base64.wordy && !s.bytes.wordy {
		return false
	}
	var letters, base64, bytes uint32
	for i := range len(text) {
		c := uint32(text[i])
		bytes = bytes<<8 | c
		if s.bytes.may(bytes) {
			return true
		}
		switch c {
		case '.':
			continue
		case '-':
			base64 = base64<<8 | '+'
		default:
			letters, base64 = letters<<8|c, base64<<8|c
		}
		if s.letters.may(letters) || s.base64.may(base64) {
			return true
		}
	}
	return false
}

// mayLieIn reports whether a spelling may lie in us: the first four bytes of one
// do, in the reading it is looked for in. It makes no readings, which takes a third
// of the time, and has doubts about all that is not ASCII.
func (s *spellings) mayLieIn(us []unit) bool {
	if len(s.short) > 0 {
		return true
	}
	var letters, base64, bytes uint32
	for i := range us {
		u := &us[i]
		if u.r < 0 || u.r >= utf8.RuneSelf {
			return true
		}
		read := asciiReadings[u.r]
		if u.hide {
			read = [3]rune{}
		}
		if c := read[0]; c >= 0 {
			if letters = letters<<8 | uint32(c); s.letters.begins(letters) {
				return true
			}
		}
		if c := read[1]; c >= 0 {
			if base64 = base64<<8 | uint32(c); s.base64.begins(base64) {
				return true
			}
		}
		if c := read[2]; c >= 0 {
			if bytes = bytes<<8 | uint32(c); s.bytes.begins(bytes) {
				return true
			}
		}
	}
	return false
}

// asciiReadings are what the readings of spellings make of ASCII.
var asciiReadings = func() (all [utf8.RuneSelf][3]rune) {
	for r := range rune(utf8.RuneSelf) {
		all[r] = [3]rune{letterOf(r), base64Of(r), byteOf(r)}
	}
	return all
}()
