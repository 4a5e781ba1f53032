package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/telltale-audit/telltale"
)

// element is an element of a page with the text in it.
type element struct {
	name string
	attr map[string]string
	text string
}

func (e *element) is(class string) bool {
	return slices.Contains(strings.Fields(e.attr["class"]), class)
}

// elements parses a page. It fails the test where the page is not well formed
// but for what HTML leaves open.
func elements(t *testing.T, page string) []*element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all, open []*element
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			if len(open) > 0 {
				t.Errorf("%s is not closed", open[len(open)-1].name)
			}
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name.Local, attr: map[string]string{}}
			for _, a := range tok.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.CharData:
			for _, e := range open {
				e.text += string(tok)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func htmlOf(t *testing.T, a *Audit, reveal bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, a, telltale.NewMasker(reveal)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pages are all the audits that a page is drawn of.
func pages() map[string]*Audit {
	return map[string]*Audit{
		"incident": proven(), "unknown device": unknownDevice(), "nothing seen": nothingSeen(), "perhaps": onlyPerhaps(),
		"inconclusive": inconclusive(), "empty": empty(), "many": manyDestinations(), "hostile": hostile(), "simulated": simulated(),
		"sealed only": sealedOnly(), "claims": claimed(), "whole": withWhole(hostileWhole()),
		"full": full(),
	}
}

// proven is the incident with what a page shows of each message.
func proven() *Audit {
	a := incident()
	s := &a.Sends[0]
	s.Exhibit = a.Exhibit
	for _, at := range s.Times {
		s.Messages = append(s.Messages, Message{Time: at, FlowID: "1-21899", Packets: telltale.Packets{21904, 21905}, Answered: "response", Response: s.Response})
	}
	s.Spots = []Spot{{Identifier: "i1", Field: telltale.NewText("http.body > base64 > json:$.SIM1ICCID"), Form: "base64>json", Ranges: []telltale.Range{{Start: 193, End: 214}}}}
	return a
}

// sealedOnly is the incident read with a key: nobody on the way could.
func sealedOnly() *Audit {
	a := proven()
	a.Sends[0].Protection, a.Sends[0].ReadableBy = telltale.Sealed, telltale.DestinationOnly
	return a
}

func claimed() *Audit {
	a := proven()
	claim := func(p, says, source string) telltale.Claim {
		return telltale.Claim{Subject: telltale.NewText("vnet.cn"), Predicate: p, Object: telltale.NewText(says), Source: source, Date: "2019-03-21", Confidence: 0.5}
	}
	a.Destinations = []telltale.Destination{{ID: "d1", Name: telltale.NewText("zzhc.vnet.cn"), DestIP: []netip.Addr{a.Sends[0].DestIP}, Claims: []telltale.Claim{
		claim("organisation", "China Telecom", "a paper"), claim("organisation", "HMD Global", "another paper"),
		claim("country_address", "CN", "table A"), claim("country_operator", "CN", "table B"),
	}}}
	return a
}

// TestPages: every page stands alone, runs nothing, shows nothing that acts,
// and is small.
func TestPages(t *testing.T) {
	for name, a := range pages() {
		for _, reveal := range []bool{false, true} {
			page := htmlOf(t, a, reveal)
			if len(page) > 300_000 {
				t.Errorf("%s: %d bytes", name, len(page))
			}
			if strings.Contains(page, "ZgotmplZ") {
				t.Errorf("%s: the template refused a value", name)
			}
			checkAlone(t, name, elements(t, page))
			checkCharacters(t, name, page)
		}
	}
}

func checkAlone(t *testing.T, name string, all []*element) {
	t.Helper()
	ids := map[string]bool{}
	for _, e := range all {
		if id := e.attr["id"]; id != "" {
			if ids[id] {
				t.Errorf("%s: two elements have the id %s", name, id)
			}
			ids[id] = true
		}
	}
	for _, e := range all {
		switch e.name {
		case "script", "img", "link", "iframe", "object", "embed", "form", "base", "foreignObject", "image", "use":
			t.Errorf("%s: a %s element", name, e.name)
		}
		for k, v := range e.attr {
			switch {
			case strings.HasPrefix(k, "on"), k == "src", k == "srcdoc":
				t.Errorf("%s: %s has %s=%q", name, e.name, k, v)
			case k == "href" && (!strings.HasPrefix(v, "#") || !ids[v[1:]]):
				t.Errorf("%s: href=%q leads nowhere in the page", name, v)
			case k == "aria-labelledby" && !ids[v]:
				t.Errorf("%s: labelled by %q, which is not there", name, v)
			}
		}
	}
}

// checkCharacters looks for what reorders or controls text.
func checkCharacters(t *testing.T, name, page string) {
	t.Helper()
	for _, r := range page {
		if r != '\n' && r != '\u2002' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar) {
			t.Errorf("%s: the page has %U", name, r)
			return
		}
	}
}

// TestPageSays: by selector, what the page of the incident says, and that the
// sentence in the signal's colour stands only where it is true.
func TestPageSays(t *testing.T) {
	for name, c := range map[string]struct {
		audit        *Audit
		h1, em       string
		signal, nope string
	}{
		"incident":    {proven(), "Your phone sent its SIM number, both IMEIs, its cell and 3 more to zzhc.vnet.cn 15 times. Anyone on the way could read it.", "Anyone on the way could read it.", "15", "UNREDACTED"},
		"sealed only": {sealedOnly(), "Your phone sent its SIM number, both IMEIs, its cell and 3 more to zzhc.vnet.cn 15 times. It was sealed: on the way, nobody without the key could read it.", "", "", "Anyone on the way could read it"},
		"nothing":     {nothingSeen(), "No identifier was seen in what could be read (9 % of bytes).", "", "", "Anyone on the way could read it"},
		"empty":       {empty(), "This capture does not answer the question.", "", "", "Anyone on the way could read it"},
	} {
		page := htmlOf(t, c.audit, false)
		var em, signal string
		for _, e := range elements(t, page) {
			switch {
			case e.name == "h1" && e.text != c.h1:
				t.Errorf("%s: h1 is %q", name, e.text)
			case e.name == "em":
				em += e.text
			case e.name == "dd" && e.is("sig"):
				signal += e.text
			}
		}
		if em != c.em || signal != c.signal || strings.Contains(page, c.nope) {
			t.Errorf("%s: em %q, signal %q, %q in it: %t", name, em, signal, c.nope, strings.Contains(page, c.nope))
		}
	}
}

// TestPageProof: the proof has three layers, a filter to paste and the finding's id.
func TestPageProof(t *testing.T) {
	page := htmlOf(t, claimed(), false)
	var layers, conflicts int
	id := regexp.MustCompile(`F-[0-9a-f]{8}`).FindString(page)
	for _, e := range elements(t, page) {
		switch {
		case e.name == "div" && e.is("row"):
			layers++
		case e.is("conflict"):
			conflicts++
		}
	}
	for _, want := range []string{
		"frame.number in {21904,21905}", "id=\"proof-" + id, "telltale slice " + id, "193–214", "8999900", "CN, by 2 tables of 2019-03-21",
		"does not choose between them", "HMD Global", "http.body", "Check error",
	} {
		if want == "8999900" { // a masked value must not be shown further than its issuer
			if strings.Contains(page, want) {
				t.Error("the SIM number is shown beyond its issuer")
			}
			continue
		}
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if layers != 3 || conflicts != 2 {
		t.Errorf("%d layers and %d conflicts, want 3 and 2", layers, conflicts)
	}
	if !strings.Contains(htmlOf(t, claimed(), true), "89999001234567890125") {
		t.Error("control: --reveal does not show the value")
	}
}

// TestFindingID: the same device, destination and kinds have the same id, and
// others another.
func TestFindingID(t *testing.T) {
	id := func(change func(*Audit)) string {
		a := incident()
		change(a)
		v := newView(a, telltale.NewMasker(false))
		return v.id(v.parties[0])
	}
	base := id(func(*Audit) {})
	for name, change := range map[string]func(*Audit){
		"count": func(a *Audit) { a.Sends[0].Count = 3 },
		"host of the same domain": func(a *Audit) {
			a.Sends[0].Destination = telltale.NewText("other.vnet.cn")
		},
		"value": func(a *Audit) { a.Identifiers[0].Value = telltale.NewValue(telltale.ICCID, "89999009999999999999") },
	} {
		if got := id(change); got != base {
			t.Errorf("another %s makes another id: %s, %s", name, got, base)
		}
	}
	for name, change := range map[string]func(*Audit){
		"label":       func(a *Audit) { a.Devices[0].Label = "Other phone" },
		"destination": func(a *Audit) { a.Sends[0].Destination = telltale.NewText("x.example") },
		"kinds":       func(a *Audit) { a.Sends[0].Identifiers = a.Sends[0].Identifiers[1:] },
		"protection":  func(a *Audit) { a.Sends[0].Protection = telltale.Forgeable },
	} {
		if got := id(change); got == base {
			t.Errorf("another %s does not make another id", name)
		}
	}
}

var token = regexp.MustCompile(`--(paper|wash|ink|ink-2|ink-3|mark|signal|signal-wash): (#[0-9a-f]{6})`)

// TestContrast holds the colours to what the design promises of them.
func TestContrast(t *testing.T) {
	css := string(pageStyle)
	light, dark, ok := strings.Cut(css, "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("no dark colours")
	}
	dark, _, _ = strings.Cut(dark, "@media print")
	for mode, part := range map[string]string{"light": light, "dark": dark} {
		color := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(part, -1) {
			color[m[1]] = m[2]
		}
		for _, c := range []struct {
			on, what string
			least    float64
		}{
			{"paper", "ink", 15},
			{"wash", "ink", 13},
			{"paper", "ink-2", 7},
			{"wash", "ink-2", 7},
			{"paper", "ink-3", 4.5},
			{"wash", "ink-3", 4.5},
			{"paper", "signal", 4.5},
			{"wash", "signal", 4.5},
			{"signal-wash", "signal", 4.5},
			{"paper", "mark", 3},
		} {
			if got := contrast(t, color[c.on], color[c.what]); got < c.least {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", mode, c.what, c.on, got, c.least)
			}
		}
	}
	if got := contrast(t, "#000000", "#ffffff"); math.Abs(got-21) > 0.01 {
		t.Errorf("control: black on white is %.2f", got)
	}
}

// contrast is the ratio of WCAG 2.1.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light := func(hex string) float64 {
		var sum float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.03928 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := light(a)+0.05, light(b)+0.05
	return max(x, y) / min(x, y)
}

// TestPageGolden keeps the whole page of the incident, without its style.
func TestPageGolden(t *testing.T) {
	for name, a := range map[string]*Audit{"page-incident": claimed(), "page-nothing": nothingSeen()} {
		page := strings.Replace(htmlOf(t, a, false), string(pageStyle), "…\n", 1)
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if page != string(want) {
			t.Errorf("%s differs; 'go test ./internal/report -update' rewrites it after a look", file)
		}
	}
}

// TestPageWords: no page says what the house never says.
func TestPageWords(t *testing.T) {
	never := regexp.MustCompile(`(?i)\b(leak\w*|spy\w*|violat\w*|illegal\w*|suspicious|clean|safe)\b`)
	for name, a := range pages() {
		for _, e := range elements(t, htmlOf(t, a, false)) {
			if e.name == "body" {
				if m := never.FindString(e.text); m != "" {
					t.Errorf("%s: the page says %q", name, m)
				}
			}
		}
	}
	if never.FindString("a leak") == "" {
		t.Error(fmt.Sprint("control: ", never))
	}
}
