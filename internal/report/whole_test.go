package report

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// withWhole is the incident with the whole message of its finding.
func withWhole(w *Whole) *Audit {
	a := proven()
	x := *a.Sends[0].Exhibit
	x.Whole = w
	a.Sends[0].Exhibit = &x
	return a
}

// document returns a document of a text, with what stands in it marked.
func document(text string, values ...telltale.Value) telltale.Document {
	d := telltale.Document{Data: []byte(text)}
	for _, v := range values {
		if i := strings.Index(text, v.Raw()); i >= 0 {
			d.Marks = append(d.Marks, telltale.Mark{Range: telltale.Range{Start: int64(i), End: int64(i + len(v.Raw()))}, Value: v})
		}
	}
	return d
}

var wholeIMEI = telltale.NewValue(telltale.IMEI, "001012704839210")

// hostileWhole is a message of as many bytes as are shown, that would be markup,
// with a mark on every other byte.
func hostileWhole() *Whole {
	text := strings.Repeat(`<b>"&'</pre><script>alert(1)</script>`+"\x1b[31m\u202e\x00\xff", 100)[:4096]
	d := telltale.Document{Data: []byte(text)}
	for i := range len(text) / 2 {
		d.Marks = append(d.Marks, telltale.Mark{Range: telltale.Range{Start: int64(2 * i), End: int64(2*i + 1)}})
	}
	return &Whole{Size: 1 << 40, Left: 1 << 39, Body: d, Decoded: d, DecodedLeft: 9, Kinds: []telltale.Kind{telltale.IMEI}}
}

// full is an audit with more of everything than a page has room for.
func full() *Audit {
	a := hostileTables()
	for i := range 300 {
		s := a.Sends[0]
		s.Destination = telltale.NewText(strings.Repeat("long.", 40) + strconv.Itoa(i) + ".example")
		a.Sends = append(a.Sends, s)
	}
	for i := range a.Sends {
		x := *a.Sends[i].Exhibit
		x.Whole = hostileWhole()
		a.Sends[i].Exhibit = &x
	}
	return a
}

// TestPageBounds: a page lists the first findings and counts the others.
func TestPageBounds(t *testing.T) {
	page := htmlOf(t, full(), false)
	if n := strings.Count(page, `class="finding"`); n != maxFindings || !strings.Contains(page, " more findings. Those above are of most consequence") {
		t.Errorf("%d findings are listed", n)
	}
	if n := strings.Count(page, "as it crossed the network"); n == 0 || n > maxWholes {
		t.Errorf("%d whole messages", n)
	}
}

// TestPageWhole: by selector, what the page shows of a whole message, and that it
// can be reached and named without a mouse.
func TestPageWhole(t *testing.T) {
	w := &Whole{
		Size: 5000, Left: 4000, Head: document("POST / HTTP/1.1\r\nHost: zzhc.vnet.cn\r\n\r\n"), Body: document("id=001012704839210"+strings.Repeat("~", 80), wholeIMEI),
		Decoded: document("{\n  \"imei\": \"001012704839210\"\n}", wholeIMEI), DecodedLeft: 12,
		Kinds: []telltale.Kind{telltale.IMEI, telltale.IMEI, telltale.MAC}, Broken: []telltale.Kind{telltale.IMEI, telltale.IMEI},
	}
	page := htmlOf(t, withWhole(w), false)
	var boxes, marks []string
	for _, e := range elements(t, page) {
		if e.name == "pre" && e.is("hex") {
			if e.attr["tabindex"] != "0" || e.attr["role"] != "region" || e.attr["aria-label"] == "" {
				t.Errorf("a box cannot be reached, or has no name: %v", e.attr)
			}
			boxes = append(boxes, e.text)
		}
		if e.name == "mark" {
			marks = append(marks, e.text)
		}
	}
	all := strings.Join(boxes, "\n")
	for _, want := range []string{
		"POST / HTTP/1.1\nHost: zzhc.vnet.cn\n\nid=00101270·······" + strings.Repeat("~", 58) + "\n" + strings.Repeat("~", 22),
		"\"imei\": \"00101270·······\"\n}",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no box has %q:\n%s", want, all)
		}
	}
	for _, want := range []string{
		"2 of 3 identifiers straddle a line break (2 IMEIs). A search that reads line by line would not find them.",
		"And 4,000 bytes more, which this page leaves out; to have them: telltale slice F-", "And 12 bytes more.", "as it crossed the network (message ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "4839210") || !strings.Contains(strings.Join(marks, " "), "00101270·······") {
		t.Errorf("marks: %q", marks)
	}
	if !strings.Contains(htmlOf(t, withWhole(w), true), "id=<mark>001012704839210</mark>") {
		t.Error("control: revealed, the value is not shown")
	}
	w.Bytes, w.Body = true, telltale.Document{Data: []byte("\x00\x01AB"), Clear: []telltale.Range{{End: 4}}}
	if page := htmlOf(t, withWhole(w), false); !strings.Contains(page, "00027  00 01 41 42"+strings.Repeat("   ", 12)+"  ..AB\n") {
		t.Error("bytes are not dumped")
	}
	w.Packed, w.PackedSize, w.Body = "gzip", 412, telltale.Document{}
	if page := htmlOf(t, withWhole(w), false); !strings.Contains(page, "The body is 412 bytes of gzip") {
		t.Error("nothing is said of what is compressed")
	}
}

// TestSharedSetApart: what many phones share is neither among the identifiers that
// the sentence counts nor drawn with them; every form of the report says why.
func TestSharedSetApart(t *testing.T) {
	a := proven()
	for i, id := range []telltale.Identifier{identifier(8, telltale.Model, "Nokia 7 plus", telltale.Probable), identifier(9, telltale.Build, "00WW_3_22C", telltale.Probable)} {
		a.Identifiers = append(a.Identifiers, id)
		a.Sends[0].Identifiers = append(a.Sends[0].Identifiers, id.ID)
		a.Sends[0].Spots = append(a.Sends[0].Spots, Spot{Identifier: id.ID, Form: "plain", Ranges: []telltale.Range{{Start: int64(i), End: 9}}})
	}
	m := telltale.NewMasker(false)
	for _, width := range []int{60, 80, 100} {
		var b bytes.Buffer
		if err := Terminal(&b, a, m, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		joints, said := 0, -1
		for i, line := range lines {
			if strings.Contains(line, "━┫") || strings.Contains(line, "━┓") || strings.Contains(line, "━┛") || strings.Contains(line, "━╋") {
				joints++
			}
			if strings.Contains(line, "also said, but shared by many phones:") {
				said = i
			}
		}
		if width > 60 && joints != 7 || said < 0 || !strings.Contains(strings.Join(lines[said:said+4], "\n"), "Nokia 7") || !strings.Contains(b.String(), "00WW_3_22C") {
			t.Errorf("%d columns: %d joints:\n%s", width, joints, &b)
		}
	}
	page := htmlOf(t, a, false)
	var b bytes.Buffer
	if err := Markdown(&b, a, m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"All 7 identifiers went to one place", "shared by many phones, and so not counted: model Nokia 7 plus and software build 00WW_3_22C.", "many phones share it"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "<b>Model</b>") || !strings.Contains(b.String(), "Also said, but shared by many phones: model Nokia 7 plus") || strings.Contains(b.String(), "| Model |") {
		t.Errorf("a model stands among the identifiers: %s", &b)
	}
}

// TestPageWholeKept: what is kept back of a message is said, with the reason.
func TestPageWholeKept(t *testing.T) {
	for want, w := range map[string]*Whole{
		"it is mail or chat":                    {Size: 9, Kept: KeptWords},
		"HTTP/2 writes heads in short":          {Size: 9, Kept: KeptHeads},
		"which is a fault of telltale":          {Size: 9, Failed: true},
		"further on, from byte 5,000 of the":    {Size: 9000, Body: document("words"), Beyond: 5000},
		"It is 9 bytes that are no text":        {Size: 9, Unread: 9},
		"Its body is 9 bytes that are no text.": {Size: 30, Head: document("POST / HTTP/1.1\r\n\r\n"), Unread: 9},
	} {
		if page := htmlOf(t, withWhole(w), false); !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		} else if boxes := strings.Count(page, `class="hex whole`); boxes > 1 || boxes == 1 && len(w.Head.Data)+len(w.Body.Data) == 0 {
			t.Errorf("%q: %d boxes", want, boxes)
		}
	}
}
