package dissect

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFindTLS finds the hellos of the TLS samples behind other bytes, at the
// same place however much of the stream is there.
func TestFindTLS(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	before := []string{"", "220 made up\r\nSTARTTLS\r\n", "0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037", strings.Repeat("\x16\x03", 40)}
	found := 0
	for _, s := range tlsSamples {
		for d := range 2 {
			hello := s.turns[min(d, len(s.turns)-1)].b
			if len(hello) < HelloHead || probeStart(hello) != Yes {
				continue
			}
			found++
			for _, b := range before {
				stream := append([]byte(b), hello...)
				for n := range stream[:len(b)+HelloHead] {
					at, v := FindTLS(stream[:n], 0)
					if v == Yes || v == Maybe && at > len(b) || v == No && n > len(b) {
						t.Fatalf("%q: %d bytes: %d, %d", b, n, at, v)
					}
				}
				if at, v := FindTLS(stream, 0); at != len(b) || v != Yes {
					t.Errorf("%q: at %d, %d", b, at, v)
				}
				if at, v := FindTLS(stream, len(b)+1); v == Yes {
					t.Errorf("%q: from behind its beginning on found at %d", b, at)
				}
			}
		}
	}
	if found < 2 {
		t.Errorf("only %d hellos in the samples", found)
	}
	noise := make([]byte, 1<<22)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	for from := 0; ; from++ {
		at, v := FindTLS(noise, from)
		if v != Yes {
			break
		}
		t.Errorf("found in noise at %d", at)
		from = at
	}
}
