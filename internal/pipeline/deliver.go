package pipeline

import (
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/packet"
)

// waiting is a message with sightings that the other side may still answer:
// it closes with its answer, or with its flow.
type waiting struct {
	event     *Event // nil: a request without sightings, which holds its place in the queue
	request   bool   // an HTTP request
	stream    uint32 // of HTTP/2, else 0
	sent      int64  // when its last byte was, in ns since the Unix epoch
	delivered int64  // payload bytes and packets of the other side when the message began
	packets   int64
}

// peerOf returns how far the other side of d is.
func (c *conv) peerOf(d telltale.Direction) waiting {
	r := d.Reverse()
	return waiting{delivered: c.half[r].delivered, packets: c.f.Packets[r]}
}

// deliver sends an ended message on, if there is something to tell.
func (c *conv) deliver(col *collector) {
	if col.m.HTTP != nil && col.m.HTTP.Status >= 200 {
		c.answer(col)
	}
	m := col.m
	if m.HTTP != nil && m.DNS != nil {
		col.told = c.s.w.answers(m)
		if c.s.w.cfg.Messages {
			col.message().DNS = describeDNS(m.DNS)
		}
	}
	if len(col.told) > 0 {
		c.s.w.emit(&Event{Flow: c.info, Told: &Told{telltale.Time(c.f.TimeOf(m.Dir, m.Start, col.end())), col.told}})
	}
	if out := col.out; out != nil {
		out.Packets, out.Time = c.packets(m.Dir, []telltale.Range{{Start: m.Start, End: col.end()}})
		out.ContentType = m.ContentType
		if m.HTTP != nil {
			out.Forwarded = text(m.HTTP.ForwardedFor)
			out.HTTP = col.describeHTTP()
		}
		if c.s.w.cfg.Messages {
			describeEnd(out, m, col.cert)
		}
	}
	c.emit(col)
}

// emit sends a message on: at once, or with sightings when it is answered.
// Every request takes its place in the queue for answers.
func (c *conv) emit(col *collector) {
	w := col.peer
	if h := col.m.HTTP; h != nil && h.Status == 0 {
		w.request, w.stream = true, h.Stream
	}
	w.sent = c.f.TimeOf(col.m.Dir, col.end()-1, col.end())
	c.half[col.m.Dir].said = max(c.half[col.m.Dir].said, w.sent)
	if out := col.out; out != nil {
		e := &Event{Flow: c.info, Message: out}
		if len(out.Sightings) > 0 {
			w.event, c.told = e, true
		} else {
			c.s.w.emit(e)
		}
	}
	if w.request || w.event != nil {
		c.waiting = append(c.waiting, w)
	}
	if len(c.waiting) > maxWaiting {
		c.giveUpWaiting()
	}
}

// maxWaiting bounds the messages of a flow that wait for an answer.
const maxWaiting = 64

// giveUpWaiting closes the message that waits longest. Its answer may still
// come, and must not be taken for another's.
func (c *conv) giveUpWaiting() {
	w := c.waiting[0]
	c.waiting = append(c.waiting[:0], c.waiting[1:]...)
	if w.request && w.stream == 0 {
		c.past++
	}
	c.unanswered(w)
}

// answer gives the request that col responds to its response.
func (c *conv) answer(col *collector) {
	if c.foregone(col.m) {
		c.past--
		return
	}
	i := c.asked(col.m)
	if i < 0 {
		return
	}
	w := c.waiting[i]
	c.waiting = slices.Delete(c.waiting, i, i+1)
	if w.stream == 0 {
		c.passOver(i)
	}
	if e := w.event; e != nil {
		e.Message.Answered = "response"
		e.Message.Response = col.short()
		c.send(e)
	}
}

// passOver closes the requests among the first n that wait: their answers are among
// what is missing.
func (c *conv) passOver(n int) {
	for _, w := range c.waiting[:n] {
		if w.request {
			c.unanswered(w)
		}
	}
	rest := c.waiting[n:]
	c.waiting = slices.DeleteFunc(c.waiting[:n], func(w waiting) bool { return w.request })
	c.waiting = append(c.waiting, rest...)
}

// foregone reports whether m responds to a request that waited too long.
func (c *conv) foregone(m *dissect.Message) bool {
	return m.HTTP.Stream == 0 && c.past > 0 && !c.gapped
}

// upgraded is the stream of HTTP/2 that responds to the request of HTTP/1.1 that
// asked for HTTP/2 (RFC 7540, section 3.2).
const upgraded = 1

// asked returns the place of the waiting request that m responds to, -1 if none
// does. In HTTP/2 it is that of its stream. Else it is the oldest, as long as all of
// the flow is there. Behind a gap, in which other responses may have been, it is the
// last that was sent before; but none in a flow where one was sent before another had
// its response.
func (c *conv) asked(m *dissect.Message) int {
	if s := m.HTTP.Stream; s != 0 {
		return slices.IndexFunc(c.waiting, func(w waiting) bool {
			return w.request && (w.stream == s || w.stream == 0 && s == upgraded)
		})
	}
	oldest, last, many := -1, -1, false
	begun := c.f.TimeOf(m.Dir, m.Start, m.Start+1)
	for i, w := range c.waiting {
		if !w.request {
			continue
		}
		if oldest < 0 {
			oldest = i
		}
		if w.sent <= begun {
			many = last >= 0
			last = i
		}
	}
	if !c.gapped {
		c.piped = c.piped || many
		return oldest
	}
	if c.piped {
		return -1
	}
	return last
}

// awaited reports whether a message with sightings waits for response m.
func (c *conv) awaited(m *dissect.Message) bool {
	if m.HTTP == nil || m.HTTP.Status < 200 || c.foregone(m) {
		return false
	}
	i := c.asked(m)
	return i >= 0 && c.waiting[i].event != nil
}

// answerNone closes what still waits as the flow closes.
func (c *conv) answerNone() {
	for _, w := range c.waiting {
		c.unanswered(w)
	}
	c.waiting = nil
}

// unanswered closes a message without an answer of its own: all that is known
// is whether the other side said anything after it.
func (c *conv) unanswered(w waiting) {
	if w.event == nil {
		return
	}
	m, r := w.event.Message, w.event.Message.Dir.Reverse()
	switch {
	case c.half[r].delivered > w.delivered && m.HTTP == nil:
		m.Answered = "response"
	case c.f.Proto == packet.TCP && (c.f.Packets[r] > w.packets || c.half[r].said > w.sent):
		m.Answered = "ack"
	default:
		m.Answered = "none"
	}
	c.send(w.event)
}

// maxShort is how much of an answer's body a transmission quotes, in bytes.
const maxShort = 160

// short quotes a response: its status and, if it is short text, its body.
func (col *collector) short() string {
	s := strconv.Itoa(col.m.HTTP.Status)
	if len(col.quote) > 0 && !col.whole {
		s += " " + string(col.quote)
	}
	return s
}

func (col *collector) describeHTTP() *telltale.HTTPMessage {
	h := col.m.HTTP
	return &telltale.HTTPMessage{
		Hostname: text(h.Host), Method: text(h.Method), URL: text(h.URL), Status: h.Status,
		UserAgent: text(h.UserAgent), ContentType: telltale.NewText(col.m.ContentType), Length: col.m.BodyLen,
	}
}

// describe fills in what a DNS or TLS message tells.
func describe(out *Message, m *dissect.Message) {
	if t := m.TLS; t != nil {
		out.TLS = describeTLS(t)
	}
	if d := m.DNS; d != nil {
		out.DNS = describeDNS(d)
	}
}

func describeDNS(d *dissect.DNS) *telltale.DNSMessage {
	out := &telltale.DNSMessage{Type: "answer", Name: text(d.Name), RRType: d.Type}
	if d.Query {
		out.Type = "query"
	}
	if len(d.Questions) > 1 {
		for _, q := range d.Questions {
			out.Questions = append(out.Questions, telltale.DNSQuestion{Name: text(q.Name), RRType: q.Type})
		}
	}
	for _, a := range d.Answers {
		out.Answers = append(out.Answers, telltale.DNSAnswer{Name: text(a.Name), RRType: a.Type, TTL: a.TTL, Data: text(a.Data)})
	}
	return out
}

func text(b []byte) telltale.Text { return telltale.NewText(string(b)) }
