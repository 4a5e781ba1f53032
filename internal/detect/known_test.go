package detect

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// Made-up identifiers in ranges that no device on sale has.
const (
	testIMEI   = "001012704839210"
	testIMEI2  = "001012704839392"
	testICCID  = "89999001234567890125"
	testIMSI   = "001010123456789"
	testMEID   = "A0000049D1C3E7"
	testMAC    = "02:00:5e:10:7a:c4"
	testSerial = "TT00A1B2C3"
)

func seedOf(k telltale.Kind, v string, device int) Seed {
	return Seed{Kind: k, Value: telltale.NewValue(k, v), Device: device}
}

func deviceSeeds() []Seed {
	return []Seed{
		seedOf(telltale.IMEI, testIMEI, 0), seedOf(telltale.IMEI, testIMEI2, 0),
		seedOf(telltale.ICCID, testICCID, 0), seedOf(telltale.IMSI, testIMSI, 0),
		seedOf(telltale.MEID, testMEID, 0), seedOf(telltale.MAC, testMAC, 0), seedOf(telltale.Serial, testSerial, 0),
	}
}

func digestsOf(s string) map[string][]byte {
	m5, s1, s224, s256, s384, s512 := md5.Sum([]byte(s)), sha1.Sum([]byte(s)), sha256.Sum224([]byte(s)),
		sha256.Sum256([]byte(s)), sha512.Sum384([]byte(s)), sha512.Sum512([]byte(s))
	return map[string][]byte{"md5": m5[:], "sha1": s1[:], "sha224": s224[:], "sha256": s256[:], "sha384": s384[:], "sha512": s512[:]}
}

// writings returns how a text may be sent, by a name of the way.
func writings(text string) map[string]string {
	out := map[string]string{"plain": text, "lower": strings.ToLower(text), "upper": strings.ToUpper(text)}
	for pad := range 3 {
		glued := strings.Repeat("#", pad) + text + "!?"
		out[fmt.Sprintf("base64 at %d", pad)] = base64.StdEncoding.EncodeToString([]byte(glued))
		out[fmt.Sprintf("base64url at %d", pad)] = base64.RawURLEncoding.EncodeToString([]byte(glued))
	}
	out["hex"] = hex.EncodeToString([]byte(text))
	out["HEX"] = strings.ToUpper(hex.EncodeToString([]byte(text)))
	back := []byte(text)
	slices.Reverse(back)
	out["reversed"] = string(back)
	var wide []byte
	for _, c := range []byte(text) {
		wide = append(wide, c, 0)
	}
	out["utf16"] = string(wide)
	var list, numbers []string
	for _, c := range []byte(text) {
		list, numbers = append(list, fmt.Sprintf("%02x", c)), append(numbers, strconv.Itoa(int(c)))
	}
	out["hex dump"], out["hex escapes"], out["hex numbers"] = strings.Join(list, " "), `\x`+strings.Join(list, `\x`), "0x"+strings.Join(list, ", 0x")
	out["numbers"], out["numbers apart"] = strings.Join(numbers, ","), strings.Join(numbers, ", ")
	for pad := range 5 {
		out[fmt.Sprintf("base32 at %d", pad)] = strings.TrimRight(base32.StdEncoding.EncodeToString([]byte("#####"[:pad]+text+"!?")), "=")
	}
	out["md5 of md5"] = hex.EncodeToString(digestsOf(hex.EncodeToString(digestsOf(text)["md5"]))["md5"])
	out["sha256 of md5"] = hex.EncodeToString(digestsOf(hex.EncodeToString(digestsOf(text)["md5"]))["sha256"])
	out["half md5"] = hex.EncodeToString(digestsOf(text)["md5"])[8:24]
	for name, sum := range digestsOf(text) {
		out[name+" hex"] = hex.EncodeToString(sum)
		out[name+" HEX"] = strings.ToUpper(hex.EncodeToString(sum))
		out[name+" raw"] = string(sum)
		out[name+" base64"] = base64.StdEncoding.EncodeToString(sum)
		out[name+" base64url"] = base64.RawURLEncoding.EncodeToString(sum)
	}
	return out
}

// Every value of the device file is found in every usual writing, whatever
// stands around it, and is confirmed.
func TestKnownValuesAreFound(t *testing.T) {
	e := New(deviceSeeds())
	for _, seed := range deviceSeeds() {
		for way, text := range writings(seed.Value.Raw()) {
			for _, around := range []string{"%s", "id=%s&x=1", "\x00\x01 %s \x02", `{"q":"%s"}`} {
				b := []byte(strings.Replace(around, "%s", text, 1))
				checkKnown(t, e, seed, way, b, telltale.Range{Start: int64(bytes.Index(b, []byte(text))), End: int64(bytes.Index(b, []byte(text)) + len(text))})
			}
		}
	}
}

func checkKnown(t *testing.T, e *Engine, seed Seed, way string, b []byte, in telltale.Range) {
	t.Helper()
	hits := ofKind(search(e, b), seed.Kind)
	if len(hits) != 1 {
		t.Errorf("%s, %s: %d hits in %q", seed.Kind, way, len(hits), b)
		return
	}
	h := hits[0]
	if h.Value != seed.Value.Raw() || h.Level != telltale.Confirmed || h.Device != 0 || h.Confidence < 0.99 {
		t.Errorf("%s, %s: %s is %s, %v, device %d: %v", seed.Kind, way, h.Value, h.Level, h.Confidence, h.Device, h.Why)
	}
	if r := h.Ranges[0]; r.Start < in.Start || r.End > in.End || r.Len() == 0 {
		t.Errorf("%s, %s: range %v is not in %v of %q", seed.Kind, way, r, in, b)
	}
}

// The spellings that belong to one kind.
func TestSpellingsOfKinds(t *testing.T) {
	const androidID, adID = "a1b2c3d4e5f60718", "5f0c4a3e-91d2-4b7f-8a6c-1e2d3f405162"
	e := New(append(deviceSeeds(), seedOf(telltale.AndroidID, androidID, 0), seedOf(telltale.AdID, adID, 0)))
	for _, c := range []struct {
		seed  Seed
		texts []string
	}{
		{seedOf(telltale.IMEI, testIMEI, 0), []string{
			"00101270-483921-0", "00101270 483921 0", "001012/70/483921/0", "00/101270/483921/0", "1012704839210",
			"٠٠١٠١٢٧٠٤٨٣٩٢١٠", "００１０１２７０４８３９２１０",
			"\x00" + string(binary.BigEndian.AppendUint64(nil, 1012704839210)), "\x01" + string(binary.LittleEndian.AppendUint64(nil, 1012704839210)),
			"\x10" + string(binary.AppendUvarint(nil, 1012704839210)), "\x10" + string(binary.AppendVarint(nil, 1012704839210)),
			"\x01" + string([]byte{0x00, 0x01, 0x01, 0x27, 0x04, 0x83, 0x92, 0x10}),
			"00-101270-483921-0", "00 101270 483921 0", "001012-70-483921-0", "00101270483921", "001012704839210F",
			"001012704839217",       // another check digit
			"imei=0010127048392103", // with a software version
			hex.EncodeToString([]byte{0x00, 0x01, 0x21, 0x07, 0x84, 0x93, 0x12, 0xF0}) + " hex of bcd",
			"\x00\x01" + string([]byte{0x00, 0x01, 0x21, 0x07, 0x84, 0x93, 0x12, 0xF0}),
			"\x01" + string([]byte{0x00, 0x10, 0x12, 0x70, 0x48, 0x39, 0x21, 0x0F}),
			"\x01" + string([]byte{0x0A, 0x10, 0x10, 0x72, 0x40, 0x38, 0x29, 0x01}),
		}},
		{seedOf(telltale.MAC, testMAC, 0), []string{
			"2:0:5e:10:7a:c4", "c4:7a:10:5e:00:02", "2200601393860", "fe80::5eff:fe10:7ac4", "fe80:0:0:0:0:5EFF:FE10:7AC4",
			"\x06" + string([]byte{0xC4, 0x7A, 0x10, 0x5E, 0x00, 0x02}), "\x00\x00\x5e\xff\xfe\x10\x7a\xc4",
			hex.EncodeToString(digestsOf("\x02\x00\x5e\x10\x7a\xc4")["sha1"]),
			"02-00-5E-10-7A-C4", "02005e107ac4", "02005E107AC4", "0200.5e10.7ac4", "02 00 5e 10 7a c4", "02:00:5E:10:7A:C4",
			"\x00" + string([]byte{0x02, 0x00, 0x5E, 0x10, 0x7A, 0xC4}) + "\x00",
			hex.EncodeToString(digestsOf("02005e107ac4")["sha256"]), hex.EncodeToString(digestsOf("02-00-5E-10-7A-C4")["md5"]),
		}},
		{seedOf(telltale.ICCID, testICCID, 0), []string{
			"8999900123456789012", "8999 9001 2345 6789 0125", "89999001234567890125F",
			"\x00" + string([]byte{0x98, 0x99, 0x09, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x52}),
			hex.EncodeToString(digestsOf("8999900123456789012")["sha1"]),
		}},
		{seedOf(telltale.AndroidID, androidID, 0), []string{
			"A1B2C3D4E5F60718", "11651590505119483672", "-6795153568590067944", "obLD1OX2Bxg=",
			"\x00\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18", "\x09\x18\x07\xf6\xe5\xd4\xc3\xb2\xa1",
			hex.EncodeToString(digestsOf("\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18")["sha256"]),
		}},
		{seedOf(telltale.AdID, adID, 0), []string{
			strings.ToUpper(adID), strings.ReplaceAll(adID, "-", ""),
			"\x10\x5f\x0c\x4a\x3e\x91\xd2\x4b\x7f\x8a\x6c\x1e\x2d\x3f\x40\x51\x62", "XwxKPpHSS3+KbB4tP0BRYg==",
		}},
		{seedOf(telltale.MEID, testMEID, 0), []string{"a0000049d1c3e7", "A0000049D1C3E72", "268435463313747175"}},
	} {
		for _, text := range c.texts {
			hits := ofKind(search(e, []byte("x "+text)), c.seed.Kind)
			if len(hits) != 1 || hits[0].Value != c.seed.Value.Raw() || hits[0].Level != telltale.Confirmed {
				t.Errorf("%s in %q: %+v", c.seed.Kind, text, hits)
			}
		}
	}
}

// The digest of a value says which digest, and decoding is preferred to a
// spelling that hides the value.
func TestForms(t *testing.T) {
	e := New(deviceSeeds())
	body := `{"id":"` + hex.EncodeToString(digestsOf(testIMEI)["sha256"]) + `"}`
	for _, c := range []struct{ text, form, field string }{
		{testIMEI, "plain", "http.body"},
		{body, "json>sha256", "http.body > json:$.id > sha256"},
		{base64.StdEncoding.EncodeToString([]byte(body)), "base64>json>sha256", "http.body > base64 > json:$.id > sha256"},
		{base64.StdEncoding.EncodeToString([]byte(`{"a":1,"IMEI1":"` + testIMEI + `"}`)), "base64>json", "http.body > base64 > json:$.IMEI1"},
		{"imei=" + testIMEI + "&b=1", "form", "http.body > form:imei"},
	} {
		hits := search(e, []byte(c.text))
		if len(hits) != 1 {
			t.Errorf("%q: %d hits", c.text, len(hits))
			continue
		}
		if hits[0].Form != c.form || hits[0].Field != c.field {
			t.Errorf("%q: form %q, field %q; want %q, %q", c.text, hits[0].Form, hits[0].Field, c.form, c.field)
		}
	}
}

// A value too short to mean anything by itself needs the name of its field.
func TestShortValues(t *testing.T) {
	e := New([]Seed{seedOf(telltale.Cell, "56260609", 0), seedOf(telltale.Serial, "AB12CD", 0)})
	for _, c := range []struct {
		text  string
		kind  telltale.Kind
		level telltale.Level
	}{
		{`{"CELLID":"56260609"}`, telltale.Cell, telltale.Confirmed},
		{`{"price":"56260609"}`, telltale.Cell, telltale.Possible},
		{`{"SIM1CELLID":"1"}`, telltale.Cell, telltale.Probable}, // its low byte
		{`{"SIM1CELLID":"2"}`, telltale.Cell, telltale.Hidden},
		{`{"x":"1"}`, telltale.Cell, telltale.Hidden},
		{`{"sn":"AB12CD"}`, telltale.Serial, telltale.Confirmed},
		{`{"x":"AB12CD"}`, telltale.Serial, telltale.Possible},
		{`{"x":"ZAB12CD"}`, telltale.Serial, telltale.Hidden},
	} {
		level := telltale.Hidden
		for _, h := range ofKind(search(e, []byte(c.text)), c.kind) {
			level = h.Level
		}
		if level != c.level {
			t.Errorf("%s: %q, want %q", c.text, level, c.level)
		}
	}
}

func TestDeviceOfASeed(t *testing.T) {
	e := New([]Seed{seedOf(telltale.IMEI, testIMEI, 3), seedOf(telltale.IMEI, testIMEI2, 5), seedOf(telltale.IMEI, testIMEI, 9)})
	hits := search(e, []byte(testIMEI+" "+testIMEI2+` {"imei":"352099001761481"}`))
	var devices []int
	for _, h := range hits {
		devices = append(devices, h.Device)
	}
	if !slices.Equal(devices, []int{3, 5, -1}) {
		t.Errorf("devices %v", devices)
	}
}
