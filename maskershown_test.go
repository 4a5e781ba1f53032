package telltale_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestShownAgain has a masker show many more texts than it remembers, again and
// again and in several goroutines: each is shown as by a masker that never saw it.
func TestShownAgain(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var texts, want []string
	for i := range 5000 {
		s := []string{fmt.Sprintf("host-%d.example", i), fmt.Sprintf("imei=00101270%07d", i), strings.Repeat("x", i%90) + "@example.org"}[i%3]
		texts = append(texts, s)
		want = append(want, telltale.NewMasker(false).Text(telltale.NewText(s)))
	}
	m := telltale.NewMasker(false)
	var all sync.WaitGroup
	for range 3 {
		order := rnd.Perm(2 * len(texts))
		all.Go(func() {
			for _, i := range order {
				if i %= len(texts); m.Text(telltale.NewText(texts[i])) != want[i] {
					t.Errorf("%q is shown as %q, want %q", texts[i], m.Text(telltale.NewText(texts[i])), want[i])
				}
			}
		})
	}
	all.Wait()
	blank := telltale.NewText("host-0.example", telltale.Range{Start: 0, End: 4})
	if got := m.Text(blank); got == want[0] {
		t.Errorf("%q shows what a sighting covers", got)
	}
}
