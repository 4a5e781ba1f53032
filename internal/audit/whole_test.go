package audit_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/report"
)

// secrets are what stands in the messages of TestWholeHides and may not be shown:
// a value of the device file, and what no detector knows but the masker hides. Of
// each, the part from which on nothing is kept.
var secrets = map[string]string{
	imei: imei[8:], "4790123456789": "4790123456789", "anna.svensson@example.org": "anna.svensson",
	"Annas-iPhone.local": "Annas-iPhone",
}

// inLines returns letters in lines of 76.
func inLines(letters string) string {
	var lines []string
	for line := range slices.Chunk([]byte(letters), 76) {
		lines = append(lines, string(line))
	}
	return strings.Join(lines, "\n")
}

// wholeText is all that is shown of a whole message, by its parts.
func wholeText(w *report.Whole, m *telltale.Masker) map[string]string {
	out := map[string]string{}
	for name, d := range map[string]*telltale.Document{"head": &w.Head, "body": &w.Body, "decoded": &w.Decoded} {
		var b strings.Builder
		for _, g := range m.Glyphs(d) {
			b.WriteRune(g.Rune)
		}
		out[name] = b.String()
		b.Reset()
		for _, g := range m.ByteGlyphs(d) {
			b.WriteString(g.Hex)
		}
		out[name+" in hex"] = b.String()
	}
	return out
}

// TestWholeHides: in no part of a whole message, and in nothing that its letters
// spell in a usual encoding, stand four characters in a row of what is masked;
// revealed, all of them do.
func TestWholeHides(t *testing.T) {
	text := `{"a":"4790123456789","v":"` + imei + `","mail":"anna.svensson@example.org","host":"Annas-iPhone.local","words":"these may be read"}`
	form := "a=4790123456789&v=" + imei + "&mail=anna.svensson%40example.org&host=Annas-iPhone.local&words=these+may+be+read"
	std := base64.StdEncoding.EncodeToString
	for name, body := range map[string]string{
		"json": text, "form": form, "base64": std([]byte(text)), "shifted by one": std([]byte(" " + text)), "shifted by two": std([]byte("  " + text)),
		"in lines": inLines(std([]byte(text))), "for URLs": base64.RawURLEncoding.EncodeToString([]byte(text)),
		"named": "data=" + url.QueryEscape(std([]byte(text))), "twice": std([]byte(std([]byte(text)))), "hex": hex.EncodeToString([]byte(text)),
		"gzip": string(lab.Gzip([]byte(text))), "gzip in base64": std(lab.Gzip([]byte(text))), "base64 in json": `{"data":"` + std([]byte(text)) + `"}`,
		"escaped": url.QueryEscape(text), "after binary": "\x00\x01\x02\xff" + text, "long": text + strings.Repeat(" and more", 2000),
	} {
		c := lab.NewCapture(1)
		conn := c.Conn(begins, phone, far, 80, lab.Carriage{Segment: 300})
		conn.Open()
		conn.Send(telltale.ToServer, lab.HTTP("POST /register?token=zyxwvut&v="+imei+" HTTP/1.1", []string{
			"Host: plant.example", "Cookie: sid=zyxwvut", "Authorization: Basic zyxwvut", "Referer: http://x.example/?q=zyxwvut", "Content-Length: " + itoa(len(body)),
		}, []byte(body)))
		file := write(t, c, packet.LinkEthernet)
		for _, reveal := range []bool{false, true} {
			o := audit.Options{Devices: []*device.File{owned(nil, imei)}, Reveal: reveal, Whole: true}
			result, _ := listen(t, o, file)
			w := result.Report.Exhibit.Whole
			if w == nil {
				t.Fatalf("%s: no whole message", name)
			}
			parts := wholeText(w, result.Masker)
			if reveal {
				checkRevealed(t, name, parts, body)
				continue
			}
			for part, shown := range parts {
				for _, said := range saidBy(shown) {
					checkSecret(t, name+", "+part, said, "zyxwvut")
					for _, hidden := range secrets {
						checkSecret(t, name+", "+part, said, hidden)
					}
				}
			}
			if name != "hex" && !strings.Contains(parts["body"]+parts["decoded"], "may be read") && !strings.Contains(parts["body"], "may+be+read") {
				t.Errorf("%s: nothing can be read: %v", name, parts)
			}
		}
	}
}

// checkSecret fails where text has four characters in a row of a secret.
func checkSecret(t *testing.T, where, text, secret string) {
	t.Helper()
	for i := range len(secret) - 3 {
		if at := strings.Index(text, secret[i:i+4]); at >= 0 {
			t.Errorf("%s shows %q of %q: …%q…", where, secret[i:i+4], secret, text[max(0, at-40):min(len(text), at+40)])
			return
		}
	}
}

// checkRevealed is the control: nothing is masked, and what is looked for is found.
func checkRevealed(t *testing.T, name string, parts map[string]string, body string) {
	t.Helper()
	said := strings.Join(saidBy(parts["body"]), " ") + parts["decoded"]
	for _, secret := range []string{imei, "4790123456789", "Annas-iPhone"} {
		if !strings.Contains(said, secret) && name != "twice" && !strings.HasPrefix(name, "gzip") {
			t.Errorf("%s, revealed: %q is not in it: %v", name, secret, parts)
		}
	}
	if !strings.Contains(parts["head"], "zyxwvut") || strings.ContainsRune(parts["body"], telltale.Dot) {
		t.Errorf("%s, revealed: %v", name, parts)
	}
	if lead := body[:min(len(body), 40)]; parts["body in hex"][:len(lead)*2] != hex.EncodeToString([]byte(lead)) {
		t.Errorf("%s, revealed: the bytes are not those of the wire", name)
	}
}

// saidBy returns a shown text as it stands and what the runs of letters in it, where
// nothing is hidden, spell in Base64 and in hexadecimal, from any letter on.
func saidBy(shown string) []string {
	out := []string{shown, strings.ReplaceAll(shown, "\n", "")}
	if said, err := url.QueryUnescape(shown); err == nil {
		out = append(out, said)
	}
	joined := strings.NewReplacer("\n", "", "-", "+", "_", "/").Replace(shown)
	runs := strings.FieldsFunc(joined, func(r rune) bool {
		return r != '+' && r != '/' && (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9')
	})
	for _, run := range runs {
		for phase := range min(4, len(run)) {
			letters := run[phase:]
			if b, err := base64.RawStdEncoding.DecodeString(letters[:len(letters)-len(letters)%4]); err == nil {
				out = append(out, string(b))
			}
			if b, err := hex.DecodeString(letters[:len(letters)-len(letters)%2]); err == nil {
				out = append(out, string(b))
			}
		}
	}
	return out
}

// TestWholeOfPlants: of 40 identifiers in 12 spellings, in every place of a request,
// none shows in any whole message; revealed, the same search finds them.
func TestWholeOfPlants(t *testing.T) {
	s, plants := lab.Planted(1, lab.MadeUp(1, 40), lab.Spellings)
	for _, reveal := range []bool{false, true} {
		o := audit.Options{Devices: []*device.File{s.Device}, Reveal: reveal, Whole: true, Workers: 2, Inputs: []string{file(t, scenarioFile(t, s))}}
		result, err := audit.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		wholes := 0
		for i := range result.Report.Sends {
			if x := result.Report.Sends[i].Exhibit; x != nil && x.Whole != nil {
				wholes++
				for _, part := range wholeText(x.Whole, result.Masker) {
					all.WriteString(strings.ReplaceAll(part, "\n", "") + "\n" + strings.ToLower(part) + "\n")
				}
			}
		}
		found := 0
		text := all.String()
		for _, p := range plants {
			for _, needle := range append([]string{p.Value, strings.ToLower(p.Value)}, rawNeedles(p)...) {
				if len(needle) >= 8 && strings.Contains(text, needle) {
					if found++; !reveal {
						t.Errorf("%s in %s (%s) shows: %q", p.Kind, p.Place, p.Spelling, needle)
					}
				}
			}
		}
		if wholes < 20 || reveal && found < 20 {
			t.Errorf("%d whole messages, reveal %t: %d finds", wholes, reveal, found)
		}
	}
}

func rawNeedles(p lab.Plant) (out []string) {
	for _, raw := range p.Raw {
		out = append(out, string(raw))
	}
	return out
}

// TestWholeIsTheWire: however a message was cut and whoever carried it, the whole
// message is the bytes that were sent, from the first on.
func TestWholeIsTheWire(t *testing.T) {
	body := base64.StdEncoding.EncodeToString([]byte(`{"v":"` + imei + `"}`))
	request := post("plant.example", body+strings.Repeat("=x", 9000))
	var first string
	for _, how := range []lab.Carriage{{}, {Segment: 1}, {Segment: 7, Order: lab.Reordered}, {Segment: 536, Repeat: 3}} {
		c := lab.NewCapture(1)
		conn := c.Conn(begins, phone, far, 80, how)
		conn.Open()
		conn.Send(telltale.ToServer, request)
		file := write(t, c, packet.LinkEthernet)
		for _, workers := range []int{1, 4} {
			o := audit.Options{Devices: []*device.File{owned(nil, imei)}, Reveal: true, Whole: true, Workers: workers}
			result, _ := listen(t, o, file)
			w := result.Report.Exhibit.Whole
			got := string(w.Head.Data) + string(w.Body.Data)
			if !strings.HasPrefix(string(request), got) || len(got) != 4096 || w.Size != int64(len(request)) || w.Left != w.Size-4096 {
				t.Errorf("%+v: %d bytes, size %d, left %d", how, len(got), w.Size, w.Left)
			}
			if text := fmt.Sprint(wholeText(w, result.Masker)); first == "" {
				first = text
			} else if text != first {
				t.Errorf("%+v, %d workers: another text", how, workers)
			}
		}
	}
}

// TestWholeParted counts the values that an end of a line parts.
func TestWholeParted(t *testing.T) {
	pad := strings.Repeat(" ", 40)
	body := inLines(base64.StdEncoding.EncodeToString([]byte(`{` + pad + `"imei":"` + imei + `"}`)))
	c := lab.NewCapture(1)
	sends(c, 0, phone, far, post("plant.example", body))
	result, _ := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei)}, Whole: true}, write(t, c, packet.LinkEthernet))
	w := result.Report.Exhibit.Whole
	if !slices.Equal(w.Broken, []telltale.Kind{telltale.IMEI}) || !slices.Equal(w.Kinds, w.Broken) || !w.Encoded {
		t.Errorf("kinds %v, parted %v, encoded %t", w.Kinds, w.Broken, w.Encoded)
	}
	if text := wholeText(w, result.Masker)["decoded"]; !strings.Contains(text, `"imei": "`+imei[:8]+"·······\"\n}") {
		t.Errorf("decoded: %q", text)
	}
	plain, _ := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei)}}, write(t, c, packet.LinkEthernet))
	if plain.Report.Exhibit.Whole != nil {
		t.Error("control: a message is kept that nobody asked for")
	}
}

// TestWholeLeftOut: what is no text and would be little but dots is counted and not
// drawn, and the words of people are not shown at all; revealed, bytes are.
func TestWholeLeftOut(t *testing.T) {
	binary := strings.Repeat("\x00\x01\x9f\xff", 40) + " " + imei + " " + strings.Repeat("\x07\x80\x01\x02", 40)
	mail := "EHLO x.example\r\nMAIL FROM:<anna.svensson@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: our secret\r\n\r\nimei " + imei + "\r\n.\r\n"
	for _, reveal := range []bool{false, true} {
		var wholes []*report.Whole
		for i, sent := range []string{binary, mail} {
			c := lab.NewCapture(1)
			conn := c.Conn(begins, phone, far, []uint16{5222, 25}[i], lab.Carriage{})
			conn.Open()
			conn.Send(telltale.ToServer, []byte(sent))
			o := audit.Options{Devices: []*device.File{owned(nil, imei)}, Reveal: reveal, Whole: true}
			result, _ := listen(t, o, write(t, c, packet.LinkEthernet))
			if result.Report.Exhibit == nil {
				t.Fatalf("%q: nothing is found", sent)
			}
			wholes = append(wholes, result.Report.Exhibit.Whole)
		}
		w := wholes[0]
		if drawn := len(w.Body.Data) > 0; drawn != reveal || !reveal && w.Unread != int64(len(binary)) || w.Left != 0 {
			t.Errorf("reveal %t: %d bytes are drawn, %d left out, %d left", reveal, len(w.Body.Data), w.Unread, w.Left)
		}
		if kept := wholes[1].Kept == report.KeptWords && len(wholes[1].Body.Data) == 0; kept == reveal {
			t.Errorf("reveal %t: of a mail %q is shown", reveal, wholes[1].Body.Data)
		}
	}
}

// TestWholeBeyond: where what was found stands beyond what is shown, that is said.
func TestWholeBeyond(t *testing.T) {
	for before, beyond := range map[int]bool{100: false, 5000: true, 20000: true} {
		c := lab.NewCapture(1)
		request := post("plant.example", strings.Repeat("words and ", before/10)+"&imei="+imei)
		sends(c, 0, phone, far, request)
		result, _ := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei)}, Whole: true}, write(t, c, packet.LinkEthernet))
		at := int64(strings.Index(string(request), imei))
		if got := result.Report.Exhibit.Whole.Beyond; beyond && got != at || !beyond && got != 0 {
			t.Errorf("%d bytes before it: %d, it stands at %d", before, got, at)
		}
	}
}
