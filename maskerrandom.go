package telltale

import (
	"slices"
	"strings"
)

// random reports whether t looks like encoded bytes rather than like a word,
// a name in camel case, or a word with a number.
func (t token) random(us []unit) bool {
	n, letters := t.len(), t.len()-t.digits
	switch {
	case letters == 0:
		return false // hideDigits judges numbers
	case n >= mixedRun && t.digits >= 2, n >= hexRun && t.hex, letters >= longestWord:
		return true
	}
	return n >= mixedRun && odd(us[t.start:t.end]) >= 2 || letters >= judgedWord && !readable(us[t.start:t.end])
}

const (
	longestWord = 32 // letters
	judgedWord  = 12 // letters from which a token must read like words
	rarePairs   = 4  // one pair of letters in so many may be rare
)

// odd counts the pieces of a token that do not look like words of a name in
// camel case: too short, or without a vowel.
func odd(us []unit) int {
	n := 0
	for i := 0; i < len(us); {
		end, acronym := piece(us, i)
		p := us[i:end]
		if !acronym && (len(p) < 3 || !hasVowel(p)) {
			n++
		}
		i = max(end, i+1)
	}
	return n
}

// piece returns where the piece of a token in camel case that starts at i
// ends: a digit, capitals up to the one that starts the next word, or a word.
func piece(us []unit, i int) (end int, acronym bool) {
	end = i
	for end < len(us) && upper(us[end].r) {
		end++
	}
	capitals := end - i
	if end < len(us) && lower(us[end].r) {
		if capitals > 1 {
			return end - 1, true
		}
		for end < len(us) && lower(us[end].r) {
			end++
		}
		return end, false
	}
	if capitals == 0 {
		return i + 1, true
	}
	return end, true
}

func upper(r rune) bool { return 'A' <= r && r <= 'Z' }
func lower(r rune) bool { return 'a' <= r && r <= 'z' }

// followers says which letters follow each letter from a to z in the 250
// commonest pairs of the words in the comments of Go's own source. Of text in
// Base64 or base32 that has no more than one digit, one in 10,000 reads like
// words by it.
var followers = [26]string{
	"bcdgiklmnprstuvy", "abeilorsu", "acehiklmorstu", "adeiloprsu",
	"abcdefgilmnpqrstvwx", "aefilorsu", "aehilnorsu", "aeio",
	"abcdefglmnoprstvz", "", "eis", "adeilostuy",
	"abeimopsu", "acdefgiklnostuv", "abcdfgilmnoprstuvw", "aehiloprstu",
	"u", "acdegiklmnoprstuy", "acehilmopstuwy", "acdefhiloprstuy",
	"abceilmnprst", "aceims", "aeio", "pstv",
	"mps", "e",
}

// readable reports whether the letters of p, in whatever case, follow one
// another as in words.
func readable(p []unit) bool {
	pairs, rare := 0, 0
	before := rune(0)
	for _, u := range p {
		r := u.r | 0x20
		if !lower(r) {
			continue
		}
		if before != 0 {
			pairs++
			if !strings.ContainsRune(followers[before-'a'], r) {
				rare++
			}
		}
		before = r
	}
	return rarePairs*rare <= pairs
}

func hasVowel(p []unit) bool {
	return slices.ContainsFunc(p, func(u unit) bool { return strings.ContainsRune("aeiouy", u.r|0x20) })
}

// hideRandom hides the tokens that look random, with their neighbours in what
// may be one run of Base64: those that are no words and stand one +, /, =, -
// or _ away.
func hideRandom(us []unit, ts []token) {
	done := 0 // all tokens before it are settled
	for i := 0; i < len(ts); i++ {
		if ts[i].keep || !ts[i].random(us) {
			continue
		}
		first, last := i, i
		for first > done && joined(us, ts, first-1, first-1) {
			first--
		}
		for last+1 < len(ts) && joined(us, ts, last, last+1) {
			last++
		}
		hideUnits(us, ts[first].start, ts[last].end)
		i, done = last, last
	}
}

// joined reports whether token i belongs to the run of Base64 on the other
// side of the character after token at.
func joined(us []unit, ts []token, at, i int) bool {
	return base64Joint(between(us, ts, at)) && !plain(us, ts[i])
}

func base64Joint(r rune) bool {
	switch r {
	case '+', '/', '=', '-', '_':
		return true
	}
	return false
}

// plain reports whether t reads like one word.
func plain(us []unit, t token) bool {
	return !t.keep && t.digits == 0 && t.len() >= 3 && odd(us[t.start:t.end]) == 0 && !mixed(us[t.start:t.end])
}

// mixed reports whether p has a capital after its first letter and a small
// letter.
func mixed(p []unit) bool {
	capital, small := false, false
	for i, u := range p {
		capital = capital || i > 0 && upper(u.r)
		small = small || lower(u.r)
	}
	return capital && small
}
