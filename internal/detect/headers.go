package detect

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"

	"github.com/telltale-audit/telltale"
)

//go:embed headers.txt
var headersText string

// A Header is one in which an operator or a phone tells servers who asks.
type Header struct {
	Name   string // in lower case
	Kinds  []telltale.Kind
	Source string // key of the sources named in headers.txt
}

// Headers returns the headers that headers.txt lists.
func Headers() []Header {
	var list []Header
	for line := range strings.Lines(headersText) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		h := Header{Name: f[0], Source: f[2]}
		for kind := range strings.SplitSeq(f[1], ",") {
			h.Kinds = append(h.Kinds, telltale.Kind(kind))
		}
		list = append(list, h)
	}
	return list
}

// HeaderTable names the state of the list of headers, for the records of a run.
func HeaderTable() telltale.Table {
	sum := sha256.Sum256([]byte(headersText))
	return telltale.Table{Name: "operator-headers", Version: "1", Date: "2026-11-26", SHA256: hex.EncodeToString(sum[:])}
}

// addHeaders adds the headers as names of fields. One of an operator's tokens must
// be whole: without its x it may be anything.
func (d *keyDictionary) addHeaders(list []Header) {
	for _, h := range list {
		name := strings.TrimSuffix(strings.ReplaceAll(h.Name, "-", ""), "1") // as names of fields have no number at their end
		if h.Kinds[0] != telltale.Other {
			name = strings.TrimPrefix(name, "x")
		}
		for _, k := range h.Kinds {
			if n := d.names[name]; n == nil || !n.announces(k) {
				d.add(name, string(k))
			}
		}
	}
}
