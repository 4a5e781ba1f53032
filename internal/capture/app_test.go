package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// appFrame is a frame as PCAPdroid writes it in pcap: zeros for addresses, a
// packet, and the trailer behind it.
func appFrame(uid uint32, name string) []byte {
	o := binary.BigEndian
	return body(o, make([]byte, 12), uint16(0x0800), "IP..", uint32(appMagic), uid,
		name+strings.Repeat("\x00", appName-len(name)), uint32(0))
}

// appsOf reads a capture and writes each packet's program as UID, name and
// package; "-" is none.
func appsOf(t *testing.T, raw []byte) string {
	t.Helper()
	f, err := open("capture", bytes.NewReader(raw), io.NopCloser(nil))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for b := new(Batch); ; {
		if err := f.Read(context.Background(), b); errors.Is(err, io.EOF) {
			return strings.Join(out, "; ")
		} else if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			if p.App == nil {
				out = append(out, "-")
				continue
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s", p.App.UID, p.App.Name, p.App.Package)))
		}
	}
}

func TestAppTrailer(t *testing.T) {
	foreign := appFrame(10123, "Mail")
	foreign[0] = 2 // somebody's address: what ends the frame is what a server sent
	short := appFrame(10123, "Mail")[1:]
	frames := [][]byte{
		appFrame(10123, "Mail"), appFrame(1<<32-1, "?"), appFrame(0, "Root"), foreign, short,
		appFrame(10124, "abcdefghijklmnopqr\xc3\xa9"), appFrame(10125, "abcdefghijklmnopqrs\xc3"), appFrame(10123, "Other"),
	}
	raw := body(binary.LittleEndian, uint32(0xa1b2c3d4), uint16(2), uint16(4), 0, 0, 262144, uint32(packet.LinkEthernet))
	for i, f := range frames {
		raw = body(binary.LittleEndian, raw, 1_600_000_000+i, 0, len(f), len(f), f)
	}
	want := "10123 Mail; -; 0 Root; -; -; 10124 abcdefghijklmnopqré; 10125 abcdefghijklmnopqrs; 10123 Mail"
	if got := appsOf(t, raw); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// appBlock gives a UID its names.
func appBlock(o byteOrder, pen, uid int, pkg, name string) []byte {
	b := body(o, pen, uint8(1), uint8(appUIDMap), uid, uint8(len(pkg)), uint8(len(name)), pkg, name)
	return block(o, blockCustom, b, make([]byte, -len(b)&3))
}

// commented is a packet with a comment.
func commented(o byteOrder, comment string) []byte {
	return block(o, blockPacket, 0, 0, 1, 4, 4, "IP..", uint16(optComment), uint16(len(comment)),
		comment, make([]byte, -len(comment)&3), 0)
}

func TestAppBlocks(t *testing.T) {
	for _, o := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		long := appBlock(o, appPEN, 7, "a", "b")
		long[8+10] = 200 // more than there is
		raw := slices.Concat(section(o), ifaceBlock(o, packet.LinkRaw),
			appBlock(o, appPEN, 10123, "org.example.mail", "Mail"), appBlock(o, 1, 10124, "x", "y"), long,
			commented(o, "u-10123"), commented(o, "u-10124"), commented(o, "u-7"), commented(o, "u--1"), commented(o, "u-99999999999"),
			commented(o, "u-1x"), commented(o, "hello"), packetBlock(o, 0, 1, "IP.."),
			appBlock(o, appPEN, 10124, "org.example.map", "Map"), commented(o, "u-10124"))
		want := "10123 Mail org.example.mail; 10124; 7; -; -; -; -; -; 10124 Map org.example.map"
		if got := appsOf(t, raw); got != want {
			t.Errorf("%v: got  %s\nwant %s", o, got, want)
		}
	}
}

func TestAppsBounded(t *testing.T) {
	var a apps
	for uid := range int32(maxApps + 10) {
		if got := a.see(uid, []byte("x"), nil); (got != nil) != (uid < maxApps) {
			t.Fatalf("app %d: %v", uid, got)
		}
	}
	if a.see(1, nil, nil) == nil {
		t.Error("an app that is known already is no longer told")
	}
}
