package pipeline

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// upload captures one request.
func upload(request []byte) (packets []capture.Packet, conn *lab.Conn) {
	packets = talk(80, lab.Carriage{}, func(c *lab.Conn) {
		conn = c
		c.Open()
		c.Send(telltale.ToServer, request)
		c.Close(telltale.ToServer)
	})
	return packets, conn
}

// spellings are ways in which the IMEI stands in a long body: what is
// written, and which of its letters are the value's.
var spellings = map[string]func() (text string, at telltale.Range){
	"plain": func() (string, telltale.Range) { return " imei=" + imei + " ", telltale.Range{Start: 6, End: 21} },
	"base64": func() (string, telltale.Range) {
		before, after := `{"a":"`+strings.Repeat("x", 300)+`","imei":"`, `","b":"`+strings.Repeat("y", 300)+`"}`
		at := telltale.Range{Start: 1 + int64(len(before))*8/6, End: 1 + (int64(len(before+imei))*8-1)/6 + 1}
		return " " + base64.StdEncoding.EncodeToString([]byte(before+imei+after)) + " ", at
	},
}

// TestWindowEdge puts an IMEI at every place around the window's edge: it is
// found once, where it is, in the packets that carried it.
func TestWindowEdge(t *testing.T) {
	for name, spell := range spellings {
		text, value := spell()
		for _, edge := range edges(name == "plain", len(text)) {
			body := filler(edge) + text + filler(2000)
			request := post(body)
			packets, conn := upload(request)
			s := hear(t, packets).only(t)
			at := len(request) - len(body) + edge
			want := spread(at+int(value.Start), int(value.Len()))
			if fmt.Sprint(s.Ranges) != fmt.Sprint(want) {
				t.Fatalf("%s at %d: ranges %v, want %v", name, edge, s.Ranges, want)
			}
			if got, want := fmt.Sprint(s.Packets), fmt.Sprint(conn.Packets(telltale.ToServer, want[0])); got != want {
				t.Fatalf("%s at %d: packets %s, want %s", name, edge, got, want)
			}
		}
	}
}

// edges returns offsets at which a text of n letters meets the window's edge
// or the place where judgement ends before it.
func edges(each bool, n int) []int {
	var out []int
	if each {
		for i := -n - 2; i <= 2; i += 2 {
			out = append(out, window+i, window-512+i, window-1024+i)
		}
		return out
	}
	for i := -n - 40; i <= 40; i += 61 {
		out = append(out, window+i)
	}
	return out
}

// TestWindowEdgeInChunks has the edge lie among chunks smaller than the value.
func TestWindowEdgeInChunks(t *testing.T) {
	for _, edge := range []int{window - 20, window - 8, window - 1, window, window - 512} {
		body := filler(edge) + " imei=" + imei + " " + filler(700)
		head := "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
		packets, _ := upload([]byte(head + chunked(body, 7)))
		s := hear(t, packets).only(t)
		var carried strings.Builder
		for _, r := range s.Ranges {
			carried.WriteString((head + chunked(body, 7))[r.Start:r.End])
		}
		if len(s.Ranges) < 2 || carried.String() != imei {
			t.Errorf("at %d: the ranges %v hold %q", edge, s.Ranges, carried.String())
		}
	}
}

// TestWindowsDoNotShow has two identifiers next to each other at the edge:
// each covers the other's digits in its excerpt, although they are found in
// different windows.
func TestWindowsDoNotShow(t *testing.T) {
	pair := "imei=" + imei + " imei=" + other + " "
	for edge := window - 600; edge <= window-480; edge += 3 {
		packets, _ := upload(post(filler(edge) + pair + filler(2000)))
		for _, s := range hear(t, packets).sightings() {
			shown := []byte(string(s.Wire))
			for _, r := range s.WireBlank {
				for i := r.Start; i < r.End; i++ {
					shown[i] = '*'
				}
			}
			if strings.Contains(string(shown), "0010127") {
				t.Fatalf("at %d: the excerpt shows %q", edge, shown)
			}
		}
	}
}

// TestTooManyHits has more identifiers in a message than are told, and counts
// those that are not.
func TestTooManyHits(t *testing.T) {
	const n, told = 5000, 4096
	packets, _ := upload(post(strings.Repeat("imei="+imei+"\n", n)))
	h := hear(t, packets)
	if got := len(h.sightings()); got != told || h.tally.Suppressed[tooManyHits] != n-told {
		t.Errorf("%d sightings, suppressed %v", got, h.tally.Suppressed)
	}
}

// TestLongBody has a response of 8 MiB that ends with its connection: memory
// stays at a window or two, and what stands at its end is found.
func TestLongBody(t *testing.T) {
	packets := talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte("GET /long HTTP/1.0\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("HTTP/1.0 200 OK\r\n\r\n"+filler(8<<20)+"imei="+imei))
		c.Close(telltale.ToClient)
	})
	h, most, _ := hearHeld(t, packets)
	if most > 4*window {
		t.Errorf("%d bytes are held", most)
	}
	h.only(t)
}
