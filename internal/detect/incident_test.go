package detect

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// The registration message as public reporting describes it, with made-up
// values: Base64 with a line feed after every 76 characters.
const registration = `{"REGVER":"5.0","MEID":"001012704839392","MODEL":"HMD-Nokia 7 plus","SWVER":"00WW_2_120","UETYPE":"1",` +
	`"IMEI1":"001012704839210","IMEI2":"001012704839392","SIM1ICCID":"89999001234567890125","SIM2ICCID":"",` +
	`"SIM1LTEIMSI":"001010123456789","SIM1CDMAIMSI":"","SIM1TYPE":"1","MACID":"02:00:5e:10:7a:c4","SIM1CELLID":"1","SIM2CELLID":" ",` +
	`"OSVER":"Android8.1.0","REGDATE":"2018-12-01 08:15:00","ACCESSTYPE":"2"}`

func wrapped(text string) []byte {
	var b strings.Builder
	for s := base64.StdEncoding.EncodeToString([]byte(text)); s != ""; {
		n := min(76, len(s))
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return []byte(b.String())
}

// The levels that the model gives to each value of the registration, with and
// without the owner's device file.
func TestIncidentLevels(t *testing.T) {
	blind := `iccid base64>json http.body > base64 > json:$.SIM1ICCID probable
imei base64>json http.body > base64 > json:$.IMEI1 probable
imei base64>json http.body > base64 > json:$.IMEI2 probable
imei base64>json http.body > base64 > json:$.MEID probable
imsi base64>json http.body > base64 > json:$.SIM1LTEIMSI probable
mac base64>json http.body > base64 > json:$.MACID probable
cell base64>json http.body > base64 > json:$.SIM1CELLID possible
`
	shared := `model base64>json http.body > base64 > json:$.MODEL probable
build base64>json http.body > base64 > json:$.SWVER probable
`
	if got := table(search(New(nil), wrapped(registration))); !sameLines(got, blind+shared) {
		t.Errorf("without device file:\n%s", got)
	}
	known := strings.ReplaceAll(strings.ReplaceAll(blind, "probable", "confirmed"), "possible", "probable")
	seeds := append(deviceSeeds(), seedOf(telltale.Cell, "56260609", 0))
	if got := table(search(New(seeds), wrapped(registration))); !sameLines(got, known+shared) {
		t.Errorf("with device file:\n%s", got)
	}
}

func table(hits []Hit) string {
	var b strings.Builder
	for _, h := range hits {
		fmt.Fprintf(&b, "%s %s %s %s\n", h.Kind, h.Form, h.Field, h.Level)
	}
	return b.String()
}

func sameLines(a, b string) bool {
	lines := map[string]int{}
	for l := range strings.Lines(a) {
		lines[l]++
	}
	for l := range strings.Lines(b) {
		lines[l]--
	}
	for _, n := range lines {
		if n != 0 {
			return false
		}
	}
	return true
}

// Each value of the registration is read from the right bytes of the wire.
func TestIncidentRanges(t *testing.T) {
	body := wrapped(registration)
	for _, h := range search(New(nil), body) {
		r := h.Ranges[0]
		start := r.Start - (r.Start-r.Start/77)%4 // back to a group of four characters; a line has 77
		text := strings.ReplaceAll(string(body[start:r.End]), "\n", "")
		text += strings.Repeat("A", (4-len(text)%4)%4)
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || !strings.Contains(string(raw), h.Value) {
			t.Errorf("%s %s: bytes %v say %q, %v", h.Kind, h.Value, r, raw, err)
		}
		if most := int64(len(h.Value)*4/3 + 6); r.Len() > most {
			t.Errorf("%s: %d bytes of wire for %d characters", h.Kind, r.Len(), len(h.Value))
		}
	}
}

// What looks like an identifier but is none stays below probable.
func TestDecoys(t *testing.T) {
	for _, text := range []string{
		`{"orderId":"352099001761481","order_no":"861234567890128","txn":"990000862471854"}`,
		`order=352099001761481&ts=1763779394123&us=1763779394123456&ns=1763779394123456789`,
		`{"uuid":"550e8400-e29b-41d4-a716-446655440000","id":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}`,
		`{"card":"4111111111111111","panel":"378282246310005","n":"3530111333300000"}`,
		`{"date":"20261122024314","t":"20261122024314123"}`,
		`{"x":59.913868700000001,"y":10.752245400000123}`,
		`{"counters":[123456789012345,223456789012345,323456789012345]}`,
		`{"bytes_sent":"100000000000008","seq":"200000000000006"}`,
		`ETag: "550e8400e29b41d4a716446655440000"` + "\r\nContent-MD5: " + base64.StdEncoding.EncodeToString(digestsOf("x")["md5"]),
		`fingerprint 01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67`,
		`{"avatar":"data:image/png;base64,` + base64.StdEncoding.EncodeToString(randomBytes(3000)) + `"}`,
	} {
		for _, h := range search(New(deviceSeeds()), []byte(text)) {
			if h.Level.AtLeast(telltale.Probable) {
				t.Errorf("%s %s is %s (%.3f, %v) in %.80q", h.Kind, h.Value, h.Level, h.Confidence, h.Why, text)
			}
		}
	}
}
