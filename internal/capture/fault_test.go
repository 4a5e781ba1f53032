package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

var everyCut = flag.Bool("every-cut", false, "cut files at every byte of 64 KiB instead of one in 41 and all near records' ends")

// TestCutAtEveryByte ends a file of 64 KiB at every byte: all packets that are
// whole before the cut are there, and the rest is counted, in bounded memory.
func TestCutAtEveryByte(t *testing.T) {
	const size = 64 << 10
	for _, format := range formats {
		raw, ends := []byte{}, []int{}
		for n := 0; len(raw) < size; n += 64 {
			raw = written(t, format, n)
		}
		for _, p := range packetsIn(t, raw) {
			ends = append(ends, bytes.Index(raw, p)+len(p))
		}
		var batch Batch
		first := ends[0] - len(sample(0).Data) // a lower bound of where packets begin
		cuts, out, short := 0, 0, 0
		for n := first; n < size; n++ {
			whole, near := slices.BinarySearch(ends, n+1)
			near = near || whole < len(ends) && ends[whole]-n < 2 || whole > 0 && n-ends[whole-1] < 2
			if !*everyCut && !near && n%41 != 0 {
				continue
			}
			cuts++
			got, f := counted(t, raw[:n], &batch)
			// A packet is whole when its record is: what follows its data there
			// is at most 40 bytes, in pcapng.
			if got > whole || got < whole-1 || got < whole && format != Pcapng {
				t.Fatalf("%s cut at %d: %d packets, want %d", format, n, got, whole)
			}
			out += got
			if len(f.Input().Damage) > 0 {
				short++ // an audit of it ends with exit 3
			}
			if in := f.Input(); len(in.Damage) > 1 || (len(in.Damage) == 1) != (f.Skipped()[telltale.SkipCorruptBlock] > 0) {
				t.Fatalf("%s cut at %d: damage %v, skipped %v", format, n, in.Damage, f.Skipped())
			}
		}
		if cuts < size/41 {
			t.Errorf("%s: only %d cuts", format, cuts)
		}
		t.Logf("%s: %d cuts of the first %d bytes: all %d packets that were whole came out, and %d cuts through a record were named, which is exit 3", format, cuts, size, out, short)
	}
}

// packetsIn returns the data of every packet, which is told apart by its number.
func packetsIn(t *testing.T, raw []byte) (all [][]byte) {
	t.Helper()
	got, _ := read(t, bytes.NewReader(raw))
	for _, p := range got {
		all = append(all, p.Data)
	}
	return all
}

// counted reads a capture, with a cheap hash and a batch that is used again.
func counted(t *testing.T, raw []byte, b *Batch) (n int, f *File) {
	t.Helper()
	f, err := open("test", bytes.NewReader(raw), nil)
	if err != nil {
		t.Fatal(err)
	}
	f.raw.hash = fnv.New32()
	for {
		switch err := f.Read(context.Background(), b); {
		case errors.Is(err, io.EOF):
			return n, f
		case err != nil:
			t.Fatal(err)
		}
		n += len(b.Packets)
	}
}

// TestOneOfTenThousand damages one record of 10,000 by many seeds: at least
// 99 % of the packets come out as they were, wherever it is.
func TestOneOfTenThousand(t *testing.T) {
	const packets, seeds = 10_000, 2 * 14 // of each breakage
	for _, format := range formats {
		sound := written(t, format, packets)
		ends := []int{len(written(t, format, 0))}
		for _, p := range packetsIn(t, sound) {
			at := ends[len(ends)-1]
			ends = append(ends, at+bytes.Index(sound[at:], p)+len(p))
		}
		least, all := packets, 0
		for seed := range uint64(seeds) {
			rnd := rand.New(rand.NewPCG(seed, 9))
			i := rnd.IntN(packets)
			b := breakages[int(seed)%len(breakages)]
			got, f := read(t, bytes.NewReader(b.apply(bytes.Clone(sound), ends[i], ends[i+1], rnd)))
			n := recovered(got)
			if least, all = min(least, n), all+n; n < packets*99/100 {
				t.Errorf("%s, seed %d, %s at packet %d: %d packets recovered, damage %v", format, seed, b.name, i, n, f.Input().Damage)
			}
		}
		t.Logf("%s: %d files of %d packets with one damaged record: %.3f %% of the packets recovered, at least %.2f %% of each",
			format, seeds, packets, 100*float64(all)/(packets*seeds), 100*float64(least)/packets)
	}
}

// headerFaults are damages of headers, in a file of 200 packets behind which
// everything else is sound; keeps is how many of these must come out.
func headerFaults(o byteOrder) []blockCase {
	var packets []byte
	for i := range 200 {
		packets = append(packets, packetBlock(o, 0, uint64(i), fmt.Sprintf("%04d", i))...)
	}
	other := byteOrder(binary.LittleEndian)
	if o == other {
		other = binary.BigEndian
	}
	cat := slices.Concat[[]byte]
	head, eth := section(o), ifaceBlock(o, packet.LinkEthernet)
	with := func(broken ...[]byte) []byte { return cat(head, eth, cat(broken...), packets) }
	length := func(n uint32) []byte { return cat(body(o, blockPacket, n), make([]byte, 24), body(o, n)) }
	return []blockCase{
		{"length 0", with(length(0)), "", "makes no sense"},
		{"length 8", with(length(8)), "", "makes no sense"},
		{"length 4", with(length(4)), "", "makes no sense"},
		{"length 33", with(length(33)), "", "makes no sense"},
		{"length 2^32-1", with(length(math.MaxUint32)), "", "makes no sense"},
		{"length 2^32-4", with(length(math.MaxUint32 - 3)), "", "makes no sense"},
		{"length 16 MiB", with(length(maxPacket)), "", "ends inside"},
		{"trailer differs", with(cat(body(o, blockPacket, 32), make([]byte, 20), body(o, 36))), "", "makes no sense"},
		{"no interface", with(packetBlock(o, 7, 1, "none")), "", "not described"},
		{"interface 2^32-1", with(block(o, blockPacket, uint32(math.MaxUint32), 0, 1, 4, 4, "none")), "", "not described"},
		{"snaplen 0", cat(head, block(o, blockInterface, uint16(1), uint16(0), 0), packets), "", ""},
		{"snaplen 4 GiB", cat(head, block(o, blockInterface, uint16(1), uint16(0), uint32(math.MaxUint32)), packets), "", ""},
		{"resolution 0", cat(head, ifaceBlock(o, 1, uint16(9), uint16(1), "\x00\x00\x00\x00"), packets), "", ""},
		{"resolution 255", cat(head, ifaceBlock(o, 1, uint16(9), uint16(1), "\xff\x00\x00\x00"), packets), "", ""},
		{"resolution without a value", cat(head, ifaceBlock(o, 1, uint16(9), uint16(0)), packets), "", ""},
		{"option of 65,535", cat(head, ifaceBlock(o, 1, uint16(2), uint16(65535), "x"+strings.Repeat("\x00", 3)), packets), "", ""},
		{"packet with an option of 65,535", with(block(o, blockPacket, 0, 0, 1, 4, 4, "none", uint16(1), uint16(65535), "xxxx")), "", ""},
		{"unknown block", with(block(o, 0x7fffffff, "some", "thng")), "", ""},
		{"sections of either order", cat(section(other), ifaceBlock(other, packet.LinkRaw), packetBlock(other, 0, 1, "othr"), head, eth, packets), "", ""},
		{"section of no order", with(block(o, blockSection, 0, 0, 0, 0)), "", "makes no sense"},
		{"statistics of no interface", with(block(o, blockStats, 9, 0, 0)), "", "not described"},
		{"a megabyte of noise", with(bytes.Repeat([]byte{0x5a, 0xa5, 0xff}, 1<<20/3)), "", "makes no sense"},
	}
}

// TestHeaderFaults damages headers in every way that is known: what is sound
// behind comes out, the damage is named, and little is allocated.
func TestHeaderFaults(t *testing.T) {
	for _, o := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, c := range headerFaults(o) {
			got, f := read(t, bytes.NewReader(c.raw))
			n := 0
			for _, p := range got {
				if len(p.Data) == 4 && string(p.Data) == fmt.Sprintf("%04d", n) {
					n++
				}
			}
			damage := f.Input().Damage
			if n != 200 || (c.damage == "") != (damage == nil) || len(damage) > 0 && !strings.Contains(damage[0].Reason, c.damage) {
				t.Errorf("%v, %s: %d of 200 packets, damage %v", o, c.name, n, damage)
			}
			if n := allocated(t, c.raw); n > uint64(4*len(c.raw))+2<<20 {
				t.Errorf("%v, %s: %d bytes allocated for %d", o, c.name, n, len(c.raw))
			}
		}
	}
}

// TestTimes reads packets whose times no clock ever showed; they stay as they
// are said to be, and nothing about them is damage.
func TestTimes(t *testing.T) {
	o := binary.LittleEndian
	second := func(s uint32) []byte { return body(o, s, 0, 4, 4, "time") }
	raw := pcapFile(o, magicMicro, 4, 1, second(0), second(math.MaxUint32), second(1<<31), second(1<<31), second(1), second(1<<31+3600*24*3650), second(1<<31-3600))
	got, f := read(t, bytes.NewReader(raw))
	if len(got) != 7 || got[0].Time != 0 || got[1].Time != math.MaxUint32*int64(1e9) || f.Input().Damage != nil {
		t.Errorf("pcap: %v, damage %v", short(got), f.Input().Damage)
	}
	raw = slices.Concat(section(o), ifaceBlock(o, 1, uint16(9), uint16(1), "\x09\x00\x00\x00"), ifaceBlock(o, 1, uint16(14), uint16(8), uint64(1<<63)),
		packetBlock(o, 0, 0, "zero"), packetBlock(o, 0, 1<<63, "2^63"), packetBlock(o, 0, math.MaxUint64, "last"), packetBlock(o, 1, 5, "past"), packetBlock(o, 0, 7, "back"))
	got, f = read(t, bytes.NewReader(raw))
	want := "zero@0/9:1 2^63@9223372036854775807/9:1 last@9223372036854775807/9:1 past@-9223372036854775808/9:1 back@7/9:1"
	if short(got) != want || f.Input().Damage != nil {
		t.Errorf("pcapng: %s, damage %v", short(got), f.Input().Damage)
	}
}
