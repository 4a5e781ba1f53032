package telltale

import (
	"math/rand/v2"
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
