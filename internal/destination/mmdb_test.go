package destination

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
)

// readMMDB returns the countries of a file in MaxMind's format (MaxMind DB
// 2.0): a binary tree over the bits of an address with 24 bits a record, then
// the data. Only what the one table that is packed from it needs is read.
func readMMDB(t *testing.T, file string, family int) []span {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := b[bytes.LastIndex(b, []byte("\xab\xcd\xefMaxMind.com")):]
	m := mmdb{b: b, nodes: number(t, head, "node_count"), bits: 32}
	if family == 6 {
		m.bits = 128
	}
	if size := number(t, head, "record_size"); size != 24 {
		t.Fatalf("%s has records of %d bits", file, size)
	}
	m.walk(0, 0, 0)
	return tidy(m.out)
}

// number returns the number that follows a key of the head.
func number(t *testing.T, head []byte, key string) int {
	t.Helper()
	_, after, ok := bytes.Cut(head, []byte(key))
	if !ok {
		t.Fatalf("the file has no %s", key)
	}
	n := 0
	for _, c := range after[1 : 1+after[0]&31] {
		n = n<<8 | int(c)
	}
	return n
}

type mmdb struct {
	b           []byte
	nodes, bits int
	out         []span
}

// walk goes through the tree below a node; high holds the first bits of the
// path to it, at most 64 of them.
func (m *mmdb) walk(node int, high uint64, depth int) {
	for side := range uint64(2) {
		at := node*6 + int(side)*3
		next := int(m.b[at])<<16 | int(m.b[at+1])<<8 | int(m.b[at+2])
		path := high
		if depth < 64 {
			path |= side << (63 - depth)
		}
		switch {
		case next == m.nodes:
		case next < m.nodes:
			m.walk(next, path, depth+1)
		default:
			m.add(path, depth+1, m.country(next-m.nodes-16))
		}
	}
}

func (m *mmdb) add(path uint64, depth int, country string) {
	last := path | ^uint64(0)>>min(depth, 63)
	if depth >= 64 {
		last = path
	}
	if m.bits == 32 {
		path, last = path>>32, last>>32
	}
	m.out = addRange(m.out, path, last, country)
}

// country reads the two letters of the map at an offset of the data, in which
// strings may be kept once and pointed to.
func (m *mmdb) country(at int) string {
	data := m.b[m.nodes*6+16:]
	at++ // the map's own byte
	if data[at]>>5 == 1 {
		at += 2 // the key, elsewhere
	} else {
		at += 1 + int(data[at]&31)
	}
	if data[at]>>5 == 1 {
		at = int(binary.BigEndian.Uint16(data[at:])) & 0x7ff
	}
	return string(data[at+1 : at+3])
}
