package pipeline

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// helloPieces are three pieces of a ClientHello, of which the first two cut the IMEI in
// the server's name.
func helloPieces() (pieces [3][]byte, offs [3]int) {
	hello := lab.ClientHello("imei-"+imei+".plant.example", rand.New(rand.NewPCG(1, 1)))[5:]
	cut := bytes.Index(hello, []byte(imei)) + 6
	return [3][]byte{hello[:cut], hello[cut : cut+20], hello[cut+20:]}, [3]int{0, cut, cut + 20}
}

// dtlsFragment is a record with a fragment of a ClientHello of size bytes.
func dtlsFragment(size, off int, b []byte) []byte {
	u24 := func(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }
	f := slices.Concat([]byte{1}, u24(size), []byte{0, 0}, u24(off), u24(len(b)), b)
	head := []byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0}
	return append(binary.BigEndian.AppendUint16(head, uint16(len(f))), f...)
}

// orders are those in which the pieces come.
var orders = [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

// TestHelloInPieces finds a value that the pieces of a greeting cut, once, with all
// packets that it lies in, in whatever order they come.
func TestHelloInPieces(t *testing.T) {
	pieces, offs := helloPieces()
	for _, order := range orders {
		var quic, quicFrames, dtls, dtlsRecords [][]byte
		var frames, records [][]byte
		for n, i := range order {
			frame := lab.QUICFrame(offs[i], pieces[i])
			frames = append(frames, frame, []byte{1}) // PING
			quic = append(quic, lab.QUICInitial([]byte("8 bytes!"), byte(n), frame))
			size := offs[2] + len(pieces[2]) - 4 // DTLS has another header
			off, b := offs[i]-4, pieces[i]
			if i == 0 {
				off, b = 0, withCookie(pieces[0])
			} else {
				off++
			}
			record := dtlsFragment(size+1, off, b)
			records = append(records, record)
			dtls = append(dtls, record)
		}
		quicFrames = [][]byte{lab.QUICInitial([]byte("8 bytes!"), 0, frames...)}
		dtlsRecords = [][]byte{slices.Concat(records...)}
		for name, datagrams := range map[string][][]byte{"quic.crypto": quic, "quic.crypto, one packet": quicFrames, "dtls.handshake": dtls, "dtls.handshake, one datagram": dtlsRecords} {
			t.Run(name+" "+strconv.Itoa(order[0])+strconv.Itoa(order[1]), func(t *testing.T) {
				checkPieces(t, datagrams, order)
			})
		}
	}
}

// withCookie returns the first piece of a TLS hello as one of DTLS: without its
// header, and with an empty cookie behind the session's id.
func withCookie(b []byte) []byte {
	b = bytes.Clone(b[4:])
	b[0], b[1] = 0xfe, 0xfd
	return slices.Insert(b, 2+32+1+int(b[2+32]), 0)
}

func checkPieces(t *testing.T, datagrams [][]byte, order []int) {
	c := lab.NewCapture(1)
	u := c.Datagrams(start, phone, server, 443)
	for _, b := range datagrams {
		u.Send(telltale.ToServer, b)
	}
	h := hear(t, framesOf(c))
	s := h.only(t)
	want := telltale.Packets{1}
	if len(datagrams) > 1 {
		first, second := slices.Index(order, 0), slices.Index(order, 1)
		want = telltale.Packets{int64(min(first, second) + 1), int64(max(first, second) + 1)}
	}
	if got := telltale.Union(slices.Clone(s.Ranges)); s.Value.Kind() != telltale.IMEI || !slices.Equal(got, s.Ranges) || len(got) != 2 {
		t.Errorf("a value of kind %s in %v", s.Value.Kind(), s.Ranges)
	}
	n := int64(0)
	for _, r := range s.Ranges {
		n += r.End - r.Start
	}
	if n != int64(len(imei)) || !slices.Equal(s.Packets, want) {
		t.Errorf("%d bytes in packets %v, want those of %d", n, s.Packets, want)
	}
	for _, m := range h.messages("") {
		if len(m.Sightings) > 0 && !slices.Contains(m.Packets, want[0]) {
			t.Errorf("the message came in packets %v", m.Packets)
		}
	}
}
