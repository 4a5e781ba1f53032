package ndjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/oracle"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestSchemaGolden(t *testing.T) {
	const golden = "../../docs/schema.json"
	got := ndjson.Schema()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the records say; run go test ./internal/ndjson -update", golden)
	}
}

// TestSchemaNamesAll: every kind, skip reason and event type stands in the
// schema.
func TestSchemaNamesAll(t *testing.T) {
	schema := string(ndjson.Schema())
	for _, r := range ndjson.Records {
		if !strings.Contains(schema, `"$ref": "#/$defs/`+r.EventType()+`"`) {
			t.Errorf("no %s", r.EventType())
		}
	}
	for _, k := range telltale.Kinds {
		if !strings.Contains(schema, `"`+string(k)+`"`) {
			t.Errorf("no kind %s", k)
		}
	}
	for _, s := range telltale.SkipReasons {
		if !strings.Contains(schema, `"`+string(s)+`"`) {
			t.Errorf("no skip reason %s", s)
		}
	}
}

// deviceLine is a valid line that the cases below break.
const deviceLine = `{"schema":0,"event_type":"device","device_id":"d1","how":"lan_mac","addresses":["02:00:5e:··:··:··"],"facts":{"model":"X"}}`

func TestValidate(t *testing.T) {
	if err := ndjson.Validate([]byte(deviceLine)); err != nil {
		t.Fatal(err)
	}
	flow := strings.TrimSpace(string(ndjson.Append(nil, aFlow(), telltale.NewMasker(false))))
	for _, c := range []struct{ line, old, new, want string }{
		{deviceLine, `"device"`, `"gadget"`, `event_type "gadget" is unknown`},
		{deviceLine, `"how":`, `"who":`, `device: field "who" is unknown`},
		{deviceLine, `,"how":"lan_mac"`, ``, `device: field "how" is missing`},
		{deviceLine, `"lan_mac"`, `"guess"`, `device.how: "guess" is none of`},
		{deviceLine, `"lan_mac"`, `1`, `device.how: 1 is no string`},
		{deviceLine, `"lan_mac"`, `null`, `device.how: <nil> is no string`},
		{deviceLine, `"schema":0`, `"schema":7`, `device.schema: 7 is not in 0 to 0`},
		{deviceLine, `["02`, `[1,"02`, `device.addresses[0]: 1 is no string`},
		{deviceLine, `{"model":"X"}`, `{"model":2}`, `device.facts.model: 2 is no string`},
		{deviceLine, `{"model":"X"}`, `{"model":"X","model":"Y"}`, `field "model" appears twice`},
		{deviceLine, `}}`, `}}{}`, `invalid character`},
		{deviceLine, `}}`, `}`, `unexpected end`},
		{deviceLine, `"d1"`, "\"\xff\"", `not UTF-8`},
		{deviceLine, deviceLine, `[]`, `cannot unmarshal array`},
		{deviceLine, deviceLine, ``, `unexpected end`},
		{flow, `"src_port":40000`, `"src_port":70000`, `flow.src_port: 70000 is not in 0 to 65535`},
		{flow, `"src_port":40000`, `"src_port":1.5`, `flow.src_port: 1.5 is no integer`},
		{flow, `10:11:12.000001Z`, `10:11:12Z`, `flow.start: "2019-03-21T10:11:12Z" does not match`},
		{flow, `"1-42"`, `"42"`, `flow.flow_id: "42" does not match`},
	} {
		err := ndjson.Validate([]byte(strings.Replace(c.line, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want %s", c.new, c.old, err, c.want)
		}
	}
}

func TestReader(t *testing.T) {
	r := ndjson.NewReader(strings.NewReader(deviceLine + "\n" + `{"schema":0}` + "\n" + strings.Replace(deviceLine, "d1", "d2", 1)))
	var ids, errs []string
	for {
		l, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			errs = append(errs, err.Error())
			continue
		}
		ids = append(ids, l.Text("device_id"))
		if l.EventType != "device" || l.Text("facts", "model") != "X" || l.Get("schema") != json.Number("0") || l.Get("facts", "model", "x") != nil {
			t.Errorf("line %d: %s", l.Number, l.Raw)
		}
	}
	if !slices.Equal(ids, []string{"d1", "d2"}) || !slices.Equal(errs, []string{`line 2: event_type "" is unknown`}) {
		t.Errorf("ids %v, errors %v", ids, errs)
	}
}

func TestReaderBounds(t *testing.T) {
	r := ndjson.NewReader(io.MultiReader(strings.NewReader(deviceLine+"\n"), strings.NewReader(strings.Repeat(" ", ndjson.MaxLine+1))))
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(); err == nil || !strings.Contains(err.Error(), "line 2: longer than") {
		t.Errorf("a line beyond the limit: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(deviceLine + "\n" + deviceLine))
	f.Add(ndjson.Append(nil, aFlow(), telltale.NewMasker(false)))
	f.Add([]byte(`{"schema":0,"event_type":"message","packets":{"first":1,"last":2,"count":3}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines := bytes.Count(b, []byte("\n")) // each of them an error
		oracle.Allocates(t, 0, len(b)+16*lines, func() { readAll(t, b) })
	})
}

// readAll reads b to its end: every line once, and none that breaks the
// contract.
func readAll(t *testing.T, b []byte) {
	r, taken := ndjson.NewReader(bytes.NewReader(b)), 0
	for {
		l, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && (ndjson.Validate(l.Raw) != nil || l.EventType == "" || l.Text("event_type") != l.EventType) {
			t.Errorf("read %q as %q", l.Raw, l.EventType)
		}
		if taken++; taken > len(b) {
			t.Fatalf("%d lines of %d bytes", taken, len(b))
		}
	}
}
