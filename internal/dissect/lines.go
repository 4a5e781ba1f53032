package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// lines reads a protocol of text lines, such as SMTP: each line is a message
// and, where the line announces one, so is what it brings along.
type lines struct {
	dir   [2]linesHalf
	name  string
	read  func(p *lines, d telltale.Direction, line []byte, x *spans) bool // false: no line of the protocol
	sasl  sasl                                                             // what the client's next line answers
	asked verbs                                                            // commands that wait for their reply
	multi [2]bool                                                          // the reply goes on in the next line
}

// linesHalf is one direction.
type linesHalf struct {
	half
	x    spans
	seen int   // bytes of the unused input without a line's end
	left int64 // bytes to come of what is counted
	dots bool  // a text follows that ends with a line of one dot
	mid  bool  // amid a line of that text
	rest bool  // what follows what was counted is the rest of a line
	word int8  // of loginWords that is counted, or stands next in that rest
	told int64 // bytes that came of that text
}

// maxLine is the length of the longest line that is waited for, in bytes.
const maxLine = 16 << 10

// lineDissector returns the dissector of a protocol of text lines.
func lineDissector(name string, ports []uint16, probe func(d telltale.Direction, b []byte, home bool) Verdict, read func(*lines, telltale.Direction, []byte, *spans) bool) *Dissector {
	c := &Dissector{Name: name, Ports: ports, Proto: packet.TCP}
	c.Probe = func(d telltale.Direction, b []byte, port uint16) Verdict { return probe(d, b, c.serves(port)) }
	c.New = func(*flow.Flow) Parser { return &lines{name: name, read: read} }
	return c
}

func (p *lines) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p.dir[d]
	for used < len(b) && err == nil {
		n, rest := 0, b[used:]
		switch {
		case h.left > 0:
			n = int(min(h.left, int64(len(rest))))
			h.body(at+int64(used), rest[:n], s)
			h.pass(int64(n), s)
		case h.dots:
			n = p.text(d, at+int64(used), rest, s)
		default:
			n, err = p.line(d, at+int64(used), rest, s)
		}
		if n == 0 {
			break
		}
		used += n
		h.seen = 0
	}
	if err != nil {
		p.reset(d, s)
	}
	return used, err
}

// line reads the line that b begins with and returns its length, 0 where it
// has not ended yet.
func (p *lines) line(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p.dir[d]
	if b[0] == recordHandshake {
		return 0, ErrSwitched // STARTTLS and its like
	}
	i := bytes.IndexByte(b[h.seen:], '\n')
	if i < 0 {
		if h.seen = len(b); h.seen > maxLine || !isLine(b) {
			return 0, errHead
		}
		return 0, nil
	}
	end := h.seen + i + 1
	h.x.reset()
	if line := trimEnd(b[:end]); end > maxLine || !isLine(line) || !p.read(p, d, line, &h.x) {
		return 0, errHead
	}
	if h.left > 0 {
		h.x.own()
	}
	h.begin(Message{Proto: p.name, Dir: d, Protection: telltale.Open, Start: at, BodyName: h.bodyName(p.name), Facts: h.x.facts}, s)
	h.x.tell(&h.half, at, b[:end], s)
	if h.left == 0 {
		h.end(s)
	}
	return end, nil
}

// bodyName returns what that is called which the line at hand counts.
func (h *linesHalf) bodyName(proto string) string {
	if h.word > 0 && h.left <= maxLine {
		return loginWords[h.word].name
	}
	return proto + ".message"
}

// command reads how a client's line begins, where that is a verb and what it is
// about: the verb, and where what follows begins. The verb is "" where the line is
// an answer to sign on with, and is read, or where it is none, and ok is false.
func (p *lines) command(line []byte, x *spans) (verb string, rest int, ok bool) {
	if p.sasl.step != saslNone {
		p.sasl.answer(line, 0, x)
		return "", 0, true
	}
	if verb, rest = word(line); !isVerb(verb) {
		return "", 0, false
	}
	x.fact("command", []byte(verb))
	return verb, rest, true
}

// text takes what b holds of a text that ends with a line of one dot, and
// returns how much it used.
func (p *lines) text(d telltale.Direction, at int64, b []byte, s Sink) int {
	h := &p.dir[d]
	n, end := h.textEnd(b)
	if n+end == 0 {
		return 0
	}
	if !h.open() {
		h.begin(Message{Proto: p.name, Dir: d, Protection: telltale.Open, Start: at, BodyName: p.name + ".message"}, s)
	}
	if n > 0 {
		h.body(at, b[:n], s)
	}
	h.told += int64(n + end)
	if end > 0 {
		h.framing(end)
		h.dots, h.told = false, 0
		h.end(s)
	}
	return n + end
}

// textEnd returns how much of b is text, and how long the line of one dot is
// that follows it; 0 where that has not come.
func (h *linesHalf) textEnd(b []byte) (n, end int) {
	for n < len(b) {
		if !h.mid {
			switch max(isPrefix(b[n:], ".\r\n"), isPrefix(b[n:], ".\n")) {
			case Yes:
				return n, bytes.IndexByte(b[n:], '\n') + 1
			case Maybe:
				return n, 0
			}
		}
		i := bytes.Index(b[n:], []byte("\n."))
		if i < 0 {
			h.mid = b[len(b)-1] != '\n'
			return len(b), 0
		}
		n, h.mid = n+i+1, false
	}
	return n, 0
}

// pass moves n bytes on in what is counted, had or not.
func (h *linesHalf) pass(n int64, s Sink) {
	if h.left -= n; h.left == 0 {
		h.end(s)
	}
}

// Gap goes on in a text, and by the count inside what is counted. Elsewhere
// the next bytes must begin a line.
func (p *lines) Gap(d telltale.Direction, _, n int64, s Sink) bool {
	h := &p.dir[d]
	h.seen = 0
	switch {
	case h.left > 0 && n <= h.left:
		h.lack()
		h.pass(n, s)
	case h.dots:
		h.lack()
		h.mid = true
	default:
		p.reset(d, s)
	}
	return true
}

func (p *lines) Close(d telltale.Direction, s Sink) { p.reset(d, s) }

// reset ends the open message and waits for a line again.
func (p *lines) reset(d telltale.Direction, s Sink) {
	h := &p.dir[d]
	h.cut(s)
	*h = linesHalf{half: h.half, x: h.x}
	p.sasl, p.asked, p.multi[d] = sasl{}, verbs{}, false
}

// isLine reports whether b may be a line: text in some encoding.
func isLine(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

// trimEnd cuts the line's end off.
func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// verbs are commands that wait for their reply, oldest first.
type verbs struct{ list []string }

func (v *verbs) push(verb string) {
	if len(v.list) == maxPipelined {
		v.list = v.list[:0]
	}
	v.list = append(v.list, verb)
}

func (v *verbs) pop() (verb string) {
	if len(v.list) > 0 {
		verb = v.list[0]
		v.list = append(v.list[:0], v.list[1:]...)
	}
	return verb
}

// word cuts the first word off b and returns it, in capitals, and where what
// follows it begins.
func word(b []byte) (verb string, rest int) {
	n := bytes.IndexByte(b, ' ')
	if n < 0 {
		n = len(b)
	}
	if n > maxFieldName {
		return "", n
	}
	rest = n
	for rest < len(b) && b[rest] == ' ' {
		rest++
	}
	return string(bytes.ToUpper(b[:n])), rest
}

// isVerb reports whether a command is made of letters.
func isVerb(verb string) bool {
	for _, c := range verb {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(verb) >= 3 && len(verb) <= 16
}

// reply reads a reply that begins with a code of three digits (RFC 5321,
// section 4.2; RFC 959, section 4.2). more says that it goes on in the next
// line.
func reply(line []byte, multi bool) (code string, more, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return "", multi, multi
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return "", multi, multi
		}
	}
	return string(line[:3]), len(line) > 3 && line[3] == '-', true
}

// keyed names all of a field, and the key that stands for it.
type keyed struct{ name, key string }

// NameAt implements [detect.Namer].
func (k *keyed) NameAt([]byte, int) (name, key string) { return k.name, k.key }

var _ detect.Namer = (*keyed)(nil)
