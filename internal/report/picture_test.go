package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestPicture holds that a picture has every word of the text it is made from.
func TestPicture(t *testing.T) {
	for _, c := range cases {
		text := render(t, c.audit(), Style{Width: 100, Color: true})
		var b strings.Builder
		if err := Picture(&b, text); err != nil {
			t.Fatal(err)
		}
		if got, want := drawn(t, b.String()), strings.Join(strings.Fields(withoutCodes(text)), ""); got != want {
			t.Errorf("the picture of %s does not hold the text:\n%s\n%s", c.name, got, want)
		}
	}
}

// drawn returns the text elements of a picture, and fails where it is not
// well-formed XML.
func drawn(t *testing.T, svg string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(svg))
	inText := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			inText = tok.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				b.Write(tok)
			}
		}
	}
}
