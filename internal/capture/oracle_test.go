package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// TestWrittenForOthers has an independent reader read what Writer wrote.
func TestWrittenForOthers(t *testing.T) {
	for _, format := range formats {
		raw := bytes.NewReader(written(t, format, 100))
		var r gopacket.PacketDataSource
		var err error
		if format == Pcapng {
			r, err = pcapgo.NewNgReader(raw, pcapgo.DefaultNgReaderOptions)
		} else {
			r, err = pcapgo.NewReader(raw)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			data, info, err := r.ReadPacketData()
			if err != nil {
				t.Fatal(err)
			}
			want := sample(i)
			if !bytes.Equal(data, want.Data) || info.Timestamp.UnixNano() != want.Time || info.Length != want.WireLen {
				t.Fatalf("%s: packet %d: %v, %q", format, i, info, data)
			}
		}
		if _, _, err := r.ReadPacketData(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
}

// TestReadFromOthers reads what an independent writer wrote.
func TestReadFromOthers(t *testing.T) {
	type writer interface {
		WritePacket(gopacket.CaptureInfo, []byte) error
	}
	var pcap, nano, ng bytes.Buffer
	micros, nanos := pcapgo.NewWriter(&pcap), pcapgo.NewWriterNanos(&nano)
	ngw, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*pcapgo.Writer{micros, nanos} {
		if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range samples(100) {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, p.Time), CaptureLength: len(p.Data), Length: p.WireLen}
		for _, w := range []writer{micros, nanos, ngw} {
			if err := w.WritePacket(info, p.Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := ngw.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, raw := range []*bytes.Buffer{&pcap, &nano, &ng} {
		got, f := read(t, raw)
		samePackets(t, got, samples(100))
		if f.Input().Damage != nil {
			t.Error(f.Input().Damage)
		}
	}
}
