package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// xmpp reads the streams of XMPP (RFC 6120): what opens a stream is a message,
// and so is each stanza in it.
var xmpp = &Dissector{
	Name:  "xmpp",
	Ports: []uint16{5222, 5269},
	Proto: packet.TCP,
	Probe: probeXMPP,
	New:   func(*flow.Flow) Parser { return new(xmppParser) },
}

const (
	xmlStart   = "<?xml "
	streamOpen = "<stream:stream"
	maxXMLHead = 128 // bytes before what opens the stream
)

// probeXMPP knows a stream by what opens it.
func probeXMPP(_ telltale.Direction, b []byte, _ uint16) Verdict {
	v := isPrefix(b, streamOpen)
	declared := isPrefix(b, xmlStart)
	if declared != Yes {
		return max(v, declared)
	}
	b = b[:min(len(b), maxXMLHead)]
	end := bytes.IndexByte(b, '>')
	if end < 0 {
		return maybeIf(len(b) < maxXMLHead && isLine(bytes.ReplaceAll(b, []byte("\n"), nil)))
	}
	rest := bytes.TrimLeft(b[end+1:], " \r\n\t")
	return isPrefix(rest, streamOpen)
}

// xmppParser reads both directions.
type xmppParser [2]xmppHalf

type xmppHalf struct {
	half
	x    spans
	scan xmlScan
}

// xmlScan looks for the end of an element in bytes that come in pieces.
type xmlScan struct {
	pos, depth int
	tag        int  // offset of the tag that is open, -1 in text
	quote      byte // that is open within the tag, 0
	first, end int  // offsets of the first tag that opens an element and of what follows; -1
}

func (p *xmppParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p[d]
	for used < len(b) && err == nil {
		if b[used] == recordHandshake && h.scan.pos == 0 {
			return used, ErrSwitched
		}
		if h.scan.pos == 0 {
			h.scan = xmlScan{tag: -1, first: -1}
		}
		var n int
		if n, err = h.scan.element(b[used:]); n == 0 {
			break
		}
		h.stanza(d, at+int64(used), b[used:used+n], s)
		used += n
		h.scan.pos = 0
	}
	if err != nil {
		h.scan.pos = 0
	}
	return used, err
}

// element returns the length of the element that b begins with, or of what opens
// or closes a stream, or of one blank; 0 where more bytes are needed.
func (x *xmlScan) element(b []byte) (int, error) {
	if blank := b[0] == ' ' || '\t' <= b[0] && b[0] <= '\r'; blank {
		return 1, nil // a sign of life
	}
	for ; x.pos < len(b); x.pos++ {
		c := b[x.pos]
		switch {
		case x.tag < 0 && c == '<':
			x.tag = x.pos
		case x.tag < 0 && x.depth == 0 && x.first < 0 && c > ' ', c == 0:
			return 0, errHead
		case x.tag < 0:
		case x.quote != 0:
			if c == x.quote {
				x.quote = 0
			}
		case c == '"' || c == '\'':
			x.quote = c
		case c == '>':
			if x.closes(b[x.tag : x.pos+1]) {
				return x.pos + 1, tooLong(x.pos + 1)
			}
			x.tag = -1
		}
	}
	return 0, tooLong(len(b))
}

// closes takes a whole tag and reports whether it ends the element, or opens
// or closes a stream.
func (x *xmlScan) closes(tag []byte) bool {
	switch tag[1] {
	case '?', '!':
		return false
	case '/':
		x.depth--
		return x.depth <= 0
	}
	if x.first < 0 {
		x.first, x.end = x.tag, x.tag+len(tag)
	}
	switch {
	case tag[len(tag)-2] == '/':
		return x.depth == 0
	case x.depth == 0 && isPrefix(tag, streamOpen) == Yes:
		return true
	}
	x.depth++
	return false
}

// stanza tells the element b.
func (h *xmppHalf) stanza(d telltale.Direction, at int64, b []byte, s Sink) {
	h.x.reset()
	if h.scan.first >= 0 {
		h.x.element(b, h.scan.first, h.scan.end)
	}
	h.begin(Message{Proto: xmpp.Name, Dir: d, Protection: telltale.Open, Start: at, Facts: h.x.facts}, s)
	h.x.tell(&h.half, at, b, s)
	h.end(s)
}

// element tells what an element says of who speaks to whom.
func (x *spans) element(b []byte, start, end int) {
	tag := b[start+1 : end-1]
	n := bytes.IndexAny(tag, " \t\r\n/")
	if n < 0 {
		n = len(tag)
	}
	name := tag[:n]
	x.fact("element", name)
	for _, attr := range []string{"to", "from", "type", "mechanism"} {
		x.fact(attr, attribute(tag[n:], attr))
	}
	switch string(name) {
	case "auth":
		if size := bytes.IndexByte(b[end:], '<'); size > 0 {
			a := sasl{saslOther}
			switch string(attribute(tag[n:], "mechanism")) {
			case "PLAIN":
				a.step = saslPlain
			case "X-OAUTH2", "X-GOOGLE-TOKEN":
				a.step = saslPlain // as they are packed
			}
			a.answer(b[end:end+size], end, x)
		}
	case "iq":
		for _, inner := range []string{"resource", "jid", "username"} {
			x.fact(inner, content(b[start:], inner))
		}
	}
}

// attribute returns the value of an attribute in the rest of a tag, nil where
// it is not there.
func attribute(tag []byte, name string) []byte {
	for len(tag) > 0 {
		key, rest, found := bytes.Cut(tag, []byte("="))
		if !found || len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		value, after, _ := bytes.Cut(rest[1:], rest[:1])
		if string(trim(key)) == name {
			return value
		}
		tag = after
	}
	return nil
}

// content returns the text of the first element of a name, nil where it has
// none.
func content(b []byte, name string) []byte {
	_, rest, found := bytes.Cut(b, []byte("<"+name+">"))
	if !found {
		return nil
	}
	text, _, _ := bytes.Cut(rest, []byte("<"))
	return text
}

// Gap has the next bytes begin a stanza: where one begins within what is
// missing nobody knows.
func (p *xmppParser) Gap(d telltale.Direction, _, _ int64, _ Sink) bool {
	p[d].scan.pos = 0
	return true
}

func (p *xmppParser) Close(d telltale.Direction, _ Sink) { p[d].scan.pos = 0 }
