package detect

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Bounds of a person's name.
const (
	maxName      = 64 // bytes
	maxNameWords = 5
)

// nameWords returns of how many words b is a person's name, 0 if it is none: each
// begins with a capital, but for the small ones between, or is of a script that
// has none.
func nameWords(b []byte) (words int) {
	if len(b) > maxName || !utf8.Valid(b) || placeholderName(b) || among(b, notNames) {
		return 0
	}
	letters := 0
	for len(b) > 0 {
		word := b
		if i := bytes.IndexByte(b, ' '); i >= 0 {
			word, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		n := nameLetters(word)
		first, _ := utf8.DecodeRune(word)
		if n == 0 || unicode.IsLower(first) && (words == 0 || len(b) == 0 || len(word) > 4) {
			return 0
		}
		letters += n
		if words++; words > maxNameWords {
			return 0
		}
	}
	if letters < 2 {
		return 0
	}
	return words
}

// nameLetters returns how many letters a word of a name has, 0 if it is none.
func nameLetters(word []byte) (n int) {
	for i, c := range string(word) {
		switch {
		case unicode.IsLetter(c):
			n++
		case unicode.IsMark(c), c == '.' && i > 0, c == '-' && i > 0, c == '\'', c == '’':
		default:
			return 0
		}
	}
	return n
}

// notNames stand in fields for names that nobody filled in, or that say of which
// type they are.
var notNames = []string{
	"First", "Last", "Name", "First Name", "Last Name", "Full Name", "Your Name", "FirstName", "LastName", "FullName", "Surname", "String", "Text",
	"Required", "Optional", "Anonymous", "Guest", "User", "Admin", "Administrator", "Test", "Default", "Customer", "Owner", "Yes", "No",
	"Login", "Sign In", "Submit", "Success", "Failed",
}

// among reports whether b is one of list, in any case.
func among(b []byte, list []string) bool {
	for _, s := range list {
		if len(s) == len(b) && bytes.EqualFold(b, []byte(s)) {
			return true
		}
	}
	return false
}
