package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// body concatenates numbers in the given byte order, and bytes.
func body(o byteOrder, parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch v := p.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = o.AppendUint16(b, v)
		case uint32:
			b = o.AppendUint32(b, v)
		case int:
			b = o.AppendUint32(b, uint32(v))
		case uint64:
			b = o.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("body of %T", p))
		}
	}
	return b
}

func block(o byteOrder, kind uint32, parts ...any) []byte {
	b := body(o, parts...)
	size := uint32(len(b) + 12)
	return slices.Concat(body(o, kind, size), b, body(o, size))
}

func section(o byteOrder, options ...any) []byte {
	return block(o, blockSection, append([]any{uint32(byteOrderMagic), uint16(1), uint16(0), uint64(math.MaxUint64)}, options...)...)
}

func ifaceBlock(o byteOrder, link packet.Link, options ...any) []byte {
	return block(o, blockInterface, append([]any{uint16(link), uint16(0), 0}, options...)...)
}

// packetBlock has 4 bytes of data, of 9 on the wire.
func packetBlock(o byteOrder, number int, ticks uint64, data string) []byte {
	return block(o, blockPacket, number, uint32(ticks>>32), uint32(ticks), len(data), 9, data)
}

// A blockCase is a pcapng file, its packets in the notation of [short], and a
// word of the damage.
type blockCase struct {
	name   string
	raw    []byte
	want   string
	damage string
}

func blockCases(o byteOrder) []blockCase {
	head := section(o)
	eth := ifaceBlock(o, packet.LinkEthernet)
	one := packetBlock(o, 0, 1, "one_")
	two := packetBlock(o, 0, 2, "two_")
	other := byteOrder(binary.LittleEndian)
	if o == other {
		other = binary.BigEndian
	}
	cat := slices.Concat[[]byte]
	return []blockCase{
		{"plain", cat(head, eth, one, two), "one_@1000/9:1 two_@2000/9:1", ""},
		{"sections", cat(head, eth, one, section(other), ifaceBlock(other, packet.LinkRaw), packetBlock(other, 0, 3, "thre")), "one_@1000/9:1 thre@3000/9:101", ""},
		{"a section forgets interfaces", cat(head, eth, section(o), one), "", "not described"},
		{"interfaces", cat(head, eth, ifaceBlock(o, packet.LinkRaw), packetBlock(o, 1, 1, "raw_"), one), "raw_@1000/9:101 one_@1000/9:1", ""},
		{"nanoseconds", cat(head, ifaceBlock(o, 1, uint16(9), uint16(1), "\x09\x00\x00\x00"), one), "one_@1/9:1", ""},
		{"powers of two", cat(head, ifaceBlock(o, 1, uint16(9), uint16(1), "\x81\x00\x00\x00"), one), "one_@500000000/9:1", ""},
		{"offset", cat(head, ifaceBlock(o, 1, uint16(14), uint16(8), uint64(2), uint16(0), uint16(0)), one), "one_@2000001000/9:1", ""},
		{"option overruns", cat(head, ifaceBlock(o, 1, uint16(9), uint16(65535), "\x09\x00\x00\x00"), one), "one_@1000/9:1", ""},
		{"empty options", cat(head, ifaceBlock(o, 1, uint16(9), uint16(0), uint16(14), uint16(0)), one), "one_@1000/9:1", ""},
		{"unknown blocks", cat(head, block(o, 0x7777, "four"), eth, block(o, blockCustom, 99, "data"), block(o, blockNames), one), "one_@1000/9:1", ""},
		{"simple packet", cat(head, eth, one, block(o, blockSimple, 6, "simple__")), "one_@1000/9:1 simple@1000/6:1", ""},
		{"simple packet cut", cat(head, block(o, blockInterface, uint16(1), uint16(0), 4), block(o, blockSimple, 6, "simp")), "simp@0/6:1", ""},
		{"simple packet alone", cat(head, block(o, blockSimple, 4, "simp")), "", "not described"},
		{"simple packet overruns", cat(head, eth, block(o, blockSimple, 8, "simp"), one), "one_@1000/9:1", "longer than its block"},
		{"old packet", cat(head, eth, block(o, blockOldPacket, uint16(0), uint16(7), 0, 5, 3, 9, "old_")), "old@5000/9:1", ""},
		{"no interface", cat(head, one, eth, two), "two_@2000/9:1", "not described"},
		{"data overruns", cat(head, eth, block(o, blockPacket, 0, 0, 1, 5, 9, "one_"), two), "two_@2000/9:1", "longer than its block"},
		{"data overruns by far", cat(head, eth, block(o, blockPacket, 0, 0, 1, uint32(math.MaxUint32), 9, "one_"), two), "two_@2000/9:1", "longer than its block"},
		{"short packet block", cat(head, eth, block(o, blockPacket, 0, 0), two), "two_@2000/9:1", "too short"},
		{"short old packet", cat(head, eth, block(o, blockOldPacket, 0, 0), two), "two_@2000/9:1", "too short"},
		{"short simple packet", cat(head, eth, block(o, blockSimple), two), "two_@2000/9:1", "too short"},
		{"short interface", cat(head, block(o, blockInterface, 1), eth, two), "two_@2000/9:1", "too short"},
		{"short section", cat(head, eth, one, block(o, blockSection, uint32(byteOrderMagic)), two), "one_@1000/9:1 two_@2000/9:1", "too short"},
		{"new version", cat(head, eth, one, block(o, blockSection, uint32(byteOrderMagic), uint16(2), uint16(0), uint64(0)), two), "one_@1000/9:1", "version 2.0"},
		{"section without order", cat(head, eth, one, block(o, blockSection, 0, 0, 0), two), "one_@1000/9:1 two_@2000/9:1", "makes no sense"},
		{"length differs behind", cat(head, eth, one[:len(one)-4], body(o, 1), two), "two_@2000/9:1", "makes no sense"},
		{"length not of four", cat(head, eth, block(o, blockPacket, 0, 0, 1, 3, 9, "one"), two), "two_@2000/9:1", "makes no sense"},
		{"no packets", head, "", ""},
	}
}

func short(packets []Packet) string {
	var words []string
	for _, p := range packets {
		words = append(words, fmt.Sprintf("%s@%d/%d:%d", p.Data, p.Time, p.WireLen, p.Link))
	}
	return strings.Join(words, " ")
}

func TestBlocks(t *testing.T) {
	for _, o := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, c := range blockCases(o) {
			packets, f := read(t, bytes.NewReader(c.raw))
			if got := short(packets); got != c.want {
				t.Errorf("%v, %s: %s, want %s", o, c.name, got, c.want)
			}
			damage := fmt.Sprint(f.Input().Damage)
			if !strings.Contains(damage, c.damage) || (c.damage == "") != (f.Skipped() == nil) {
				t.Errorf("%v, %s: damage %s, skipped %v", o, c.name, damage, f.Skipped())
			}
		}
	}
}

func TestSimulated(t *testing.T) {
	o := binary.LittleEndian
	mark := simulatedMark + " incident"
	comment := body(o, uint16(optComment), uint16(len(mark)), appendPadded(nil, []byte(mark)), 0)
	application := body(o, uint16(optApplication), uint16(len(mark)), appendPadded(nil, []byte(mark)), 0)
	hardware := body(o, uint16(2), uint16(len(mark)), appendPadded(nil, []byte(mark)), 0)
	for _, c := range []struct {
		raw  []byte
		want bool
	}{
		{section(o, comment), true},
		{section(o, application), true},
		{section(o, hardware), false},
		{section(o), false},
		{slices.Concat(section(o), section(o, comment)), false},
	} {
		f, err := open("test", bytes.NewReader(c.raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		if f.Simulated() != c.want {
			t.Errorf("%q: simulated %v", c.raw, f.Simulated())
		}
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		resolution byte
		offset     int64
		ticks      uint64
		want       int64
	}{
		{6, 0, 1_552_000_000_123_456, 1_552_000_000_123_456_000},
		{0, 0, 7, 7_000_000_000},
		{3, 0, 7, 7_000_000},
		{9, 0, 7, 7},
		{12, 0, 7_999, 7},
		{28, 0, math.MaxUint64, 1},
		{29, 0, math.MaxUint64, 0},
		{127, 0, math.MaxUint64, 0},
		{0x80, 0, 7, 7_000_000_000},
		{0x80 | 20, 0, 1<<20 + 1<<19, 1_500_000_000},
		{0x80 | 63, 0, 1 << 63, 1_000_000_000},
		{0x80 | 64, 0, 1 << 63, 500_000_000},
		{0x80 | 66, 0, math.MaxUint64, 249_999_999},
		{0x80 | 127, 0, math.MaxUint64, 0},
		{0, 0, math.MaxUint64, math.MaxInt64},
		{9, 0, math.MaxUint64, math.MaxInt64},
		{9, -1, 7, -999_999_993},
		{9, math.MaxInt64, 7, math.MaxInt64},
		{9, math.MinInt64, 7, math.MinInt64},
	} {
		clock := newClock()
		clock.resolution(c.resolution)
		clock.offset = c.offset
		if got := clock.time(c.ticks); got != c.want {
			t.Errorf("resolution %#x, offset %d, %d ticks: %d, want %d", c.resolution, c.offset, c.ticks, got, c.want)
		}
	}
	if c := newClock(); c.time(5) != 5000 {
		t.Error("a tick is not a microsecond")
	}
}

// TestLinkTypes tells each link type once, and not without end.
func TestLinkTypes(t *testing.T) {
	o := binary.LittleEndian
	raw := slices.Concat(section(o), ifaceBlock(o, 113), ifaceBlock(o, 1), ifaceBlock(o, 113))
	_, f := read(t, bytes.NewReader(raw))
	if got := f.Input().LinkTypes; !slices.Equal(got, []string{"linux_sll", "ethernet"}) {
		t.Error(got)
	}
	for i := range 70_000 {
		raw = append(raw, ifaceBlock(o, packet.Link(i))...)
	}
	_, f = read(t, bytes.NewReader(raw))
	if got := f.Input().LinkTypes; len(got) != maxLinks {
		t.Errorf("%d link types", len(got))
	}
	if f.Input().Damage == nil || f.Skipped()[telltale.SkipCorruptBlock] == 0 {
		t.Error("interfaces without end are no damage")
	}
}
