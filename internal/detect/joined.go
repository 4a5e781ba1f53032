package detect

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Programs make a name for a device of the digest of several of its values, one behind
// the other: md5(imei + android_id + mac). Of each device file those of any two and any
// three values are known. They are looked up where a digest stands, and are too many for
// the filters.

// A joined is the digest of two or three values of one device file, or of a line.
type joined struct {
	key    uint64 // the first bytes of the digest
	of     [3]int16
	digest int8 // in digests
}

// joinable are the kinds of values that are joined, which tell a device or its subscriber
// from all others.
var joinable = []telltale.Kind{
	telltale.IMEI, telltale.MEID, telltale.IMSI, telltale.ICCID, telltale.MAC, telltale.Serial, telltale.AndroidID, telltale.AdID, telltale.MSISDN,
}

// Bounds of what is joined.
const (
	mostJoined      = 20 // forms of the values of one device file
	mostJoinedFiles = 64 // device files, the first ones
	noSeed          = -1
)

// betweenJoined is what programs write between two values.
var betweenJoined = []string{"", "_", "-", ":", "|", ","}

// joinedOf returns the digests of all values of seeds that programs may join, in the
// order of their keys.
func joinedOf(seeds []Seed) (list []joined) {
	devices := map[int][]form{}
	for i, s := range seeds {
		if slices.Contains(joinable, s.Kind) && s.Device < mostJoinedFiles && i <= math.MaxInt16 {
			forms := slices.Concat(devices[s.Device], formsOf(i, s))
			devices[s.Device] = forms[:min(len(forms), mostJoined)]
		}
	}
	n := 0
	for _, forms := range devices {
		join(forms, func([]byte, [3]int16) { n++ })
	}
	list = make([]joined, 0, n*len(namingDigests))
	sum := make([]byte, 0, sha512.Size)
	for _, forms := range devices {
		join(forms, func(text []byte, of [3]int16) {
			for _, i := range namingDigests {
				list = append(list, joined{binary.BigEndian.Uint64(digests[i].sum(sum, text)), of, i})
			}
		})
	}
	slices.SortFunc(list, func(a, b joined) int { return cmp.Or(cmp.Compare(a.key, b.key), slices.Compare(a.of[:], b.of[:])) })
	return list
}

// A form is how a seed is written where it is joined with others.
type form struct {
	seed  int16
	text  string
	three bool // with two others too
}

// formsOf returns how programs write s: as it is and in both cases, a hardware address
// without its colons too. Of the cases, three are joined only as they are in the file.
func formsOf(i int, s Seed) (list []form) {
	v := s.Value.Raw()
	texts := distinct([]string{v, strings.ToLower(v), strings.ToUpper(v)})
	bare := len(texts)
	if m, ok := numbering.ParseMAC(v); ok && s.Kind == telltale.MAC {
		texts = append(texts, string(m.Append(nil, 0, 2, false)), string(m.Append(nil, 0, 2, true)))
	}
	for n, t := range texts {
		list = append(list, form{int16(i), t, n == 0 || n >= bare})
	}
	return list
}

// join calls each with all texts that two forms make with what may stand between, and
// three with nothing; and with each form as a line of its own, as a shell hashes it.
func join(forms []form, each func(text []byte, of [3]int16)) {
	var text []byte
	for _, a := range forms {
		text = append(append(text[:0], a.text...), '\n')
		each(text, [3]int16{a.seed, noSeed, noSeed})
		for _, b := range forms {
			if a.seed == b.seed {
				continue
			}
			for _, sep := range betweenJoined {
				text = append(append(append(text[:0], a.text...), sep...), b.text...)
				each(text, [3]int16{a.seed, b.seed, noSeed})
			}
			for _, c := range forms {
				if a.three && b.three && c.three && c.seed != a.seed && c.seed != b.seed {
					text = append(append(append(text[:0], a.text...), b.text...), c.text...)
					each(text, [3]int16{a.seed, b.seed, c.seed})
				}
			}
		}
	}
}

// namingDigests are the places in digests of MD5, SHA-1 and SHA-256.
var namingDigests = []int8{0, 1, 3}

// isDigestLength reports whether n is how many digits one of them has.
func isDigestLength(n int) bool { return n == 32 || n == 40 || n == 64 }

// joinedDigests looks up the digests that stand in the view as hexadecimal.
func (s *Search) joinedDigests() {
	b, blocks := s.view.Data, s.view.Blocks
	for at := 0; ; {
		start, end, ok := decode.NextRun(blocks, decode.Hexes, at, 16)
		if !ok {
			return
		}
		if at = end; isDigestLength(end-start) && end > s.view.Seen && wordBounds(b, start, end) {
			s.joinedDigest(start, end)
		}
	}
}

// joinedDigest takes the digits b[start:end] if they are the digest of values of a device
// file.
func (s *Search) joinedDigest(start, end int) {
	var sum [sha512.Size]byte
	n, _ := hex.Decode(sum[:], s.view.Data[start:end])
	j, ok := s.engine.joinedAs(sum[:n])
	if !ok {
		return
	}
	first := &s.engine.seeds[j.of[0]]
	c := s.draft
	c.set(seedPrior, first.Kind, first.Value.Raw())
	c.equalsSeed(first.Device, enoughBits)
	c.why[0].Format, c.why[0].About = s.engine.joinedWords(j)
	s.keep(start, end, digests[j.digest].name+">joined", 0, 0)
}

// joinedWords says what j is the digest of, beside the first value.
func (e *Engine) joinedWords(j joined) (format string, about [2]string) {
	for i, seed := range j.of[1:] {
		if seed != noSeed {
			about[i] = string(e.seeds[seed].Kind)
		}
	}
	switch {
	case about[0] == "":
		return "equals a digest of this value in the device file and the end of a line", about
	case about[1] == "":
		return "equals a digest of this value and %s in the device file, one behind the other", about
	}
	return "equals a digest of this value, %s and %s in the device file, one behind the other", about
}

// joinedAs returns what sum is the digest of.
func (e *Engine) joinedAs(sum []byte) (j joined, ok bool) {
	list, key := e.joinedList(), binary.BigEndian.Uint64(sum)
	i, ok := slices.BinarySearchFunc(list, key, func(j joined, k uint64) int { return cmp.Compare(j.key, k) })
	if !ok {
		return j, false
	}
	j, ok = list[i], false
	var forms []form
	for _, seed := range j.of {
		if seed != noSeed {
			forms = append(forms, formsOf(int(seed), e.seeds[seed])...)
		}
	}
	d := digests[j.digest]
	join(forms, func(text []byte, of [3]int16) {
		ok = ok || of == j.of && bytes.Equal(d.sum(nil, text), sum)
	})
	return j, ok
}

// joinedList returns what joinedOf makes of the seeds, once there is a digest to look up.
func (e *Engine) joinedList() []joined {
	e.joinOnce.Do(func() { e.joined = joinedOf(e.seeds) })
	return e.joined
}
