package detect

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/telltale-audit/telltale"
)

func randomBytes(n int) []byte {
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// noises make messages in which no identifier was put.
var noises = map[string]func(rng *rand.Rand, n int) []byte{
	"bytes": func(rng *rand.Rand, n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	},
	"digits": func(rng *rand.Rand, n int) []byte {
		var b []byte
		for len(b) < n {
			for range 1 + rng.IntN(24) {
				b = append(b, '0'+byte(rng.IntN(10)))
			}
			b = append(b, ' ')
		}
		return b
	},
	"digits of 15": func(rng *rand.Rand, n int) []byte {
		var b []byte
		for len(b) < n {
			b = fmt.Appendf(b, `"n%d":"%015d",`, rng.IntN(1e4), rng.Int64N(1e15))
		}
		return b
	},
	"hex in JSON": func(rng *rand.Rand, n int) []byte {
		var b []byte
		for len(b) < n {
			b = fmt.Appendf(b, `{"h%d":"%s"},`, rng.IntN(1e4), hex.EncodeToString(randomOf(rng, 1+rng.IntN(40))))
		}
		return b
	},
	"base64 in JSON": func(rng *rand.Rand, n int) []byte {
		var b []byte
		for len(b) < n {
			b = fmt.Appendf(b, `{"h%d":"%s"},`, rng.IntN(1e4), base64.StdEncoding.EncodeToString(randomOf(rng, 1+rng.IntN(200))))
		}
		return b
	},
}

func randomOf(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// Nothing in 8 MiB of noise becomes probable; the same noise with one
// identifier in it shows that the search was awake.
func TestNoise(t *testing.T) {
	const message = 16 << 10
	total := 8 << 20
	if testing.Short() {
		total = 1 << 20
	}
	s := New(deviceSeeds()).NewSearch()
	for name, make := range noises {
		rng := rand.New(rand.NewPCG(6, 6))
		for at := 0; at < total/len(noises); at += message {
			s.Begin()
			s.Scan(Field{Name: "http.body", Data: make(rng, message)})
			for _, h := range s.End() {
				if h.Level.AtLeast(telltale.Probable) {
					t.Errorf("%s: %s %s is %s: %v in %q", name, h.Kind, h.Value, h.Level, h.Why, h.Context)
				}
			}
		}
		s.Begin()
		s.Scan(Field{Name: "http.body", Data: append(make(rng, message), ` {"imei":"`+testIMEI2+`"}`...)})
		if hits := s.End(); len(hits) == 0 {
			t.Errorf("%s: the control was not found", name)
		}
	}
}
