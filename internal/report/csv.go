package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
)

// csvHead names the columns of [CSV].
var csvHead = []string{
	"finding", "device", "direction", "destination", "address", "kind", "value", "tag", "level", "confidence", "messages",
	"first", "last", "protection", "readable_by", "form", "packets",
}

// CSV writes the findings as a table (RFC 4180), a row for each identifier. No
// cell begins with what a spreadsheet takes for a formula.
func CSV(w io.Writer, a *Audit, m *telltale.Masker) error {
	v := newView(a, m)
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return err
	}
	for _, p := range v.findings() {
		for _, id := range p.ids {
			if err := out.Write(v.csvRow(p, id)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (v *view) csvRow(p *party, id *telltale.Identifier) []string {
	s := p.sends[0]
	direction, address := "sent", ""
	if s.Received {
		direction = "received"
	}
	if p.ip.IsValid() {
		address = v.m.Addr(p.ip)
	}
	row := []string{
		v.id(p), v.ownLabel(p), direction, p.name, address, string(id.Kind), v.m.Value(id.Value), id.Tag, string(id.Level),
		strconv.FormatFloat(id.Confidence, 'f', 4, 64), strconv.Itoa(p.sent(id)), instant(id.First), instant(id.Last),
		string(p.protection), string(p.readableBy), strings.Join(s.Forms, " "), strings.ReplaceAll(v.packetsOf(s.Input, s.Packets), ", ", ","),
	}
	for i, cell := range row {
		row[i] = inert(harmless(cell))
	}
	return row
}

func instant(t telltale.Time) string { return string(t.AppendTo(nil)) }

// inert keeps a cell from being a formula: one that begins as such gets an
// apostrophe before it, which spreadsheets do not show. Some take signs of full
// width for those of ASCII.
func inert(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " '\""))
	if strings.ContainsRune("=+-@|%＝＋－＠｜％", first) {
		return "'" + cell
	}
	return cell
}
