package ndjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
)

// TestAppendFollowsTags holds the encoders to the records' tags: what a line
// reads as is what the tags say of the record, field by field and no more.
func TestAppendFollowsTags(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, zero := range ndjson.Records {
		for i := range 200 {
			r := reflect.New(reflect.TypeOf(zero).Elem())
			filler{rnd, float64(i%5) / 4}.fill(r.Elem())
			for _, reveal := range []bool{false, true} {
				m := telltale.NewMasker(reveal)
				record := r.Interface().(telltale.Record)
				line := ndjson.Append(nil, record, m)
				want := mirror(r.Elem(), "", m).(map[string]any)
				want["schema"], want["event_type"] = json.Number(strconv.Itoa(telltale.Schema)), record.EventType()
				if got := decode(t, line); !reflect.DeepEqual(got, any(want)) {
					t.Fatalf("%s\n     got %v\nby tags %v", line, got, want)
				}
			}
		}
	}
}

// TestAppendIsValid: lines of filled records obey the schema, begin as the
// contract says, and can be shown on a terminal as they are.
func TestAppendIsValid(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	m := telltale.NewMasker(true)
	for _, zero := range ndjson.Records {
		for range 200 {
			r := reflect.New(reflect.TypeOf(zero).Elem())
			filler{rnd, 1}.fill(r.Elem())
			line := ndjson.Append([]byte("before\n"), r.Interface().(telltale.Record), m)
			line, found := bytes.CutPrefix(line, []byte("before\n"))
			body, ended := bytes.CutSuffix(line, []byte("\n"))
			if !found || !ended || bytes.ContainsAny(body, "\x00\x07\x1b\n\x7f\u0085\u2028\u202e") || !utf8.Valid(body) {
				t.Fatalf("not one harmless line: %q", line)
			}
			if err := ndjson.Validate(body); err != nil {
				t.Fatalf("%s\n%v", line, err)
			}
			head := fmt.Sprintf(`{"schema":%d,"event_type":%q,`, telltale.Schema, zero.EventType())
			if strings.Contains(string(body), `"timestamp":`) {
				head += `"timestamp":"`
			}
			if !bytes.HasPrefix(body, []byte(head)) {
				t.Fatalf("%s\nbegins otherwise than %s", line, head)
			}
		}
	}
}

func decode(t *testing.T, line []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s\n%v", line, err)
	}
	return v
}

// mirror returns what the tags of v's type say its JSON reads as.
func mirror(v reflect.Value, name string, m *telltale.Masker) any {
	switch x := v.Interface().(type) {
	case telltale.Text:
		if name == "url" {
			return m.URL(x)
		}
		return m.Text(x)
	case telltale.Value:
		return m.Value(x)
	case netip.Addr:
		return m.Addr(x)
	case telltale.Time:
		return string(x.AppendTo(nil))
	case telltale.Direction:
		return x.String()
	case telltale.Packets:
		if len(x) > telltale.MaxPackets {
			return map[string]any{"first": integer(x[0]), "last": integer(x[len(x)-1]), "count": integer(int64(len(x)))}
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return mirror(v.Elem(), name, m)
	case reflect.Struct:
		return mirrorFields(v, m)
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, mirror(v.Index(i), name, m))
		}
		return list
	case reflect.Map:
		fields := map[string]any{}
		for _, k := range v.MapKeys() {
			fields[string([]rune(k.String()))] = mirror(v.MapIndex(k), name, m)
		}
		return fields
	case reflect.String:
		return string([]rune(v.String()))
	case reflect.Bool:
		return v.Bool()
	case reflect.Float64:
		f := v.Float()
		if name == "confidence" {
			f = math.Round(f*1e4) / 1e4
		}
		b, _ := json.Marshal(f)
		return json.Number(b)
	case reflect.Uint16, reflect.Uint32:
		return integer(int64(v.Uint()))
	}
	return integer(v.Int())
}

func integer(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

func mirrorFields(v reflect.Value, m *telltale.Masker) any {
	fields := map[string]any{}
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f := v.Field(i)
		empty := f.IsZero() || (f.Kind() == reflect.Slice || f.Kind() == reflect.Map) && f.Len() == 0
		if t, ok := reflect.TypeAssert[telltale.Text](f); ok {
			empty = t.IsZero()
		}
		if option == "omitempty" && empty || f.Type() == reflect.TypeFor[netip.Addr]() && empty {
			continue
		}
		fields[name] = mirror(f, name, m)
	}
	return fields
}

// A filler fills records with made-up content; a share of the fields.
type filler struct {
	*rand.Rand
	share float64
}

func (r filler) fill(v reflect.Value) {
	if words := closed(v); words != nil {
		v.SetString(words[r.IntN(len(words))])
		return
	}
	switch v.Interface().(type) {
	case telltale.Text:
		v.Set(reflect.ValueOf(telltale.NewText(r.text())))
		return
	case telltale.Value:
		v.Set(reflect.ValueOf(telltale.NewValue(telltale.Kinds[r.IntN(len(telltale.Kinds))], r.text())))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(r.addr()))
		return
	case telltale.Direction:
		v.SetUint(r.Uint64N(2))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if r.Float64() < r.share || r.share == 1 {
				r.field(v.Field(i), v.Type(), v.Type().Field(i).Name)
			}
		}
	case reflect.Slice:
		n := r.IntN(4)
		if v.Type() == reflect.TypeFor[telltale.Packets]() {
			n = telltale.MaxPackets - 1 + r.IntN(3)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			r.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(4) {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			if r.fill(k); closed(k) == nil {
				k.SetString(keys[r.IntN(len(keys))])
			}
			r.fill(e)
			v.SetMapIndex(k, e)
		}
	case reflect.String:
		v.SetString(r.text())
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat(r.Float64())
	case reflect.Uint16, reflect.Uint32:
		v.SetUint(r.Uint64N(1 << v.Type().Bits()))
	default:
		v.SetInt(r.Int64N(1 << 50))
	}
}

// fixed are fields of plain strings that the contract gives a form.
var fixed = map[string][]string{
	"SHA256": {strings.Repeat("0a", 32)}, "FlowID": {"1-42"}, "Flow.ID": {"2-7", "2-7.1"}, "Tunnel": {"2-7"}, "How": {"lan_mac", "unknown"},
	"Name.Source": {"host", "dns_expired"}, "DNSMessage.Type": {"query", "answer"}, "Answered": {"none", "ack", "response"},
	"Predicate": {"organisation", "tracker"}, "Finding.ID": {"F-0a1b2c3d"}, "Class": {"A", "C"},
}

func (r filler) field(v reflect.Value, in reflect.Type, name string) {
	for _, key := range []string{name, in.Name() + "." + name} {
		if words := fixed[key]; words != nil {
			v.SetString(words[r.IntN(len(words))])
			return
		}
	}
	r.fill(v)
}

// closed returns the words of a type that is a closed list.
func closed(v reflect.Value) []string {
	switch v.Interface().(type) {
	case telltale.Kind:
		return []string{"imei", "public_ip"}
	case telltale.SkipReason:
		return []string{"undecodable", "no_key_yet", "parser_stuck"}
	case telltale.View:
		return []string{"main", "alt"}
	case telltale.Protection:
		return []string{"open", "unknown"}
	case telltale.ReadableBy:
		return []string{"anyone_on_path", "operator"}
	case telltale.Level:
		return []string{"confirmed", "possible"}
	case telltale.Ended:
		return []string{"fin", "capture_end"}
	case telltale.SentBy:
		return []string{"device", "unknown"}
	case telltale.Verdict:
		return []string{"findings", "nothing_seen"}
	}
	return nil
}

var texts = []string{
	"zzhc.vnet.cn", "", "/register?imei=001012704839210", "001012704839210", `a"b\c</script>`, "\x1b[2Jx", "\u202eabc\u2028",
	"\xff\xfe", "Ääni 你好", "\U000e0001\U0001f4f1", "tab\tline\nend", "=1+1", "02:00:5e:10:7a:c4",
}

// keys of maps are the program's own words, never captured ones: what is not
// UTF-8 in two of them could make one of both.
var keys = []string{"tls", "interface", "too short", `a"b\c</script>`, "Ääni"}

func (r filler) text() string { return texts[r.IntN(len(texts))] }

func (r filler) addr() netip.Addr {
	list := []string{"192.0.2.1", "2001:db8::1", "fe80::21a:2bff:fe3c:4d5e"}
	return netip.MustParseAddr(list[r.IntN(len(list))])
}

func TestRecordsAreAll(t *testing.T) {
	var types []string
	for _, r := range ndjson.Records {
		types = append(types, r.EventType())
	}
	want := []string{"audit", "device", "flow", "message", "sighting", "transmission", "destination", "identifier", "finding", "input", "coverage"}
	if !slices.Equal(types, want) {
		t.Errorf("records: %v, want %v", types, want)
	}
}

func TestNumbers(t *testing.T) {
	m := telltale.NewMasker(false)
	for lr, want := range map[float64]string{
		20: "20", 0.05: "0.05", 1e-9: "1e-09", 1e300: "1e+300", 0: "0",
		math.Inf(1): "1.7976931348623157e+308", math.Inf(-1): "-1.7976931348623157e+308", math.NaN(): "0",
	} {
		line := ndjson.Append(nil, &telltale.Identifier{Confidence: 0.99996, Why: []telltale.Evidence{{Evidence: "x", LR: lr}}}, m)
		if !strings.Contains(string(line), `"lr":`+want+"}") || !strings.Contains(string(line), `"confidence":1,`) {
			t.Errorf("LR %v: %s", lr, line)
		}
		decode(t, line)
	}
}

func aFlow() *telltale.Flow {
	return &telltale.Flow{
		ID: "1-42", Input: 1, Device: "d1", SrcIP: netip.MustParseAddr("192.168.1.20"), SrcPort: 40000,
		DestIP: netip.MustParseAddr("fe80::21a:2bff:fe3c:4d5e"), DestPort: 80, Proto: "TCP", AppProto: "http", CommunityID: "1:AAAA",
		Start: 1553163072000001000, End: 1553163073000001001, Ended: telltale.EndedFIN, PktsToServer: 5, ByteToServer: 900, PktsToClient: 4, ByteToClient: 600,
		Names: []telltale.Name{{Name: telltale.NewText("zzhc.vnet.cn"), Source: "host", Confidence: 0.99}}, Protection: telltale.Open,
	}
}

func TestAppendFlow(t *testing.T) {
	const want = `{"schema":0,"event_type":"flow","flow_id":"1-42","input":1,"device_id":"d1","src_ip":"192.168.1.20","src_port":40000,` +
		`"dest_ip":"fe80::21a:2bff:fe··:····","dest_port":80,"proto":"TCP","app_proto":"http","community_id":"1:AAAA",` +
		`"start":"2019-03-21T10:11:12.000001Z","end":"2019-03-21T10:11:13.000001001Z","ended":"fin","pkts_toserver":5,"bytes_toserver":900,` +
		`"pkts_toclient":4,"bytes_toclient":600,"names":[{"name":"zzhc.vnet.cn","source":"host","confidence":0.99}],"protection":"open"}` + "\n"
	f, m := aFlow(), telltale.NewMasker(false, telltale.NewValue(telltale.IMEI, "001012704839210"))
	if got := string(ndjson.Append(nil, f, m)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { ndjson.Append(b, f, m) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppendFlow(b *testing.B) {
	f, m := aFlow(), telltale.NewMasker(false, telltale.NewValue(telltale.IMEI, "001012704839210"))
	line := ndjson.Append(nil, f, m)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		line = ndjson.Append(line[:0], f, m)
	}
}
