package telltale

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestWords holds the glance to the judgement that it spares: of what it takes
// for words, no shape and no known value hides anything.
func TestWords(t *testing.T) {
	m := NewMasker(false, NewValue(MAC, "02:00:5e:10:7a:c4"), NewValue(Serial, "facebeadcafe"), NewValue(IMEI, "001012704839210"))
	rng := rand.New(rand.NewPCG(1, 2))
	plain := 0
	for range 50_000 {
		s := wordy(rng)
		if !m.plain(NewText(s)) {
			continue
		}
		plain++
		us := lex(nil, s)
		m.hide(us, NewText(s))
		if got := render(us, s); got != s {
			t.Fatalf("%q passes for words, and is shown as %q", s, got)
		}
	}
	if plain < 5_000 {
		t.Errorf("%d of 50,000 texts are words: too few to judge by", plain)
	}
	for _, s := range []string{"start-food.book.example", "a.b.example.org", "ocsp2.apple.com", "www.google.com"} {
		if !m.plain(NewText(s)) {
			t.Errorf("%q is looked at closely", s)
		}
	}
}

// wordy returns tokens as hosts and as identifiers are made of.
func wordy(rng *rand.Rand) string {
	alphabets := []string{"abcdefghijklmnopqrstuvwxyz", "abcdef", "abcdef0123456789", "facebd", "0", "etaoinshr", "et", "e5"}
	var b []byte
	for range 1 + rng.IntN(7) {
		alphabet := alphabets[rng.IntN(len(alphabets))]
		for range 1 + rng.IntN(1+rng.IntN(12)) {
			b = append(b, alphabet[rng.IntN(len(alphabet))])
		}
		b = append(b, ".-.-.-:"[rng.IntN(7)])
	}
	return string(b[:len(b)-1])
}

// TestMayLieIn: a text that is passed over at a glance has no spelling in any
// reading of it.
func TestMayLieIn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	s := newSpellings([]Value{NewValue(Serial, "QX7Lwk-2fZrT"), NewValue(IMEI, "001012704839210")})
	spelt := []string{"QX7Lwk-2fZrT", "qx7lwk2fzrt", "5158374c776b2d32665a7254", "UVg3THdrLTJmWnJU", "Q X 7 L w k 2 f Z r T", "TrZf2-kwL7XQ", "001012704839210", "\x00\x01\x21\x07"}
	passed, sought := 0, 0
	for range 5000 {
		text := strings.Repeat("so ", rnd.IntN(3)) + spelt[rnd.IntN(len(spelt))] + strings.Repeat(" go", rnd.IntN(3))
		if rnd.IntN(4) > 0 {
			i := rnd.IntN(len(text))
			text = text[:i] + []string{".", "_", "é", "\x00", "%41"}[rnd.IntN(5)] + text[min(i+rnd.IntN(9), len(text)):]
		}
		us := lex(nil, text)
		us[rnd.IntN(len(us))].hide = rnd.IntN(2) == 0
		before := slices.Clone(us)
		if s.mayLieIn(us) {
			sought++
			continue
		}
		passed++
		if s.seek(us); !slices.Equal(us, before) {
			t.Fatalf("%q is passed over", text)
		}
	}
	if passed < 50 || sought < 50 {
		t.Errorf("%d texts are passed over, %d are not", passed, sought)
	}
}
