package decode

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

const imei = "001012704839210"

// field is a field of protobuf with a length.
func field[T string | []byte](number int, value T) []byte {
	b := binary.AppendUvarint(nil, uint64(number)<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

// number is a field of protobuf with a number.
func number(field int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3), v)
}

// TestFormats reads what no text shows, or shows without its name: where it
// stands, what it goes by, and which bytes say it.
func TestFormats(t *testing.T) {
	message := slices.Concat(number(1, 7), field(3, slices.Concat(field(1, "Example"), field(2, imei))))
	counted := slices.Concat(field(1, "Example"), number(2, 352099001761481))
	grpc := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(counted)))
	pack := func(parts ...any) (b []byte) {
		for _, p := range parts {
			switch p := p.(type) {
			case int:
				b = append(b, byte(p))
			case string:
				b = append(b, p...)
			}
		}
		return b
	}
	form := "--xYz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nExample\r\n" +
		"--xYz\r\nContent-Disposition: form-data; filename=\"a\"; name=\"f\"\r\n\r\n\x00\x01\x02\r\n" +
		"--xYz\r\nContent-Disposition: form-data; name=\"imei\"\r\nContent-Type: text/plain\r\n\r\n" + imei + "\r\n--xYz--\r\n"
	wide := func(s string, order binary.AppendByteOrder) (b []byte) {
		for _, c := range s {
			b = order.AppendUint16(b, uint16(c))
		}
		return b
	}
	for _, c := range []struct {
		name, wire, needle, form, path, says string
	}{
		{"protobuf", string(message), imei, "protobuf", "protobuf:$.3.2", imei},
		{"a number in protobuf", string(counted), "352099001761481", "protobuf", "protobuf:$.2", string(number(2, 352099001761481)[1:])},
		{"gRPC", string(append(grpc, counted...)), "352099001761481", "protobuf", "protobuf:$.2", string(number(2, 352099001761481)[1:])},
		{"protobuf in Base64", string(base64Decoder.Encode(message)), imei, "base64>protobuf", "base64 > protobuf:$.3.2", ""},
		{
			"msgpack", string(pack(0x82, 0xa4, "imei", 0xcf, "\x00\x01\x40\x3b\x6f\xec\xfe\xc9", 0xa3, "mac", 0xc4, 6, "\x02\x00\x5e\x10\x7a\xc4")),
			"352099001761481", "msgpack", "msgpack:$.imei", "",
		},
		{
			"bytes in msgpack", string(pack(0x81, 0xa3, "mac", 0xc4, 6, "\x02\x00\x5e\x10\x7a\xc4")),
			"02005e107ac4", "msgpack", "msgpack:$.mac", "\x02\x00\x5e\x10\x7a\xc4",
		},
		{"cbor", string(pack(0xa1, 0x61, "d", 0x82, 0x01, 0xa1, 0x64, "imei", 0x6f, imei)), imei, "cbor", "cbor:$.d[1].imei", imei},
		{"open cbor", string(pack(0xbf, 0x64, "imei", 0x7f, 0x6f, imei, 0xff, 0xff)), imei, "cbor", "cbor:$.imei[0]", imei},
		{"multipart", form, imei, "multipart", "multipart:$.imei", imei},
		{"little-endian", "\xff\xfe" + string(wide(`{"imei":"`+imei+`"}`, binary.LittleEndian)), imei, "utf16>json", "utf16 > json:$.imei", string(wide(imei, binary.LittleEndian))},
		{"big-endian", "\xfe\xff" + string(wide(`{"imei":"`+imei+`"}`, binary.BigEndian)), imei, "utf16>json", "utf16 > json:$.imei", string(wide(imei, binary.BigEndian))},
		{"entities", "<imei>&#48;&#x30;1012704839210</imei>", imei, "entities", "", "&#48;&#x30;1012704839210"},
		{"JSON in XML", "<d>{&quot;imei&quot;:&quot;" + imei + "&quot;}</d>", `"imei"`, "entities", "", "&quot;imei&quot;"},
		{"quoted-printable", "a=3Db\r\nimei: 0010127=\r\n0483921=30\r\n", imei, "quoted-printable", "", "0010127=\r\n0483921=30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen, tally := look([]byte(c.wire), Hints{}, c.needle)
			i := slices.IndexFunc(seen, func(s sight) bool { return s.form == c.form && s.path == cmpOr(c.path, s.path) })
			if i < 0 || tally.Skipped != nil {
				t.Fatalf("%+v, skipped %v, want %s %q", seen, tally.Skipped, c.form, c.path)
			}
			if got := c.wire[seen[i].wire.Start:seen[i].wire.End]; c.says != "" && got != c.says {
				t.Errorf("%q comes from %q, want %q", c.needle, got, c.says)
			}
		})
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// TestNoFormat has what is none of these formats, or nothing worth a view.
func TestNoFormat(t *testing.T) {
	for name, wire := range map[string]string{
		"text":                 "just some text, a=1&b=2; and 50% more\r\n",
		"a form":               "imei=352099001761481&model=35&x=3d",
		"small numbers":        "\x08\x01\x10\x02\x18\x03",
		"cut protobuf":         string(encodeProtobuf([]byte(marker))[:40]),
		"cut msgpack":          string(encodeMsgpack([]byte(marker))[:40]),
		"cut CBOR":             string(encodeCBOR([]byte(marker))[:40]),
		"more behind":          string(encodeCBOR([]byte(marker))) + "\x00",
		"zeros":                strings.Repeat("\x00", 100),
		"numbers of two bytes": strings.Repeat("\x01\x00\x02\x00", 20),
		"no entities":          "a&b;c&amp d&#;e&#x;f&unknown;g&#1114112;",
		"a long line":          "--not a boundary at all\r\nbut text\r\n",
	} {
		new(Walker).Walk([]byte(wire), Hints{}, func(v *View) {
			if v.decoder != nil && slices.Contains([]*Decoder{entitiesDecoder, quotedDecoder, utf16Decoder, protobufDecoder, msgpackDecoder, cborDecoder, multipartDecoder}, v.decoder) {
				t.Errorf("%s: %q by %s", name, v.Data, v.Decoder)
			}
		})
	}
}

// TestTreeBounds has what would make trees deep, wide or long.
func TestTreeBounds(t *testing.T) {
	deep := func(open string) string { return strings.Repeat(open, 1<<16) + imei }
	nested := []byte(imei)
	for range 300 {
		nested = append(field(1, nested), 0x10, 1)
	}
	for name, wire := range map[string]string{
		"arrays of msgpack":  deep("\x91"),
		"arrays of CBOR":     deep("\x81"),
		"open CBOR":          deep("\x9f"),
		"tags of CBOR":       "\x81" + deep("\xc1"),
		"protobuf":           string(nested),
		"many fields":        strings.Repeat(string(number(1, 352099001761481)), 1<<15),
		"a large array":      "\xdd\xff\xff\xff\xff" + deep("\x01"),
		"a long text":        "\xa1\x61a\x7b\x7f\xff\xff\xff\xff\xff\xff\xff" + imei,
		"an endless text":    "\xa1\x61a\x7b\xff\xff\xff\xff\xff\xff\xff\xff" + imei,
		"a long field":       "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" + imei,
		"parts":              "--x\r\n" + strings.Repeat("Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n", 1<<12),
		"short boundaries":   "--x\nform-data; name=\"" + strings.Repeat("--x", 1<<16),
		"half of characters": strings.Repeat("a\x00b\x00\x00", 1<<14),
	} {
		made := 0
		tally := new(Walker).Walk([]byte(wire), Hints{}, func(v *View) { made += len(v.Data) })
		if made > (2*treeGrowth+1)*len(wire)+overBase {
			t.Errorf("%s: %d bytes of views from %d", name, made, len(wire))
		}
		if name == "many fields" && tally.Skipped[telltale.SkipDecodeDepth] != int64(len(wire)) {
			t.Errorf("%s: skipped %v of %d", name, tally.Skipped, len(wire))
		}
	}
}

// TestPackedBombs inflates by libraries no more than by ourselves.
func TestPackedBombs(t *testing.T) {
	zeros := make([]byte, maxInflated+2<<20)
	copy(zeros[maxInflated-1000:], `"imei":"001012704839392"`)
	for name, wire := range map[string][]byte{"br": encodeBrotli(zeros), "zstd": encodeZstd(zeros)} {
		var w Walker
		shown, found := 0, false
		tally := w.Walk(wire, Hints{Encodings: []string{name}}, func(v *View) {
			if v.layer == 1 && v.depth == 1 {
				shown += len(v.Data) - v.Seen
			}
			found = found || bytes.Contains(v.Data, []byte("001012704839392"))
		})
		if shown < maxInflated || shown > maxInflated+maxWindow || !found || tally.Skipped[telltale.SkipInflateBudget] == 0 {
			t.Errorf("%s: %d bytes shown, found %v, skipped %v", name, shown, found, tally.Skipped)
		}
	}
}

// TestZstdWindow has a frame that asks for a window of 2 GiB: it is not given.
func TestZstdWindow(t *testing.T) {
	wire := append(slices.Clone(zstdMagic), 0, (31-10)<<3)
	wire = append(wire, bytes.Repeat([]byte{1, 0, 0}, 20)...)
	tally := new(Walker).Walk(wire, Hints{Encodings: []string{"zstd"}}, func(v *View) {
		if v.layer > 0 {
			t.Errorf("%d bytes shown", len(v.Data))
		}
	})
	if tally.Skipped[telltale.SkipUndecodable] != int64(len(wire)) {
		t.Errorf("skipped %v of %d", tally.Skipped, len(wire))
	}
}

// FuzzFormats holds, for any bytes read as each format that is read whole, what
// FuzzWalk holds: what is shown is bounded and comes from where it says.
func FuzzFormats(f *testing.F) {
	for _, d := range All {
		if d.whole {
			f.Add(d.Encode([]byte(marker)))
		}
	}
	f.Add(slices.Concat(number(1, 7), field(3, slices.Concat(field(1, "Example"), field(2, imei)))))
	f.Add([]byte("\xbf\x64imei\x7f\x6f" + imei + "\xff\xff"))
	f.Fuzz(func(t *testing.T, root []byte) {
		for _, head := range []string{"", "\x82", "\xa2", "\xbf", "\x0a", "--x\r\nContent-Disposition: form-data; name=\""} {
			wire := append([]byte(head), root...)
			new(Walker).Walk(wire, Hints{}, func(v *View) {
				checkOrigin(t, v, len(wire))
				if v.decoder != nil && v.decoder.whole && len(v.Data) > treeGrowth*len(v.Parent.Data)+treeRoom {
					t.Fatalf("%s: %d bytes from %d", v.Form(), len(v.Data), len(v.Parent.Data))
				}
			})
		}
	})
}
