package dissect

import "github.com/telltale-audit/telltale/internal/wire"

const (
	dnsHeader    = 12
	maxDNSName   = 255 // bytes of a name on the wire (RFC 1035, section 2.3.4)
	maxDNSHops   = 16  // compression pointers of one name
	maxQuestions = 256 // that are read as such; the rest is searched raw
	maxAnswers   = 512 // that are listed
	maxBesides   = 64  // addresses that are taken from what stands beside them
)

// dnsMessage reads messages one after the other into the same buffers.
type dnsMessage struct {
	DNS
	head      dnsHead
	c         wire.Cursor // after what was read; after the questions in the end
	questions []dnsName
	cut       bool   // a section ends before its count says
	text      []byte // holds every text of the message
	skim      bool   // nothing is kept of the names
}

// dnsName is the part of a question's name that stands in its place: text[i]
// was at offset off+i of the message, where a dot stands for a length.
type dnsName struct {
	text []byte
	off  int
}

// dnsHead is the fixed part of a message (RFC 1035, section 4.1.1).
type dnsHead struct {
	flags, questions, answers, authority, additional uint16
}

func readDNSHead(c *wire.Cursor) dnsHead {
	c.U16() // the id
	return dnsHead{flags: c.U16(), questions: c.U16(), answers: c.U16(), authority: c.U16(), additional: c.U16()}
}

func (h dnsHead) isQuery() bool { return h.flags&0x8000 == 0 }

// sound reports whether the header makes sense; strict asks it to be of the
// commonest sort, as nothing else speaks for DNS.
func (h dnsHead) sound(strict bool) bool {
	opcode, reserved, rcode := h.flags>>11&15, h.flags&0x40, h.flags&15
	if reserved != 0 || rcode > 11 || opcode != 0 && opcode != 4 && opcode != 5 {
		return false
	}
	if !strict {
		return true
	}
	const aaTCRA = 0x0680
	asks := h.flags&aaTCRA == 0 && rcode == 0 && h.answers == 0
	return opcode == 0 && h.questions == 1 && (!h.isQuery() || asks)
}

// open reads the header and the first question (or record, where there is
// none) of b and reports whether they make sense.
func (m *dnsMessage) open(b []byte, strict bool) bool {
	*m = dnsMessage{
		DNS: DNS{Questions: m.Questions[:0], Answers: m.Answers[:0], Besides: m.Besides[:0]}, c: wire.New(b),
		questions: m.questions[:0], text: m.text[:0], skim: m.skim,
	}
	m.head = readDNSHead(&m.c)
	if !m.c.OK() || !m.head.sound(strict) {
		return false
	}
	m.Query, m.Rcode = m.head.isQuery(), uint8(m.head.flags&15)
	if m.head.questions > 0 {
		return m.question(strict)
	}
	if m.head.answers|m.head.authority|m.head.additional == 0 {
		return !m.Query && m.c.Len() == 0 // a bare refusal
	}
	c := m.c
	_, ok := m.record(&c)
	m.Besides = m.Besides[:0] // they are read again
	return ok
}

// opensDNS reports whether b begins with a header and a question that make
// sense.
func opensDNS(b []byte, strict bool) bool {
	m := dnsMessage{skim: true}
	return m.open(b, strict)
}

// finish reads the other questions and the answers. What is malformed stays
// in what the cursor has left.
func (m *dnsMessage) finish() {
	for len(m.questions) < int(min(m.head.questions, maxQuestions)) && !m.cut {
		m.cut = !m.question(false)
	}
	c := m.c
	for len(m.Answers) < int(min(m.head.answers, maxAnswers)) && !m.cut {
		a, ok := m.record(&c)
		if m.cut = !ok; ok {
			m.Answers = append(m.Answers, a)
		}
	}
	if m.head.additional > 0 && !m.Query && !m.cut {
		m.besides(&c)
	}
}

// besides takes the addresses of the additional section: multicast DNS has
// those of its services there, a name server those of others. What is
// malformed ends it.
func (m *dnsMessage) besides(c *wire.Cursor) {
	n := int(min(m.head.authority, maxAnswers))
	for i := range n + int(min(m.head.additional, maxAnswers)) {
		a, ok := m.record(c)
		if !ok {
			return
		}
		if i >= n && a.Addr.IsValid() && len(m.Besides) < maxBesides {
			m.Besides = append(m.Besides, a)
		}
	}
}

// question reads the next question (RFC 1035, section 4.1.2) and moves past
// it where it is sound.
func (m *dnsMessage) question(strict bool) bool {
	c, at := m.c, m.c.Off()
	name, inline, ok := m.name(&c)
	typ, class := c.U16(), c.U16()
	if !ok || !c.OK() || typ == 0 || !soundClass(class, strict) {
		return false
	}
	m.c = c
	if m.skim {
		return true
	}
	if len(m.questions) == 0 {
		m.Name, m.Type = name, dnsType(typ)
	}
	if m.head.questions > 1 {
		m.Questions = append(m.Questions, Question{name, dnsType(typ)})
	}
	m.questions = append(m.questions, dnsName{name[:inline], at + 1})
	return true
}

// soundClass reports whether a question may have class. The top bit asks
// mDNS for a unicast answer (RFC 6762, section 5.4).
func soundClass(class uint16, strict bool) bool {
	switch class & 0x7fff {
	case 1:
		return !strict || class == 1
	case 3, 4, 254, 255:
		return !strict
	}
	return false
}

// name reads the name at c and moves past it. The text of its first inline
// bytes stands there; the others lie where a pointer led (RFC 1035, section
// 4.1.4), which must be before anything read of the name so far.
func (m *dnsMessage) name(c *wire.Cursor) (name []byte, inline int, ok bool) {
	start, size, floor, hops := len(m.text), 0, c.Off(), 0
	walk := *c
	for {
		switch n := int(walk.U8()); {
		case !walk.OK():
			return nil, 0, false
		case n == 0:
			if hops == 0 {
				*c, inline = walk, len(m.text)-start
			}
			if len(m.text) == start {
				m.keep('.')
			}
			return m.text[start:], inline, true
		case n < 64:
			if size += n + 1; size >= maxDNSName {
				return nil, 0, false
			}
			if len(m.text) > start {
				m.keep('.')
			}
			m.keep(walk.Bytes(n)...)
		case n >= 192:
			to := n&63<<8 | int(walk.U8())
			if hops == 0 {
				*c, inline = walk, len(m.text)-start
			}
			if hops++; to >= floor || hops > maxDNSHops {
				return nil, 0, false
			}
			floor = to
			walk.Seek(to)
		default:
			return nil, 0, false
		}
	}
}

// keep appends to the texts of the message.
func (m *dnsMessage) keep(b ...byte) {
	if !m.skim {
		m.text = append(m.text, b...)
	}
}
