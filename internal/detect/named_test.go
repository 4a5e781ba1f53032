package detect

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func inGzip(s string) string {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

// The name of a field says what its value is, whatever hides the value and however
// name and value stand together.
func TestNamed(t *testing.T) {
	const imsi, sn, id = "262019876543210", "R58M12ABCDE", "a1b2c3d4e5f60718"
	for text, want := range map[string][]string{
		`{"imsi":"` + inBase64(imsi) + `"}`:                    {"imsi " + imsi + " json>base64"},
		`{"imsi" : "` + inBase64(imsi+"\n") + `"}`:             {"imsi " + imsi + " json>base64"},
		`{"x":"{\"imsi\":\"` + inBase64(imsi) + `\"}"}`:        {"imsi " + imsi + " json>base64"},
		"imsi=" + hex.EncodeToString([]byte(imsi)) + "&y=2":    {"imsi " + imsi + " form>hex"},
		"x=1&serial=" + hex.EncodeToString([]byte(sn)):         {"serial " + sn + " form>hex"},
		`{"imsi":"` + inBase64(inBase64(imsi)) + `"}`:          {"imsi " + imsi + " json>base64"},
		`{"imsi":"` + inBase64(inGzip(imsi)) + `"}`:            {"imsi " + imsi + " json>base64>gzip"},
		`{"imsi":["` + inBase64(imsi) + `"]}`:                  {"imsi " + imsi + " json>base64"},
		`{"android_id":"` + inBase64(id) + `"}`:                {"android_id " + id + " json>base64"},
		`{"ssid":"` + inBase64("Home Network 5G") + `"}`:       {"ssid Home Network 5G json>base64"},
		`{"serial":"` + inBase64(sn) + `"}`:                    {"serial " + sn + " json>base64"}, // fewer symbols than decoders look at
		`{"password":"` + inBase64("s3cretPass!") + `"}`:       {"credential s3cretPass! json>base64"},
		`{"password":"hunter22"}`:                              {"credential hunter22 json"},
		`{"password":"` + strings.Repeat("A1b2C3d4", 9) + `"}`: nil, // encrypted, as a rule
		`{"serials":7,"serial":["` + sn + `","x"]}`:            {"serial " + sn + " json"},
		"device_model=iPhone12,1&x=1":                          {"model iPhone12,1 plain"},
		"device_model=iPhone12,1,2&x=1":                        {"model iPhone12 plain"},
		"<d><ssid>Home Network 5G</ssid></d>":                  {"ssid Home Network 5G plain"},
		`{"ssid":"HomeNetworkOfMine"}`:                         {"ssid HomeNetworkOfMine json"},
		`{"data":"` + inBase64(`{"a":"`+imsi+`"}`) + `"}`:      nil,
		`{"serial":"` + inBase64(`{"a":"`+sn+`"}`) + `"}`:      nil, // has a name of its own

		"--x\r\nContent-Disposition: form-data; name=\"imsi\"\r\nContent-Type: text/plain\r\n\r\n" + inBase64(imsi) + "\r\n--x--\r\n": {"imsi " + imsi + " base64"},
		"<plist><dict><key>android_id</key>\n<data>" + inBase64(id) + "</data></dict>":                                                {"android_id " + id + " base64"},
		inGzip(`{"serial":"` + sn + `","sn":"` + inBase64("PL2GAR9831203749") + `"}`): {
			"serial PL2GAR9831203749 gzip>json>base64", "serial " + sn + " gzip>json",
		},

		`[{"name":"imsi","value":"` + imsi + `"}]`:                                                          {"imsi " + imsi + " json"},
		"[{\n  \"key\" : \"serial\",\n  \"value\" : \"" + sn + "\"\n}]":                                     {"serial " + sn + " json"},
		`[{"name":"serial","value":"` + inBase64(sn+sn[:5]) + `"}]`:                                         {"serial " + sn + sn[:5] + " json>base64"},
		`[{"title":"serial","value":"` + sn + `"}]`:                                                         nil,
		`[{"name":"serial","count":3,"value":"` + sn + `"}]`:                                                nil,
		"<plist><dict><key>IMSI</key>\n\t<string>" + imsi + "</string></dict>":                              {"imsi " + imsi + " plain"},
		"<plist><dict><key>SerialNumber</key><string>" + sn + "</string></dict>":                            {"serial " + sn + " plain"},
		`<P><Name>Device.DeviceInfo.SerialNumber</Name><Value xsi:type="xsd:string">` + sn + "</Value></P>": {"serial " + sn + " plain"},
		"<P><Name>Device.DeviceInfo.SerialNumber</Name>\n<Value>" + sn + "</Value></P>":                     {"serial " + sn + " plain"},
		`<P><Name>Device.DeviceInfo.Title</Name><Value xsi:type="xsd:string">` + sn + "</Value></P>":        nil,
		"<plist><dict><key>Title</key><string>" + sn + "</string></dict>":                                   nil,
		"<a><serial>" + sn + "</serial></a>":                                                                {"serial " + sn + " plain"},
		"<a><title></serial>" + sn + "</title></a>":                                                         nil,
		`<map><string name="android_id">` + id + `</string></map>`:                                          {"android_id " + id + " plain"},
		`<p name="serial" value="` + sn + `"/>`:                                                             {"serial " + sn + " plain"},
		"<!DOCTYPE html><p><serial>" + sn + "</serial>":                                                     nil,
		`<html><input name="serial" value="` + sn + `"><input id="login" value="Register"/>`:                nil,
		"Thank you for all that you sent to us yesterday and before, serial\n," + sn + "\n":                 nil,
		"time,imsi,Serial Number\r\n1," + imsi + "," + sn + "\r\n2,,x\r\n3,4\r\n":                           {"imsi " + imsi + " plain", "serial " + sn + " plain"},
		"\ufeff\"serial\";\"a;b\"\n\"" + sn + "\";\"c\"":                                                    {"serial " + sn + " plain"},
		"serial\tmodel_x\n" + sn + "\tz\n" + sn + "\n":                                                      {"serial " + sn + " plain"},
		"d[serial]=" + sn + "&x[User][imsi]=" + imsi:                                                        {"serial " + sn + " plain", "imsi " + imsi + " plain"},
		"serial[]=" + sn + "&sn[1]=" + sn[:9] + "Z":                                                         {"serial " + sn + " plain", "serial " + sn[:9] + "Z plain"},
		"d%5Bserial%5D=" + sn + "&x=1":                                                                      {"serial " + sn + " url"},
		"d[imsi]=" + inBase64(imsi):                                                                         {"imsi " + imsi + " base64"},
		"serial[title]=" + sn + "&[12345]=" + sn + "&]=" + sn:                                               nil,
		`{"serial":{"value":"` + sn + `"},"imsi" : { "string" : "` + imsi + `"}}`:                           {"serial " + sn + " json", "imsi " + imsi + " json"},
		`{"imsi":{"value":"` + inBase64(imsi) + `"}}`:                                                       {"imsi " + imsi + " json>base64"},
		`{"serial":{"title":"` + sn + `"},"x":{"value":"` + sn + `"}}`:                                      nil,
		`<v:E><n0:serial i:type="d:string" id="o0">` + sn + "</n0:serial></v:E>":                            {"serial " + sn + " plain"},
		`<v:E><title serial="x">` + sn + `</title><b a="1"/>` + sn + `<c d="e">`:                            nil,
		"title,comment\n" + sn + ",x\n":                                                                     nil,
		"serial,comment\n" + sn + ",x,y\n":                                                                  nil, // not of that table
		"Dear serial, we are\n" + sn + ", all of us\n":                                                      nil,
	} {
		var got []string
		for _, h := range search(New(nil), []byte(text)) {
			got = append(got, fmt.Sprint(h.Kind, " ", h.Value, " ", h.Form))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// pair is a JSON object of one key and one text.
var pair = regexp.MustCompile(`^\{"([^"]+)":"([^"\\]+)"\}$`)

// The examples of every detector that have one name and one value are found with the
// value hidden, and are ignored with it hidden, if it is long enough for decoders to look
// at it.
func TestNamedExamples(t *testing.T) {
	hide := map[string]func(string) string{
		"base64":        inBase64,
		"hex":           func(s string) string { return hex.EncodeToString([]byte(s)) },
		"base64>base64": func(s string) string { return inBase64(inBase64(s)) },
		"base64>gzip":   func(s string) string { return inBase64(inGzip(s)) },
		"base64>json":   func(s string) string { return inBase64(`"` + s + `"`) },
	}
	e, pairs := New(nil), 0
	for _, d := range All {
		for i, text := range slices.Concat(d.Finds, d.Ignores) {
			found := i < len(d.Finds)
			m := pair.FindStringSubmatch(text)
			if m == nil || len(m[2]) < 12 || m[1] == "userAgent" {
				continue
			}
			pairs++
			for form, f := range hide {
				hidden := `{"` + m[1] + `":"` + f(m[2]) + `"}`
				if n := len(ofKind(search(e, []byte(hidden)), d.Kind)); (n > 0) != found {
					t.Errorf("%s, %q in %s, %s: %d found", d.Kind, text, form, hidden, n)
				}
			}
		}
	}
	if pairs < 50 {
		t.Errorf("only %d examples", pairs)
	}
}
