package telltale_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestTime holds the way times are written to the standard library's.
func TestTime(t *testing.T) {
	const micro, nano = "2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.000000000Z"
	check := func(at telltale.Time) {
		t.Helper()
		layout := micro
		if at%1000 != 0 {
			layout = nano
		}
		if got, want := string(at.AppendTo(nil)), at.Std().Format(layout); got != want {
			t.Fatalf("%d is written %s, want %s", int64(at), got, want)
		}
	}
	for _, at := range []int64{0, 1, -1, 999, 1000, 951782400e9, 951868799999999999, 951868800e9, math.MaxInt64, math.MinInt64, -86400e9, -86400e9 - 1} {
		check(telltale.Time(at))
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		at := telltale.Time(rng.Uint64())
		check(at)
		check(at / 1000 * 1000)
	}
}

func BenchmarkTime(b *testing.B) {
	var room [32]byte
	at := telltale.Time(1547456400042025000)
	for b.Loop() {
		at.AppendTo(room[:0])
	}
}
