package capture

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

func pcapFile(o byteOrder, magic uint32, minor uint16, link uint32, records ...[]byte) []byte {
	return append(body(o, magic, uint16(2), minor, 0, 0, 65535, link), slices.Concat(records...)...)
}

func TestPcapVariants(t *testing.T) {
	for _, o := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, c := range []struct {
			name string
			raw  []byte
			want string
		}{
			{"micro", pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, 4, 9, "one_")), "one_@1000002000/9:1"},
			{"nano", pcapFile(o, magicNano, 4, 1, body(o, 1, 2, 4, 9, "one_")), "one_@1000000002/9:1"},
			{"modified", pcapFile(o, magicModified, 4, 1, body(o, 1, 2, 4, 9, 3, uint16(8), uint16(0), "one_")), "one_@1000002000/9:1"},
			{"old", pcapFile(o, magicMicro, 2, 1, body(o, 1, 2, 9, 4, "one_")), "one_@1000002000/9:1"},
			{"FCS bits", pcapFile(o, magicMicro, 4, 0x24000000|113, body(o, 1, 2, 4, 9, "one_")), "one_@1000002000/9:113"},
			{"last time", pcapFile(o, magicMicro, 4, 1, body(o, uint32(1<<32-1), 999_999, 4, 9, "one_")), "one_@4294967295999999000/9:1"},
			{"empty packet", pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, 0, 9), body(o, 1, 2, 4, 9, "one_")), "@1000002000/9:1 one_@1000002000/9:1"},
			// What sound writers do not write but some have written.
			{"fraction over a second", pcapFile(o, magicMicro, 4, 1, body(o, 1, 1_000_002, 4, 9, "one_"), body(o, 1, 1_000_002, 4, 9, "two_")), "one_@2000002000/9:1 two_@2000002000/9:1"},
			{"nothing on the wire", pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, 4, 0, "one_"), body(o, 1, 2, 4, 0, "two_")), "one_@1000002000/4:1 two_@1000002000/4:1"},
			{"times far apart", pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, 4, 9, "one_"), body(o, 1<<30, 2, 4, 9, "two_"), body(o, 0, 0, 4, 9, "tri_")), "one_@1000002000/9:1 two_@1073741824000002000/9:1 tri_@0/9:1"},
		} {
			packets, f := read(t, bytes.NewReader(c.raw))
			if got := short(packets); got != c.want || f.Input().Damage != nil {
				t.Errorf("%v, %s: %s, want %s; damage %v", o, c.name, got, c.want, f.Input().Damage)
			}
		}
	}
}

// TestPcapWriters reads what writers of their own kind write; tshark 4.0.17 reads
// these files the same. Where only the records tell of it the first packet is
// lost to it, and no other.
func TestPcapWriters(t *testing.T) {
	o := binary.LittleEndian
	record := func(second int, extra int, data string) []byte {
		return body(o, second, 2, len(data), 60, make([]byte, extra), data)
	}
	records := func(extra int) []byte {
		return slices.Concat(record(1, extra, "one one one one!"), record(2, extra, "two!"), record(3, extra, "three"))
	}
	odd := strings.Repeat("\x00", 8) + "one one "
	for _, c := range []struct {
		name, want, damage string
		raw                []byte
	}{
		{"Ixia", "one one one one!@1000002000/60:1 two!@2000002000/60:1 three@3000002000/60:1", "", slices.Concat(pcapFile(o, magicIxia, 4, 1), body(o, 77), records(0))},
		{"Ixia's programs", "one one one one!@1000002000/60:1 two!@2000002000/60:1 three@3000002000/60:1", "", slices.Concat(pcapFile(o, magicIxiaSoft, 4, 1), body(o, 77), records(0))},
		{"AIX", "one one one one!@1000000002/60:1 two!@2000000002/60:1 three@3000000002/60:1", "", pcapFile(o, magicMicro, 2, 6, records(0))},
		{"longer by 4", odd[4:] + "one @1000002000/60:1 two!@2000002000/60:1 three@3000002000/60:1", "4 bytes longer", pcapFile(o, magicMicro, 4, 1, records(4))},
		{"longer by 8", odd + "@1000002000/60:1 two!@2000002000/60:1 three@3000002000/60:1", "8 bytes longer", pcapFile(o, magicMicro, 4, 1, records(8))},
		{"modified and longer by 4", odd[4:] + "one @1000002000/60:1 two!@2000002000/60:1 three@3000002000/60:1", "4 bytes longer", pcapFile(o, magicModified, 4, 1, records(12))},
	} {
		packets, f := read(t, bytes.NewReader(c.raw))
		damage := f.Input().Damage
		if got := short(packets); got != c.want || (c.damage == "") != (damage == nil) || len(damage) > 0 && !strings.Contains(damage[0].Reason, c.damage) {
			t.Errorf("%s: %q, want %q; damage %v", c.name, got, c.want, damage)
		}
		if again, _ := read(t, &dribble{raw: c.raw}); short(again) != short(packets) {
			t.Errorf("%s, little by little: %q", c.name, short(again))
		}
	}
}

// TestPcapZeros takes a run of zeros, as a lost disk block leaves it, for
// damage and not for packets.
func TestPcapZeros(t *testing.T) {
	o := binary.LittleEndian
	raw := pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, 4, 9, "one_"), make([]byte, 4099), body(o, 1, 3, 4, 9, "two_"))
	packets, f := read(t, bytes.NewReader(raw))
	if got := short(packets); got != "one_@1000002000/9:1 two_@1000003000/9:1" || len(f.Input().Damage) != 1 {
		t.Errorf("%s, damage %v", got, f.Input().Damage)
	}
	if f.Skipped()["corrupt_block"] != 4099 {
		t.Error(f.Skipped())
	}
}

// TestPcapAbsurd names the length that cannot be, however consistent.
func TestPcapAbsurd(t *testing.T) {
	o := binary.LittleEndian
	for _, n := range []int{sanePacket + 1, maxPacket + 1} {
		raw := pcapFile(o, magicMicro, 4, 1, body(o, 1, 2, n, n), make([]byte, n), body(o, 1, 3, 4, 9, "two_"))
		packets, f := read(t, bytes.NewReader(raw))
		if got := short(packets); got != "two_@1000003000/9:1" || !strings.Contains(f.Input().Damage[0].Reason, "claims") {
			t.Errorf("%s, damage %v", got, f.Input().Damage)
		}
	}
}

// TestPcapDecoys puts bytes behind a damage that look like records but for
// their times: they are no packets.
func TestPcapDecoys(t *testing.T) {
	o := binary.LittleEndian
	year := 365 * 24 * 3600
	damage := bytes.Repeat([]byte{0xff}, 20)
	decoy := func(times ...int) []byte {
		b := bytes.Clone(damage)
		for _, s := range times {
			b = append(b, body(o, 50*year+s, 2, 4, 9, "fake")...)
		}
		return b
	}
	sound := body(o, 50*year, 2, 4, 9, "true")
	for _, d := range [][]byte{decoy(-40*year, -40*year, -40*year), decoy(0, 2*year), decoy(0)} {
		packets, f := read(t, bytes.NewReader(pcapFile(o, magicMicro, 4, 1, sound, sound, d, damage, sound, sound)))
		if len(packets) != 4 || strings.Contains(short(packets), "fake") || len(f.Input().Damage) != 1 {
			t.Errorf("%s, damage %v", short(packets), f.Input().Damage)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	var out bytes.Buffer
	if _, err := NewWriter(&out, "snoop", packet.LinkEthernet, ""); err == nil {
		t.Error("wrote an unknown format")
	}
	if _, err := NewWriter(&out, Pcapng, packet.LinkEthernet, string(make([]byte, 1<<16))); err == nil {
		t.Error("wrote a section comment of 64 KiB")
	}
	for _, format := range formats {
		w, err := NewWriter(&out, format, packet.LinkEthernet, "")
		if err != nil {
			t.Fatal(err)
		}
		if w.Write(0, make([]byte, maxWritten+1), "") == nil || w.Write(-1, nil, "") == nil || w.Write(0, nil, string(make([]byte, 1<<16))) == nil {
			t.Errorf("%s: wrote what cannot be read back", format)
		}
		if err := w.Write(1<<62, nil, ""); (err == nil) != (format == Pcapng) {
			t.Errorf("%s: time after 2106: %v", format, err)
		}
	}
}
