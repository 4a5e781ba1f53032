package audit_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

var corpus = flag.String("corpus", "", "folder of captures to carry in other ways")

// Bounds of what is carried in other ways of a folder.
const (
	mostCarried  = 2 << 20 // bytes of a capture
	leastFrames  = 4
	leastCarried = 20 // sightings in all, or the test tests nothing
)

// TestMetamorphosesOfCorpus carries the packets of real captures over other links and in
// other segments: what is found must not change. Their streams may begin anywhere, so
// that none is put out of order: where its first segment is not known, nothing tells
// which one it is.
func TestMetamorphosesOfCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("needs -corpus: see make corpus")
	}
	carried, found := 0, 0
	err := filepath.WalkDir(*corpus, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		in := carriable(t, name)
		if len(in) < leastFrames {
			return nil
		}
		o := original{name: strings.TrimPrefix(name, *corpus)}
		want := sightings(o.found(t, pcap(t, packet.LinkEthernet, in), 1))
		carried, found = carried+1, found+len(want)
		for i, m := range metamorphoses {
			if !m.moves && m.inOrder {
				got := sightings(o.found(t, pcap(t, m.link, m.carry(rand.New(rand.NewPCG(1, uint64(i))), in)), 1))
				differ(t, fmt.Sprintf("%s, %s", o.name, m.name), got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if t.Logf("%d captures with %d sightings", carried, found); found < leastCarried {
		t.Errorf("only %d found: the test tests nothing", found)
	}
}

// sightings are those of f without who sent them: hardware addresses may tell that, which
// not every link has. Addresses of IPv6 are not told of what a tunnel carries.
func sightings(f findings) []string {
	return slices.DeleteFunc(f.bare, func(line string) bool {
		return !strings.HasPrefix(line, "sighting ") || strings.HasPrefix(line, "sighting ipv6_eui64 ")
	})
}

// carriable returns the packets of a capture of Ethernet that hold all of an IP packet
// and nothing else; none where the file is no such capture.
func carriable(t *testing.T, name string) (in []frame) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := capture.Open(name)
	if len(raw) > mostCarried || err != nil {
		return nil
	}
	defer f.Close()
	for {
		var b capture.Batch
		err := f.Read(t.Context(), &b)
		for _, p := range b.Packets {
			one := frame{time: p.Time, data: p.Data}
			if p.Link == packet.LinkEthernet && len(p.Data) == p.WireLen && one.h.Decode(p.Link, p.Data, p.WireLen) == packet.OK && one.plain() {
				fix(one.data[etherSize:]) // cutting a segment does
				in = append(in, one)
			}
		}
		if err != nil {
			return in
		}
	}
}

// plain reports whether f has a header of Ethernet, one of IP without options or
// extensions, and no bytes behind the packet.
func (f *frame) plain() bool {
	size := 20
	if f.h.Version == 6 {
		size = 40
	}
	kind := string(f.data[12:14])
	transport := map[byte]int{packet.TCP: 20, packet.UDP: 8}[f.h.Proto]
	return (kind == "\x08\x00" && f.data[etherSize] == 0x45 || kind == "\x86\xdd") && transport > 0 &&
		f.h.PayloadStart >= etherSize+size+transport && f.h.PayloadEnd == len(f.data) && f.h.FragOffset == 0 && !f.h.FragMore
}
