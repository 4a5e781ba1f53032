package dissect

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

var update = flag.Bool("update", false, "write the golden files")

// samples are flows of every dissector. Whoever adds one adds samples of it,
// and all tests in this file hold for it.
var samples = concat([]sample{dohSample}, httpSamples, http2Samples, tlsSamples, dnsSamples, socksSamples, webSocketSamples, lateWebSocketSamples, mqttSamples, mailSamples, xmppSamples, vpnSamples, eapolSamples, suplSamples, datagramSamples, quicSamples, unknownSamples)

func concat(lists ...[]sample) (all []sample) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func TestEveryDissectorHasSamples(t *testing.T) {
	n := map[*Dissector]int{}
	for _, s := range samples {
		n[s.of]++
	}
	for _, c := range append(All, Unknown) {
		if n[c] == 0 {
			t.Errorf("no sample of %s over %d", c.Name, c.Proto)
		}
	}
}

// TestGolden compares what the samples say with what a person has read over.
func TestGolden(t *testing.T) {
	got := map[string]string{}
	for _, s := range samples {
		got[s.of.Name] += fmt.Sprintf("== %s\n%s\n", s.name, strings.Join(s.play(t, whole), "\n"))
	}
	for name, text := range got {
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s differs (write with -update):\n%s", file, firstDifference(text, string(want)))
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// TestSplit holds every dissector to the same messages however its stream is
// cut.
func TestSplit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	cuts := map[string]func([]byte) [][]byte{"1": every(1), "2": every(2), "7": every(7), "1280": every(1280)}
	for i := range 30 {
		cuts[fmt.Sprint("random ", i)] = func(b []byte) [][]byte { return cutAtRandom(rnd, b) }
	}
	for _, s := range samples {
		want := s.play(t, whole)
		for name, cut := range cuts {
			if got := s.play(t, cut); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s cut by %s:\n%s", s.name, name, firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")))
			}
		}
	}
}

// TestRenew has every parser that can be used again read a sample after another
// one that broke off somewhere: it is as a new one.
func TestRenew(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, before := range samples {
		for _, s := range samples {
			if s.of != before.of || s.of.Renew == nil {
				continue
			}
			used := before.owner(t)
			last := rnd.IntN(len(before.turns))
			for _, turn := range before.turns[:last] {
				used.data(turn.dir, turn.b)
			}
			broken := before.turns[last]
			used.data(broken.dir, broken.b[:rnd.IntN(len(broken.b)+1)])
			s.of.Renew(used.parser, s.newFlow())
			again := s.owner(t)
			again.parser = used.parser
			got, want := strings.Join(s.playTo(again, whole), "\n"), strings.Join(s.play(t, whole), "\n")
			if got != want {
				t.Errorf("%s after %s:\n%s", s.name, before.name, firstDifference(got, want))
			}
		}
	}
}

// TestLone has every datagram of those protocols that say they need nothing of the
// one before read by a parser of its own: nothing is understood otherwise.
func TestLone(t *testing.T) {
	for _, s := range samples {
		if !s.of.Lone {
			continue
		}
		if s.of.Renew == nil {
			t.Fatalf("%s: no parser of it can be used again", s.of.Name)
		}
		alone := s.owner(t)
		for _, turn := range s.turns {
			alone.parser = s.of.New(s.newFlow())
			alone.data(turn.dir, turn.b)
			alone.close(turn.dir)
		}
		rest := sample{name: s.name, of: s.of}
		got, want := strings.Join(rest.playTo(alone, whole), "\n"), strings.Join(s.play(t, whole), "\n")
		if got != want {
			t.Errorf("%s:\n%s", s.name, firstDifference(got, want))
		}
	}
}

func cutAtRandom(rnd *rand.Rand, b []byte) (parts [][]byte) {
	for len(b) > 0 {
		n := 1 + rnd.IntN(min(len(b), 1+rnd.IntN(300)))
		parts, b = append(parts, b[:n]), b[n:]
	}
	return parts
}

// TestGap takes bytes out of every stream at every place. The owner checks
// that nothing used goes missing and that no offset is wrong.
func TestGap(t *testing.T) {
	for _, s := range samples {
		if s.of.Proto != packet.TCP {
			continue
		}
		for i, turn := range s.turns {
			for at := 0; at < len(turn.b); at += 1 + len(turn.b)/500 {
				for _, n := range []int{1, 3, 40, len(turn.b) - at} {
					s.playGap(t, i, at, min(n, len(turn.b)-at))
				}
			}
		}
	}
}

// playGap plays the sample with n bytes missing at offset at of a turn.
func (s *sample) playGap(t testing.TB, missing, at, n int) []string {
	o := s.owner(t)
	for i, turn := range s.turns {
		if i != missing {
			o.data(turn.dir, turn.b)
			continue
		}
		if at > 0 {
			o.data(turn.dir, turn.b[:at])
		}
		o.gap(turn.dir, int64(n))
		if at+n < len(turn.b) {
			o.data(turn.dir, turn.b[at+n:])
		}
	}
	o.close(telltale.ToServer)
	o.close(telltale.ToClient)
	return o.log
}

// TestChoose expects each sample to be known by its first bytes, at its port
// and at one that says nothing, and a shorter beginning never to be taken
// for something else.
func TestChoose(t *testing.T) {
	for _, s := range samples {
		first := s.turns[0]
		got, v := Choose(s.of.Proto, first.dir, first.b, s.port)
		if got != s.of || got != Unknown && v != Yes {
			t.Errorf("%s is taken for %s, verdict %d", s.name, got.Name, v)
		}
		if s.of.Proto != packet.TCP {
			continue
		}
		for n := range min(len(first.b), 400) {
			c, v := Choose(s.of.Proto, first.dir, first.b[:n], s.port)
			if v == Yes && c != s.of || v == No && s.of != Unknown {
				t.Fatalf("%s: its first %d bytes are taken for %s, verdict %d", s.name, n, c.Name, v)
			}
		}
	}
}

// TestChooseAsksAll expects of [Choose], which asks those first whose port it is,
// what comes of asking all.
func TestChooseAsksAll(t *testing.T) {
	for _, s := range samples {
		first := s.turns[0]
		for _, port := range []uint16{0, 53, 80, 123, 137, 443, 1194, 1812, 1883, 3478, 4500, 5222, 5353, 7275, 8080, 40000} {
			for _, n := range []int{1, 3, 8, 40, len(first.b)} {
				b := first.b[:min(n, len(first.b))]
				want, most, known := Unknown, No, false
				for _, c := range All {
					v, k := c.Probe(first.dir, b, port), c.serves(port)
					if c.Proto == s.of.Proto && (v > most || v == most && v != No && k && !known) {
						want, most, known = c, v, k
					}
				}
				if got, v := Choose(s.of.Proto, first.dir, b, port); got != want || v != most {
					t.Errorf("%d bytes of %s at port %d: %s, verdict %d, want %s, %d", n, s.name, port, got.Name, v, want.Name, most)
				}
			}
		}
	}
}

// TestProbesKeepTheirWord expects that no longer beginning overturns a No or
// a Yes.
func TestProbesKeepTheirWord(t *testing.T) {
	for _, s := range samples {
		for _, c := range All {
			if c.Proto != packet.TCP {
				continue
			}
			b, settled := s.turns[0].b, Maybe
			for n := range min(len(b), 2000) {
				v := c.Probe(telltale.ToServer, b[:n], 1)
				if settled != Maybe && v != settled {
					t.Fatalf("%s judges %s %d after %d bytes, and %d before", c.Name, s.name, v, n, settled)
				}
				settled = v
			}
		}
	}
}

// TestNoiseIsUnknown expects random bytes to be nobody's.
func TestNoiseIsUnknown(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, 300)
	for i := range 20000 {
		for j := range b {
			b[j] = byte(rnd.Uint32())
		}
		for _, proto := range []uint8{packet.TCP, packet.UDP} {
			if c, v := Choose(proto, telltale.ToServer, b, 7777); v != No || c != Unknown {
				t.Fatalf("noise %d is taken for %s: % x", i, c.Name, b[:32])
			}
		}
	}
}

// FuzzDissect gives every stream parser arbitrary bytes, cut in two ways and
// with a gap. The two cuts must give the same messages.
func FuzzDissect(f *testing.F) {
	for i, s := range samples {
		f.Add(uint8(i), s.stream(telltale.ToServer), s.stream(telltale.ToClient), uint16(9), uint16(3))
	}
	f.Fuzz(func(t *testing.T, of uint8, up, down []byte, cut, gap uint16) {
		if len(up)+len(down) > 1<<14 {
			return // the owner here is not linear
		}
		all := slices.Concat(All, []*Dissector{Unknown})
		s := sample{of: all[int(of)%len(all)], port: 53, turns: []turn{{telltale.ToServer, up}, {telltale.ToClient, down}}}
		want := strings.Join(s.play(t, whole), "\n")
		if got := strings.Join(s.play(t, every(1+int(cut))), "\n"); got != want {
			t.Errorf("cut by %d:\n%s", 1+int(cut), firstDifference(got, want))
		}
		if at := int(cut); at < len(up) && s.of.Proto == packet.TCP {
			s.playGap(t, 0, at, min(1+int(gap), len(up)-at))
		}
		Choose(packet.TCP, telltale.ToServer, up, cut)
		Choose(packet.UDP, telltale.ToServer, down, cut)
	})
}
