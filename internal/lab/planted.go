package lab

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
)

// A Plant is one identifier, written in one way, in one place.
type Plant struct {
	Kind     telltale.Kind
	Value    string
	Spelling string
	Place    string   // dns, host, path, query, header, form, json or body
	Raw      [][]byte // the bytes on the wire that spell it, cut at line feeds
}

const plantDomain = "plant.example"

// MadeUp returns n made-up identifiers of all the kinds that are found
// without help, each different.
func MadeUp(seed uint64, n int) []telltale.Value {
	makers := []struct {
		kind telltale.Kind
		make func(*rand.Rand) string
	}{
		{telltale.IMEI, madeIMEI},
		{telltale.ICCID, madeICCID},
		{telltale.IMSI, madeIMSI},
		{telltale.MEID, madeMEID},
		{telltale.MAC, madeMAC},
		{telltale.IMEISV, madeIMEISV},
		{telltale.Serial, madeSerial},
	}
	rng := rand.New(rand.NewPCG(seed, 0x40))
	var ids []telltale.Value
	seen := map[string]bool{}
	for len(ids) < n {
		m := makers[len(ids)%len(makers)]
		if v := m.make(rng); !seen[v] {
			seen[v] = true
			ids = append(ids, telltale.NewValue(m.kind, v))
		}
	}
	return ids
}

// Planted returns a capture in which each identifier is written in each of
// the spellings, in every place that can hold it, with a list of what is
// where. The device file declares all identifiers.
func Planted(seed uint64, ids []telltale.Value, spellings []*Spelling) (*Scenario, []Plant) {
	g := newGarden("planted", seed)
	for i, id := range ids {
		for j, s := range spellings {
			g.plant(id, s, strings.Repeat("x", (i+j)%3))
		}
	}
	return g.scenario(&device.File{Name: deviceName, Label: "my phone", Values: ids}), g.plants
}

// A garden is the capture that Planted fills.
type garden struct {
	*world
	at     telltale.Time
	plants []Plant
}

func newGarden(name string, seed uint64) *garden {
	o := Options{Client: name, Seed: seed}.withDefaults()
	w := newWorld(o)
	w.truth.Events = []Event{}
	return &garden{world: w, at: o.Start}
}

func (g *garden) scenario(file *device.File) *Scenario {
	s := g.world.scenario()
	s.Device = file
	return s
}

// plant has one conversation with the spelling in every place that takes it.
func (g *garden) plant(id telltale.Value, s *Spelling, shift string) {
	// Three letters each of these two make Base64 write '+' and '/'.
	text, at := s.write("~~~???"+shift, id.Raw())
	put := func(name, otherwise string) string {
		if !takes[name](text) {
			return otherwise
		}
		g.note(id, s, name, text[at.Start:at.End])
		return string(text)
	}
	name := put("host", "www") + "." + plantDomain
	if takes["host"](text) {
		g.note(id, s, "dns", text[at.Start:at.End]) // the host is looked up
	}
	g.at += telltale.Time(40 * time.Millisecond)
	c := g.dial(g.at, name, 80)
	c.Open()
	g.post(c, name, "/a/"+put("path", "none")+"?v="+put("query", "none"), "application/x-www-form-urlencoded", "a=1&v="+put("form", "none")+"&z=2",
		"X-Plant: "+put("header", "none"))
	g.post(c, name, "/b", "application/json", `{"a":[1,{"v":"`+put("json", "none")+`"}],"z":2}`)
	g.post(c, name, "/c", "text/plain", put("body", ""), s.headers...)
	c.Close(telltale.ToServer)
}

func (g *garden) note(id telltale.Value, s *Spelling, place string, letters []byte) {
	g.plants = append(g.plants, Plant{id.Kind(), id.Raw(), s.Name, place, bytes.Split(letters, []byte("\n"))})
}

// post sends one request and gets an empty answer.
func (g *garden) post(c *Conn, host, target, contentType, body string, more ...string) {
	headers := append([]string{"Host: " + host, "Content-Type: " + contentType, contentLength([]byte(body))}, more...)
	c.Send(telltale.ToServer, HTTP("POST "+target+" HTTP/1.1", headers, []byte(body)))
	c.Send(telltale.ToClient, HTTP("HTTP/1.1 204 No Content", nil, nil))
}

// Torn returns a capture of ten conversations in each of which the capture
// missed bytes in the middle of a number, so that what comes before and after
// the gap would, put together, be the first IMEI of the device file. The IMEI
// is nowhere on the wire.
func Torn(seed uint64) *Scenario {
	g := newGarden("torn", seed)
	imei := g.identity.IMEI[0]
	for i := range 10 {
		g.tear(imei[:3+i], imei[3+i:], i)
	}
	return g.scenario(g.identity.File())
}

// tear has a conversation in which the bytes between head and tail are lost:
// in an HTTP body if i is even, else in a protocol that nobody knows.
func (g *garden) tear(head, tail string, i int) {
	missed := digits(1+i*i*23, g.rng)
	before, after := `{"imei":"`+head, tail+`"}`
	where := plantDomain + " http.body"
	if i%2 == 0 {
		length := contentLength([]byte(before + missed + after))
		before = string(HTTP("POST /torn HTTP/1.1", []string{"Host: " + plantDomain, length}, []byte(before)))
	} else {
		before, where = fmt.Sprintf("\x01\x02T%03d ", i)+before, plantDomain+" unknown"
	}
	g.decoy("imei", head+tail, where)
	g.at += telltale.Time(time.Second)
	c := g.dial(g.at, plantDomain, []uint16{80, 9999}[i%2])
	c.Lose(telltale.ToServer, telltale.Range{Start: int64(len(before)), End: int64(len(before) + len(missed))})
	c.Open()
	c.Send(telltale.ToServer, []byte(before+missed+after))
	c.Close(telltale.ToServer)
}
