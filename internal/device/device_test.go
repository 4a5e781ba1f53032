package device

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
)

const sample = `# mine
label: my phone
model: Nokia 7 plus
build: "00WW_2_120"
imei: ["001012704839210", 00-101270-483939-2]
iccid: "8999 9001 2345 6789 0125"
imsi: 001010123456789
mac: 02-00-5E-10-7A-C4
meid: a0000049d1c3e72
addresses:
  - 02:00:5e:10:7a:c4
  - 192.0.2.17
  - "2001:db8::17"
`

func TestParse(t *testing.T) {
	f, err := Parse("/some/where/phone.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "phone.yaml" || f.Label != "my phone" {
		t.Errorf("name %q, label %q", f.Name, f.Label)
	}
	want := []telltale.Value{
		telltale.NewValue(telltale.IMEI, "001012704839210"),
		telltale.NewValue(telltale.IMEI, "001012704839392"),
		telltale.NewValue(telltale.ICCID, "89999001234567890125"),
		telltale.NewValue(telltale.IMSI, "001010123456789"),
		telltale.NewValue(telltale.MAC, "02:00:5e:10:7a:c4"),
		telltale.NewValue(telltale.MEID, "A0000049D1C3E7"),
	}
	if !reflect.DeepEqual(f.Values, want) {
		for _, v := range f.Values {
			t.Logf("%s %s", v.Kind(), v.Raw())
		}
		t.Error("values differ")
	}
	if want := map[string]string{"model": "Nokia 7 plus", "build": "00WW_2_120"}; !reflect.DeepEqual(f.Facts, want) {
		t.Errorf("facts %v", f.Facts)
	}
	if want := []string{"02:00:5e:10:7a:c4", "192.0.2.17", "2001:db8::17"}; !reflect.DeepEqual(f.Addresses, want) {
		t.Errorf("addresses %v", f.Addresses)
	}
}

// TestErrorsShowNoValue has device files whose faults lie in a value, or put it
// where a key should be: no error repeats it.
func TestErrorsShowNoValue(t *testing.T) {
	const imei = "001012704839210"
	for _, text := range []string{
		imei, imei + ": x", "imei: >" + imei, "imei: !!" + imei + " x", "imei: *" + imei, "imei: @" + imei,
		"imei: \"" + imei, "label: x\n\"imei" + imei + "\": 1", "imei: \"001012704839211\"", "serial: \"a\\q" + imei + "\"",
	} {
		if _, err := Parse("phone.yaml", []byte(text+"\n")); err == nil || strings.Contains(err.Error(), imei[:12]) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEncodeIsReadBack(t *testing.T) {
	f, err := Parse("phone.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	f.Label = "quotes \" and \\ and ünïcode: #"
	once := f.Encode()
	again, err := Parse("phone.yaml", once)
	if err != nil {
		t.Fatalf("%v in\n%s", err, once)
	}
	if again.Label != f.Label || !bytes.Equal(again.Encode(), once) {
		t.Errorf("encoded once:\n%s\ntwice:\n%s", once, again.Encode())
	}
	if len(again.Values) != len(f.Values) {
		t.Errorf("%d values became %d", len(f.Values), len(again.Values))
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
		why  string
	}{
		"wrong check digit": {"label: x\nimei: \"001012704839211\"\n", 2, "check digit"},
		"in a list":         {"imei:\n  - \"001012704839210\"\n  - \"001012704839211\"\n", 3, "check digit"},
		"too short":         {"imei: \"00101270483\"\n", 1, "has 11 characters"},
		"letters":           {"iccid: 8999x001234567890125\n", 1, "other than digits"},
		"placeholder":       {"mac: 02:00:00:00:00:00\n", 1, "Android shows"},
		"unknown key":       {"imei: \"001012704839210\"\ncolour: red\n", 2, `unknown key "colour"`},
		"kind that is none": {"credential: hunter2\n", 1, "unknown key"},
		"two labels":        {"label: [a, b]\n", 1, "one value"},
		"empty":             {"imei:\n", 1, "no plain value"},
		"nested":            {"imei:\n  one: \"001012704839210\"\n", 2, "no plain value"},
		"empty list":        {"imei: []\n", 1, "no value"},
		"bad address":       {"addresses: here\n", 1, "neither a MAC nor an IP"},
		"not a mapping":     {"- imei\n", 1, "not a list of keys"},
		"no YAML":           {"imei: \"0010\nmac: }{\n", 0, "not understood"},
		"twice":             {"imei: \"001012704839210\"\nimei: \"001012704839210\"\n", 2, "not understood"},
		"two documents":     {"label: a\n---\nlabel: b\n", 0, "more than one document"},
		"nothing":           {"", 0, "no value to look for"},
		"only a comment":    {"# hello\n", 0, "no value to look for"},
		"only a label":      {"label: a\n", 0, "no value to look for"},
		"control character": {"serial: \"ab\\u001bcdef\"\n", 1, "cannot be printed"},
		"large":             {strings.Repeat("#", MaxSize+1), 0, "too large"},
	} {
		_, err := Parse("dir/phone.yaml", []byte(c.text))
		var e *telltale.FileError
		if !errors.As(err, &e) {
			t.Errorf("%s: error is %v", name, err)
			continue
		}
		if e.Name != "phone.yaml" || c.line > 0 && e.Line != c.line || !strings.Contains(e.Why, c.why) || e.Hint == "" {
			t.Errorf("%s: %v (hint %q), want line %d, %q", name, e, e.Hint, c.line, c.why)
		}
		if strings.Contains(e.Error(), "00101270483") {
			t.Errorf("%s: the error repeats a value: %v", name, e)
		}
	}
}

// TestNesting gives the YAML library what takes it the square of the depth in
// memory: it is refused before.
func TestNesting(t *testing.T) {
	for _, part := range []string{"[", "{", "{a: ", "- ", "? ", "- ? ", "[\n", "a: [\"]\", ", "imei: [\n  - {", "a: - ", "&a - "} {
		b := bytes.Repeat([]byte(part), (64<<10)/len(part))
		var e *telltale.FileError
		oracle.Allocates(t, 0, len(b), func() {
			if _, err := Parse("phone.yaml", b); !errors.As(err, &e) || !strings.Contains(e.Why, "nested") {
				t.Errorf("%q again and again: %v", part, err)
			}
		})
	}
	many := "imei: [\"001012704839210\"]\n" + strings.Repeat("# []\n", maxBrackets-1)
	if _, err := Parse("phone.yaml", []byte(many)); err != nil {
		t.Error(err)
	}
}

func TestRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "phone.yaml")
	if _, err := Read(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(name, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := Read(name); err != nil || len(f.Values) != 6 {
		t.Errorf("%v, %v", f, err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		kind       telltale.Kind
		text, want string
	}{
		{telltale.IMEI, " 00-101270-483921-0 ", "001012704839210"},
		{telltale.IMEI, "00101270483921", "001012704839210"},
		{telltale.IMEISV, "0010127048392101", "0010127048392101"},
		{telltale.MEID, "293608736500703710", "AF0123450ABCDE"},
		{telltale.EID, "89034011560010000000000000000121", "89034011560010000000000000000121"},
		{telltale.EID, "89034011560010000000000000000122", ""},
		{telltale.ICCID, "8999900123456789011", "8999900123456789011"},
		{telltale.ICCID, "89999001234567890126", ""},
		{telltale.IMSI, "003010123456789", ""},
		{telltale.MSISDN, "0047 912 34 567", "+4791234567"},
		{telltale.MSISDN, "+210 123 456", ""},
		{telltale.MAC, "0200.5e10.7ac4", "02:00:5e:10:7a:c4"},
		{telltale.MAC, "01:00:5e:00:00:fb", ""},
		{telltale.AdID, "6BA7B8109DAD11D180B400C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		{telltale.AdID, "00000000-0000-0000-0000-000000000000", ""},
		{telltale.AndroidID, "9774d56d682e549c", ""},
		{telltale.Location, "59.91387, 10.75225", "59.91387,10.75225"},
		{telltale.Location, "99,0", ""},
		{telltale.Serial, "unknown", ""},
		{telltale.Email, "someone@example.org", "someone@example.org"},
		{telltale.SSID, "Café at home", "Café at home"},
		{telltale.Model, "x", ""},
	} {
		got, err := Check(c.kind, c.text)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("Check(%s, %q) = %q, %v", c.kind, c.text, got, err)
		}
	}
}

// What Check gives is canonical: it gives itself.
func TestCheckIsStable(t *testing.T) {
	f, err := Parse("phone.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range f.Values {
		if again, err := Check(v.Kind(), v.Raw()); err != nil || again != v.Raw() {
			t.Errorf("%s: %q, %v", v.Kind(), again, err)
		}
	}
}

func TestEveryCheckedKindHasAPlace(t *testing.T) {
	for k := range checks {
		if Where(k) == "" {
			t.Errorf("nothing says where to find %s", k)
		}
	}
	for k := range places {
		if !telltale.IsKind(string(k)) {
			t.Errorf("%s is no kind", k)
		}
	}
}

// TestCrowded: the YAML library takes memory by the square of the number of keys
// and of documents, so a file with too many of them is not read by it.
func TestCrowded(t *testing.T) {
	for _, s := range []string{"0:\n", "0: 1\r", "a\n---\n", "a\r---\r", "a\n...\n"} {
		b := []byte(strings.Repeat(s, MaxSize/len(s)))
		oracle.Allocates(t, 0, len(b)/16, func() {
			if _, err := Parse("phone.yaml", b); err == nil {
				t.Errorf("%q over and over: no error", s)
			}
		})
	}
	if _, err := Parse("phone.yaml", []byte("imei: 001012704839210\n"+strings.Repeat("# note: mine\n", maxKeys-1))); err != nil {
		t.Errorf("%v", err)
	}
}

// yamlRatio is how many times more than a parser of ours the YAML library
// takes: it keeps every character several times, four bytes each, and a node for
// every bracket. Measured, 7 KB of empty maps ("{},") take 625 bytes a byte, of
// empty lists 570, of aliases 525, as much a byte in longer ones. [MaxSize] bounds it.
const yamlRatio = 24

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("imei: [\n"))
	f.Add([]byte("a: &x [*x]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse("phone.yaml", b)
		oracle.Allocates(t, 0, yamlRatio*len(b), func() { _, _ = Parse("phone.yaml", b) })
		if err != nil {
			return
		}
		again, err := Parse("phone.yaml", file.Encode())
		if err != nil {
			t.Fatalf("%v in\n%s", err, file.Encode())
		}
		if !bytes.Equal(again.Encode(), file.Encode()) {
			t.Errorf("%s\nbecame\n%s", file.Encode(), again.Encode())
		}
	})
}
