package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestCutAnywhere ends a file at every byte: the packets before the cut are
// all there, and the bytes of the one that was hit are counted.
func TestCutAnywhere(t *testing.T) {
	for _, format := range formats {
		ends := []int{len(written(t, format, 0))}
		for i := range 12 {
			ends = append(ends, len(written(t, format, i+1)))
		}
		raw := written(t, format, 12)
		for n := ends[0]; n <= len(raw); n++ {
			whole, _ := slices.BinarySearch(ends, n+1)
			whole-- // complete packets before the cut
			got, f := read(t, bytes.NewReader(raw[:n]))
			samePackets(t, got, samples(whole))
			over := int64(n - ends[whole])
			if f.Skipped()[telltale.SkipCorruptBlock] != over {
				t.Fatalf("%s cut at %d: skipped %v, want %d", format, n, f.Skipped(), over)
			}
			damage := f.Input().Damage
			if over == 0 && damage == nil {
				continue
			}
			if len(damage) != 1 || damage[0].Offset != int64(ends[whole]) || damage[0].Reason == "" {
				t.Fatalf("%s cut at %d: damage %v", format, n, damage)
			}
		}
		for n := range ends[0] { // the cut is in the file's own header
			f, err := open("test", bytes.NewReader(raw[:n]), nil)
			if err != nil {
				continue
			}
			if got, _ := drain(f); format != Pcapng || len(got) > 0 {
				t.Fatalf("%s cut at %d: opened, %d packets", format, n, len(got))
			}
		}
	}
}

// breakages change one record of a file, raw[at:next].
var breakages = []struct {
	name  string
	apply func(raw []byte, at, next int, rnd *rand.Rand) []byte
}{
	{"zeros", func(raw []byte, at, next int, _ *rand.Rand) []byte { clear(raw[at:next]); return raw }},
	{"ones", func(raw []byte, at, next int, _ *rand.Rand) []byte {
		copy(raw[at:next], bytes.Repeat([]byte{0xff}, next-at))
		return raw
	}},
	{"noise", func(raw []byte, at, next int, rnd *rand.Rand) []byte {
		for i := at; i < next; i++ {
			raw[i] = byte(rnd.Uint32())
		}
		return raw
	}},
	{"header noise", func(raw []byte, at, _ int, rnd *rand.Rand) []byte {
		for i := range 16 {
			raw[at+i] = byte(rnd.Uint32())
		}
		return raw
	}},
	{"inserted", func(raw []byte, at, next int, _ *rand.Rand) []byte {
		return slices.Insert(raw, (at+next)/2, []byte("inserted")...)
	}},
	{"deleted", func(raw []byte, at, next int, _ *rand.Rand) []byte {
		return slices.Delete(raw, at+3, (at+next)/2)
	}},
	{"length 0", setLength(0)},
	{"length 11", setLength(11)},
	{"length 13", setLength(13)},
	{"length 100,000", setLength(100_000)},
	{"length 2^24-4", setLength(1<<24 - 4)},
	{"length 2^32-1", setLength(1<<32 - 1)},
	{"flipped bit", func(raw []byte, at, next int, rnd *rand.Rand) []byte {
		raw[at+rnd.IntN(next-at)] ^= 1 << rnd.IntN(8)
		return raw
	}},
	{"a length behind", func(raw []byte, _, next int, _ *rand.Rand) []byte {
		raw[next-4] ^= 0x40
		return raw
	}},
}

// setLength overwrites a record's length: at 4 in pcapng, at 8 in pcap.
func setLength(n uint32) func([]byte, int, int, *rand.Rand) []byte {
	return func(raw []byte, at, _ int, _ *rand.Rand) []byte {
		offset := 8
		if bytes.HasPrefix(raw, sectionMagic) {
			offset = 4
		}
		binary.LittleEndian.PutUint32(raw[at+offset:], n)
		return raw
	}
}

// TestOneDamagedRecord breaks one record of many in every way: at least 99 %
// of the packets come out as they were.
func TestOneDamagedRecord(t *testing.T) {
	const packets = 2000
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, format := range formats {
		sound := written(t, format, packets)
		for _, b := range breakages {
			for range 8 {
				i := rnd.IntN(packets)
				at, next := len(written(t, format, i)), len(written(t, format, i+1))
				got, f := read(t, bytes.NewReader(b.apply(bytes.Clone(sound), at, next, rnd)))
				if n := recovered(got); n < packets*99/100 {
					t.Errorf("%s, %s at packet %d: %d of %d packets recovered, damage %v", format, b.name, i, n, packets, f.Input().Damage)
				}
				if len(got) < packets && f.Input().Damage == nil {
					t.Errorf("%s, %s at packet %d: %d packets and no damage told", format, b.name, i, len(got))
				}
			}
		}
	}
}

// recovered counts the packets that are as they were written.
func recovered(got []Packet) int {
	n := 0
	for _, p := range got {
		i := int((p.Time - start) / 1_000_000_000)
		if i < 0 || i > 1_000_000 {
			continue
		}
		if want := sample(i); bytes.Equal(p.Data, want.Data) && p.Time == want.Time {
			n++
		}
	}
	return n
}

// TestManyDamages keeps the list of damage short and the count whole.
func TestManyDamages(t *testing.T) {
	sound := written(t, Pcapng, 1000)
	first, second := len(written(t, Pcapng, 0)), len(written(t, Pcapng, 1))
	block := bytes.Clone(sound[first:second])
	block[8] = 1 // an interface that is not there
	raw := slices.Concat(sound, bytes.Repeat(block, 10_000))
	got, f := read(t, bytes.NewReader(raw))
	samePackets(t, got, samples(1000))
	damage := f.Input().Damage
	if len(damage) != maxDamage+1 || damage[maxDamage].Reason != "9936 more places of damage up to here" {
		t.Errorf("%d places: %v", len(damage), damage[len(damage)-1])
	}
	if n := f.Skipped()[telltale.SkipCorruptBlock]; n != int64(10_000*len(block)) {
		t.Errorf("skipped %d bytes", n)
	}
}

// TestDeclaredLength opens small files that declare much: memory follows what
// is there.
func TestDeclaredLength(t *testing.T) {
	for _, format := range formats {
		raw := written(t, format, 1)
		at := len(written(t, format, 0))
		raw = setLength(maxPacket-4)(raw, at, 0, nil)
		if n := allocated(t, raw); n > 2<<20 {
			t.Errorf("%s: %d bytes allocated for a file of %d", format, n, len(raw))
		}
	}
}

// TestGarbage passes over much that is no packet in the memory of a window or,
// where every byte looks like a long block, of a few such blocks.
func TestGarbage(t *testing.T) {
	for _, format := range formats {
		for pattern, limit := range map[string]uint64{"\xff\xff\xff\xff\xff\xff\xff\xff": 2 << 20, "\x06\x00\x00\x00\x00\x00\x10\x00": 8 << 20} {
			raw := slices.Concat(written(t, format, 1), bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte(pattern), 1<<20))
			if n := allocated(t, raw); n > limit {
				t.Errorf("%s: %d bytes allocated for a file of %d", format, n, len(raw))
			}
		}
	}
}

// allocated returns how many bytes were allocated in reading a capture.
func allocated(t *testing.T, raw []byte) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read(t, bytes.NewReader(raw))
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestLargePackets reads packets longer than the window.
func TestLargePackets(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 1<<20)
	raw := newPcapHead(magicMicro, 1)
	binary.LittleEndian.PutUint32(raw[16:], uint32(len(large))) // snaplen
	var want []Packet
	for i := range 6 {
		p := sample(i)
		if i%2 == 1 {
			p.Data, p.WireLen = large, len(large)
		}
		raw = appendRecord(raw, p.Time, 1000, p.Data)
		want = append(want, p)
	}
	got, f := read(t, bytes.NewReader(raw))
	samePackets(t, got, want)
	if f.Input().Damage != nil {
		t.Error(f.Input().Damage)
	}
}

// dribble yields one byte, then two, then three...
type dribble struct {
	raw []byte
	n   int
}

func (d *dribble) Read(p []byte) (int, error) {
	if len(d.raw) == 0 {
		return 0, io.EOF
	}
	d.n++
	n := copy(p[:min(len(p), d.n)], d.raw)
	d.raw = d.raw[n:]
	return n, nil
}

// FuzzOpen holds any file to this: no panic, no byte told twice, the same
// packets however the bytes come.
func FuzzOpen(f *testing.F) {
	for _, format := range formats {
		raw := written(f, format, 5)
		f.Add(raw)
		f.Add(raw[:len(raw)-3])
	}
	for _, c := range blockCases(binary.BigEndian) {
		f.Add(c.raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range compressions {
			if bytes.HasPrefix(raw, c.magic) {
				return // inflates
			}
		}
		file, err := open("fuzz", bytes.NewReader(raw), nil)
		if err != nil {
			return
		}
		packets, _ := drain(file)
		total := file.Skipped()[telltale.SkipCorruptBlock]
		for i, p := range packets {
			total += int64(len(p.Data))
			if p.Number != int64(i)+1 {
				t.Fatalf("packet %d has the number %d", i+1, p.Number)
			}
		}
		if total > int64(len(raw)) {
			t.Fatalf("%d bytes told of %d", total, len(raw))
		}
		again, err := open("fuzz", &dribble{raw: raw}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := drain(again)
		samePackets(t, got, packets)
	})
}
