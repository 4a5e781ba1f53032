package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// option is a pcapng option.
func option(o byteOrder, code uint16, value []byte) []byte {
	return appendPadded(body(o, code, uint16(len(value))), value)
}

func count(o byteOrder, code uint16, n uint64) []byte { return option(o, code, body(o, n)) }

func statistics(o byteOrder, number int, options ...any) []byte {
	return block(o, blockStats, append([]any{number, 0, 0}, options...)...)
}

func TestDrops(t *testing.T) {
	for _, o := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		eth := ifaceBlock(o, packet.LinkEthernet)
		lossy := block(o, blockPacket, 1, 0, 2, 4, 4, "two_", count(o, optDropped, 3))
		old := block(o, blockOldPacket, uint16(0), uint16(2), 0, 3, 4, 4, "old_")
		unknown := block(o, blockOldPacket, uint16(0), uint16(noDropCount), 0, 4, 4, 4, "old_")
		for _, c := range []struct {
			name string
			raw  []byte
			want string
		}{
			{"none", slices.Concat(section(o), eth, statistics(o, 0, count(o, optIfDrop, 0))), "map[]"},
			{"statistics", slices.Concat(section(o), eth, statistics(o, 0, count(o, optIfDrop, 5), count(o, optOSDrop, 7))), "map[interface:5 system:7]"},
			{"later ones replace", slices.Concat(section(o), eth, statistics(o, 0, count(o, optIfDrop, 5)), statistics(o, 0, count(o, optIfDrop, 6))), "map[interface:6]"},
			{"interfaces add up", slices.Concat(section(o), eth, eth, statistics(o, 0, count(o, optIfDrop, 5)), statistics(o, 1, count(o, optIfDrop, 6))), "map[interface:11]"},
			{"sections add up", slices.Concat(section(o), eth, statistics(o, 0, count(o, optOSDrop, 5)), section(o), eth, statistics(o, 0, count(o, optOSDrop, 6))), "map[system:11]"},
			{"packets", slices.Concat(section(o), eth, eth, lossy, old, lossy, unknown), "map[packets:8]"},
			{"absurd", slices.Concat(section(o), eth, eth, statistics(o, 0, count(o, optIfDrop, math.MaxUint64)), statistics(o, 1, count(o, optIfDrop, 1))), fmt.Sprintf("map[interface:%d]", math.MaxInt64)},
		} {
			_, f := read(t, bytes.NewReader(c.raw))
			if got := fmt.Sprint(f.Drops()); got != c.want || f.Input().Damage != nil {
				t.Errorf("%s: %s, want %s; damage %v", c.name, got, c.want, f.Input().Damage)
			}
		}
		_, f := read(t, bytes.NewReader(slices.Concat(section(o), statistics(o, 0), block(o, blockStats, 0))))
		if f.Drops() != nil || len(f.Input().Damage) != 2 {
			t.Errorf("bad statistics: %v, damage %v", f.Drops(), f.Input().Damage)
		}
	}
	if _, f := read(t, bytes.NewReader(written(t, Pcap, 1))); f.Drops() != nil {
		t.Errorf("pcap: %v", f.Drops())
	}
}

// TestComments hands out what the capture says of packets.
func TestComments(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, Pcapng, packet.LinkEthernet, "")
	for _, comment := range []string{"screen on", "", "unlock"} {
		if err == nil {
			err = w.Write(start, []byte("packet"), comment)
		}
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := open("test", &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := f.Read(t.Context(), &b); err != nil || len(b.Packets) != 3 {
		t.Fatal(err, b.Packets)
	}
	if p := b.Packets; string(p[0].Comment) != "screen on" || p[1].Comment != nil || string(p[2].Comment) != "unlock" {
		t.Errorf("%q, %q, %q", p[0].Comment, p[1].Comment, p[2].Comment)
	}
}
