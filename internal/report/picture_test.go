package report

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// TestPictures keeps the pictures in docs what the program draws.
func TestPictures(t *testing.T) {
	for _, c := range []struct {
		file, prompt string
		audit        func() *Audit
	}{
		{"terminal-demo.svg", "$ \x1b[1mtelltale\x1b[0m demo\n", simulated},
		{"terminal-nothing.svg", "$ \x1b[1mtelltale\x1b[0m audit nokia-7-plus.pcapng --device nokia.yaml\n", nothingSeen},
	} {
		text := render(t, c.audit(), Style{Width: 100, Color: true})
		var b strings.Builder
		if err := Picture(&b, c.prompt+text); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("..", "..", "docs", c.file), b.String())
		if got, want := drawn(t, b.String()), strings.Join(strings.Fields(withoutCodes(c.prompt+text)), ""); got != want {
			t.Errorf("%s does not hold the text:\n%s\n%s", c.file, got, want)
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
