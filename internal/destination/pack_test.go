package destination

import (
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var tablesFrom = flag.String("tables-from", "", "write the tables again, from the unpacked packages in this `folder`")

// sourceFiles are what the tables are packed from, below -tables-from: files
// of packages of the npm registry, at the version that is named in tables.go.
var sourceFiles = map[string]string{
	"country":  "geo-whois-asn-country/geo-whois-asn-country-ipv%d-num.csv",
	"operator": "iptoasn-country-mmdb/iptoasn-country-ipv%d.mmdb",
	"asn":      "asn/asn-ipv%d-num.csv",
}

// A span is a range that begins at start, with what it stands for.
type span struct {
	start uint64
	value string
}

// TestPackTables writes the tables with -tables-from (make tables FROM=...).
func TestPackTables(t *testing.T) {
	if *tablesFrom == "" {
		t.Skip("the tables stay as they are without -tables-from")
	}
	for name, pattern := range sourceFiles {
		var families [2][]span
		for i, family := range []int{4, 6} {
			file := filepath.Join(*tablesFrom, fmt.Sprintf(pattern, family))
			families[i] = readRanges(t, file, family)
		}
		values := byUse(families[0], families[1])
		write(t, name+".bin", packSpans(families[0], families[1], values))
		if name == "asn" {
			write(t, "asnames.bin", packNames(values, operatorNames(t)))
			continue
		}
		write(t, name+".txt", []byte(strings.Join(values[1:], "\n")+"\n"))
	}
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("tables", name), b, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d bytes", name, len(b))
}

// readRanges returns what a file of a package says of one family.
func readRanges(t *testing.T, file string, family int) []span {
	t.Helper()
	if strings.HasSuffix(file, ".mmdb") {
		return readMMDB(t, file, family)
	}
	var out []span
	forEachRow(t, file, func(row []string) {
		out = addRange(out, scaled(t, row[0], family), scaled(t, row[1], family), row[2])
	})
	return tidy(out)
}

func forEachRow(t *testing.T, file string, row func([]string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for r := csv.NewReader(f); ; {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		row(fields)
	}
}

// scaled returns an address as the key of its family.
func scaled(t *testing.T, decimal string, family int) uint64 {
	t.Helper()
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok {
		t.Fatalf("%q is no address", decimal)
	}
	if family == 6 {
		n.Rsh(n, 64)
	}
	return n.Uint64()
}

// addRange adds [from, to], and a gap behind it.
func addRange(spans []span, from, to uint64, value string) []span {
	return append(spans, span{from, value}, span{to + 1, ""})
}

// tidy sorts and keeps of those that begin at one place the last, and of
// neighbours that say the same the first. A gap that begins where a range
// begins, or inside one, is none.
func tidy(in []span) []span {
	slices.SortStableFunc(in, func(a, b span) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		return cmp.Compare(min(len(a.value), 1), min(len(b.value), 1)) // the gap first
	})
	var out []span
	for _, s := range in {
		n := len(out)
		switch {
		case n > 0 && out[n-1].start == s.start:
			out[n-1] = s
			if n > 1 && out[n-2].value == s.value {
				out = out[:n-1]
			}
		case n > 0 && out[n-1].value == s.value, n == 0 && s.value == "":
		default:
			out = append(out, s)
		}
	}
	return out
}

// byUse numbers the values, those of most ranges first; 0 is a gap.
func byUse(families ...[]span) []string {
	uses := map[string]int{}
	for _, f := range families {
		for _, s := range f {
			uses[s.value]++
		}
	}
	delete(uses, "")
	values := []string{""}
	for v := range uses {
		values = append(values, v)
	}
	slices.SortFunc(values[1:], func(a, b string) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b))
	})
	return values
}

// packSpans writes the file that readSpans reads.
func packSpans(v4, v6 []span, values []string) []byte {
	number := map[string]uint64{}
	for i, v := range values {
		number[v] = uint64(i)
	}
	h4, a4, b4 := packHalf(v4, number, steps4, 4)
	h6, a6, b6 := packHalf(v6, number, steps6, 8)
	var out []byte
	for _, n := range []int{spansMagic, len(a4) / 4, len(b4), len(a6) / 4, len(b6)} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return slices.Concat(out, h4, a4, b4, h6, a6, b6)
}

func packHalf(in []span, number map[string]uint64, steps [4]uint, width int) (heads, at, body []byte) {
	for i, s := range in {
		if i%blockLength == 0 {
			at = binary.LittleEndian.AppendUint32(at, uint32(len(body)))
			heads = append(heads, binary.LittleEndian.AppendUint64(nil, s.start)[:width]...)
		} else {
			body = binary.AppendUvarint(body, packStep(s.start-in[i-1].start, steps))
		}
		body = binary.AppendUvarint(body, number[s.value])
	}
	return heads, at, body
}

// packStep writes n with as few zeros at its end as the steps allow.
func packStep(n uint64, steps [4]uint) uint64 {
	for i, zeros := range slices.Backward(steps[:]) {
		if bits.TrailingZeros64(n) >= int(zeros) {
			return n>>zeros<<2 | uint64(i)
		}
	}
	return 0
}

// operatorNames returns the name of each autonomous system.
func operatorNames(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, family := range []int{6, 4} {
		forEachRow(t, filepath.Join(*tablesFrom, fmt.Sprintf(sourceFiles["asn"], family)), func(row []string) {
			out[row[2]] = strings.Join(strings.Fields(row[3]), " ")
		})
	}
	return out
}

// packNames writes the file that readOperators reads.
func packNames(values []string, names map[string]string) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(values)-1))
	var at, body []byte
	for i, v := range values[1:] {
		n, _ := strconv.ParseUint(v, 10, 32)
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
		if i%nameBlock == 0 {
			at = binary.LittleEndian.AppendUint32(at, uint32(len(body)))
		}
		name := strings.ToValidUTF8(names[v][:min(len(names[v]), maxOperator)], "")
		body = append(append(body, byte(len(name))), name...)
	}
	return slices.Concat(out, at, body)
}
