package destination

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// What is packed is what is found, for every address near a border.
func TestSpansAreWhatWasPacked(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for round := range 60 {
		v4, v6 := randomSpans(rng, 32), randomSpans(rng, 64)
		values := []string{"", "a", "b", "c"}
		table := readSpans(string(packSpans(v4, v6, values)))
		for _, family := range []struct {
			spans []span
			addr  func(uint64) netip.Addr
			top   uint64
		}{{v4, addr4, 1<<32 - 1}, {v6, addr6, 1<<64 - 1}} {
			for _, s := range family.spans {
				for _, key := range []uint64{s.start, s.start - 1, s.start + 1} {
					if key > family.top {
						continue
					}
					want := slices.Index(values, slow(family.spans, key))
					if got := table.of(family.addr(key)); got != want {
						t.Fatalf("round %d: %s is %d, want %d", round, family.addr(key), got, want)
					}
				}
			}
		}
	}
}

// slow is the look-up as anyone would write it.
func slow(spans []span, key uint64) string {
	value := ""
	for _, s := range spans {
		if s.start <= key {
			value = s.value
		}
	}
	return value
}

func randomSpans(rng *rand.Rand, bits int) []span {
	var out []span
	for range rng.IntN(300) {
		key := rng.Uint64() >> (64 - bits)
		key = key >> rng.IntN(bits) << rng.IntN(bits) & (^uint64(0) >> (64 - bits))
		out = append(out, span{key, []string{"", "a", "b", "c"}[rng.IntN(4)]})
	}
	return tidy(out)
}

func addr4(n uint64) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n))))
}

func addr6(n uint64) netip.Addr {
	return netip.AddrFrom16([16]byte(append(binary.BigEndian.AppendUint64(nil, n), make([]byte, 8)...)))
}

// Gaps between ranges and ranges that touch come out as they went in.
func TestTidy(t *testing.T) {
	var in []span
	for _, r := range []struct {
		from, to uint64
		value    string
	}{{10, 19, "a"}, {20, 29, "a"}, {40, 49, "b"}, {50, 59, "c"}, {30, 34, "b"}} {
		in = addRange(in, r.from, r.to, r.value)
	}
	want := []span{{10, "a"}, {30, "b"}, {35, ""}, {40, "b"}, {50, "c"}, {60, ""}}
	if got := tidy(in); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Addresses whose holders have been public knowledge for years.
func TestTablesKnowWellKnownAddresses(t *testing.T) {
	for _, c := range []struct {
		addr, country, operator string
		asn                     uint32
	}{
		{"8.8.8.8", "US", "US", 15169},
		{"1.1.1.1", "AU", "US", 13335},
		{"193.0.6.139", "NL", "NL", 3333},
		{"2001:67c:2e8:22::c100:68b", "NL", "NL", 3333},
		{"2606:4700:4700::1111", "US", "US", 13335},
		{"10.0.0.1", "", "", 0},
		{"fe80::1", "", "", 0},
		{"192.0.2.1", "", "", 0},
	} {
		a := netip.MustParseAddr(c.addr)
		asn, name := System(a)
		if got := CountryOfAddress(a); got != c.country {
			t.Errorf("%s: country %q, want %q", a, got, c.country)
		}
		if got := CountryOfOperator(a); got != c.operator {
			t.Errorf("%s: country of operator %q, want %q", a, got, c.operator)
		}
		if asn != c.asn || (name == "") != (asn == 0) {
			t.Errorf("%s: AS%d %q, want AS%d", a, asn, name, c.asn)
		}
	}
	if CountryOfAddress(netip.Addr{}) != "" {
		t.Error("no address has a country")
	}
}

// Every block can be read, and says nothing that its list does not hold.
func TestTablesAreWhole(t *testing.T) {
	for name, c := range map[string]struct {
		spans *spans
		codes string
		n     int
	}{
		"country":  {&countrySpans, countryCodes, len(countryCodes) / 3},
		"operator": {&operatorSpans, operatorCodes, len(operatorCodes) / 3},
		"asn":      {&asnSpans, "", len(asNames.numbers) / 4},
	} {
		ranges := 0
		for _, h := range []struct {
			half  *half
			steps *[4]uint
		}{{&c.spans.v4, &steps4}, {&c.spans.v6, &steps6}} {
			for i := range len(h.half.at) / 4 {
				ranges++
				if v := h.half.find(h.half.head(i), h.steps); v > c.n {
					t.Fatalf("%s: block %d says %d of %d", name, i, v, c.n)
				}
				if i > 0 && h.half.head(i) <= h.half.head(i-1) {
					t.Fatalf("%s: block %d begins before the one before", name, i)
				}
			}
		}
		if ranges < 1000 {
			t.Errorf("%s has %d blocks only", name, ranges)
		}
	}
	for i := range len(asNames.numbers) / 4 {
		if n, _ := asNames.at(i); n == 0 {
			t.Fatalf("name %d has no number", i)
		}
	}
}

func TestHashesOfTables(t *testing.T) {
	for i, file := range []string{countryFile, operatorFile, asnFile, asnamesFile} {
		if got := sum(file); got != packed[i].SHA256 {
			t.Errorf("%s has changed: its SHA-256 is %s", packed[i].Name, got)
		}
	}
}

func TestLookUpDoesNotAllocate(t *testing.T) {
	a, b := netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2606:4700:4700::1111")
	if n := testing.AllocsPerRun(100, func() {
		_, _ = CountryOfAddress(a), CountryOfOperator(b)
		_, _ = System(a)
		_, _ = System(b)
	}); n != 0 {
		t.Errorf("a look-up allocates %v times", n)
	}
}

func BenchmarkASN(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	addrs := make([]netip.Addr, 4096)
	for i := range addrs {
		addrs[i] = addr4(uint64(rng.Uint32()))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = System(addrs[i%len(addrs)])
	}
}
