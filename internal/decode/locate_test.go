package decode

import (
	"bytes"
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	const x = "001012704839210"
	cases := []struct{ text, container, path, key, value string }{
		{`{"IMEI1":"` + x + `"}`, "json", "$.IMEI1", "IMEI1", x},
		{`{"a":{"b":[1,{"c":2}," ` + x + ` "]}}`, "json", "$.a.b[2]", "b", " " + x + " "},
		{`[[],[` + x + `]]`, "json", "$[1][0]", "", x},
		{`{"n":` + x + `,"m":1}`, "json", "$.n", "n", x},
		{`{"a":[{"x":1},{"x":"` + x + `"`, "json", "$.a[1].x", "x", x},
		{`{"` + x + `":{"a":1}}`, "json", "$." + x, x, `{"a":1}`},
		{`st of a string","imei":"` + x + `","b":2}`, "json", "$.imei", "imei", x},
		{`ut":1},"imei" : "` + x + `"`, "json", "$.imei", "imei", x},
		{`callback({"imei":"` + x + `"})`, "json", "$.imei", "imei", x},
		{`{"d":"{\"imei\":\"` + x + `\"}"}`, "json", "$.d", "imei", `{\"imei\":\"` + x + `\"}`},
		{`{"a":1}` + "\n" + `{"b":"` + x + `"}`, "json", "$.b", "b", x},
		{`a=b&imei=` + x + `&c=d`, "form", "imei", "imei", x},
		{`imei=` + x, "form", "imei", "imei", x},
		{`GET /p?imei=` + x + ` HTTP/1.1`, "form", "imei", "imei", x},
		{`Cookie: a=b; imei=` + x + `; c=d`, "", "", "imei", x},
		{"Host: a\r\nX-IMEI: " + x + "\r\n", "", "", "X-IMEI", x},
		{`name="imei" value="` + x + `"`, "", "", "value", x},
		{`<imei>` + x + `</imei>`, "", "", "imei", x},
		{`IMEI:` + x + `/HMD/x`, "", "", "IMEI", x + "/HMD/x"},
		{`the number ` + x + ` alone`, "", "", "", x},
		{`var a = {imei: "` + x + `"}`, "", "", "imei", x},
		{`mac: 02:00:5e:10:7a:c4 ` + x, "", "", "", x},
	}
	for _, c := range cases {
		var w Walker
		w.Walk([]byte(c.text), Hints{}, func(v *View) {
			if v.Parent != nil {
				return
			}
			container, path, key, r := v.Locate(strings.Index(c.text, x))
			if container != c.container || path != c.path || key != c.key || c.text[r.Start:r.End] != c.value {
				t.Errorf("%s\n got %q %q %q %q\nwant %q %q %q %q", c.text, container, path, key, c.text[r.Start:r.End], c.container, c.path, c.key, c.value)
			}
		})
	}
}

func TestLocateMAC(t *testing.T) {
	for text, key := range map[string]string{
		"mac: 02:00:5e:10:7a:c4":                  "mac",
		"MACID=02:00:5e:10:7a:c4":                 "MACID",
		"wlan 02:00:5e:10:7a:c4":                  "",
		`{"MACID":"02:00:5e:10:7a:c4"}`:           "MACID",
		`{"d":"{\"MACID\":\"02:00:5e:10:7a:c4\"}`: "MACID",
	} {
		new(Walker).Walk([]byte(text), Hints{}, func(v *View) {
			if _, _, got, _ := v.Locate(strings.Index(text, "02:00")); v.Parent == nil && got != key {
				t.Errorf("%s: key %q, want %q", text, got, key)
			}
		})
	}
}

func TestLocateGoesByContentType(t *testing.T) {
	text := "imei=001012704839210\r\n"
	for contentType, want := range map[string]string{"": "", "application/x-www-form-urlencoded; charset=utf-8": "form"} {
		new(Walker).Walk([]byte(text), Hints{ContentType: contentType}, func(v *View) {
			if container, _, key, _ := v.Locate(5); container != want || key != "imei" {
				t.Errorf("%s: container %q, key %q", contentType, container, key)
			}
		})
	}
}

// TestLocateIsLinear asks of a text with more values than are indexed.
func TestLocateIsLinear(t *testing.T) {
	text := bytes.Repeat([]byte(`{"a":1,"b":[2,3]},`), 30000)
	new(Walker).Walk(text, Hints{}, func(v *View) {
		for off := 0; off < len(text); off += 7 {
			v.Locate(off)
		}
		if len(v.nodes) > maxNodes {
			t.Errorf("%d nodes", len(v.nodes))
		}
	})
}
