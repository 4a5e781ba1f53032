package pipeline

import (
	"errors"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// maxPending bounds the bytes of a direction that wait for more: for a parser
// to be chosen, or for a head to be whole.
const maxPending = dissect.MaxWait

// conv reads one flow: it chooses parsers by content, hands them the bytes in
// order and keeps what they have not used yet.
type conv struct {
	s       *shard
	f       *flow.Flow
	info    *FlowInfo
	last    *Event             // closes the flow; lies with info
	found   *dissect.Dissector // what the flow speaks; nil until known
	parser  dissect.Parser     // of found
	raw     dissect.Parser     // takes what nobody understands; made when needed
	half    [2]half
	given   piece // what the parser at work was given
	fuel    int   // calls of the sink that it has left
	agent   [2]detect.Agent
	waiting []waiting // messages that an answer may still follow
	told    bool      // something was found in it
	past    int       // requests that waited too long, whose answers may still come
	piped   bool      // a request was sent before another had its answer
	gapped  bool      // bytes are missing, and with them maybe requests or answers
}

// half is one direction of a flow.
type half struct {
	parser    dissect.Parser // nil: not chosen yet
	raw       bool           // the parser is the one for what nobody understands
	rawFrom   int64          // stream offset from which on it is
	left      bool           // the found protocol ended here: choose again by content
	pending   []byte         // delivered, not used yet
	weight    int            // of pending, as counted in the shard
	kept      int            // bytes that the parser keeps, as counted there
	at        int64          // stream offset of the first byte not used
	open      *collector     // the message that is being told, if any
	memory    *memory        // what its messages are compressed with, if they go on from each other
	said      int64          // when its last message ended, in ns since the Unix epoch
	delivered int64          // bytes, accounted by scanned, opaque or skipped
	accounted int64
	sealed    string              // channel of what was sealed, "" where nothing was
	sealedAt  int64               // stream offset from which on it was
	opaque    int64               // bytes of that channel, not in the tally yet
	failed    telltale.SkipReason // why its parser was given up, "" where it was not
	cut       *tail               // how a flow that gave way ended where this one's bytes begin; nil: none did
}

// Open implements [flow.Handler]. A flow that never carries a byte, as in a
// flood of handshakes, needs no state of its own until it closes; but the
// tunnel that one came through is known only now.
func (s *shard) Open(f *flow.Flow) {
	if f.Depth > 0 {
		s.conv(f).info.Tunnel = s.outer
	}
}

// conv returns what reads f, made when it is first asked for.
func (s *shard) conv(f *flow.Flow) *conv {
	if c, ok := f.App.(*conv); ok {
		return c
	}
	c := s.w.convs.take()
	if c == nil {
		c = new(conv)
	}
	last := &closing{FlowInfo: FlowInfo{
		ID: f.ID, Part: f.Part, Key: f.Key, Start: telltale.Time(f.Start),
		SrcMAC: f.SrcMAC, DstMAC: f.DstMAC, HasMAC: f.HasMAC, Program: f.Program,
		AppProto: dissect.Unknown.Name, Protection: telltale.UnknownProtection,
	}}
	*c = conv{s: s, f: f, info: &last.FlowInfo, last: &last.event}
	f.App = c
	return c
}

// Data implements [flow.Handler].
func (s *shard) Data(f *flow.Flow, d telltale.Direction, at int64, b []byte) {
	c := s.conv(f)
	h := &c.half[d]
	if at == 0 && len(s.tails.of) > 0 && f.Proto == packet.TCP {
		c.takeTail(d)
	}
	h.delivered += int64(len(b))
	defer c.contain(d)
	if f.Proto == packet.TCP {
		c.stream(d, at, b)
	} else {
		c.datagram(d, at, b)
	}
}

// stream takes the next bytes of a TCP direction.
func (c *conv) stream(d telltale.Direction, at int64, b []byte) {
	h := &c.half[d]
	if len(h.pending) == 0 {
		h.at = at
		if used := c.consume(d, b); used < len(b) || h.weight > 0 {
			c.wait(h, append(h.pending, b[used:]...))
		}
		return
	}
	h.pending = append(h.pending, b...)
	if used := c.consume(d, h.pending); used > 0 { // moving nothing would take time as well
		h.pending = append(h.pending[:0], h.pending[used:]...)
		c.s.w.tally.Work.Given += int64(len(h.pending))
	}
	c.wait(h, h.pending)
}

// wait has b wait in the direction for what follows it.
func (c *conv) wait(h *half, b []byte) {
	if len(b) == 0 && c.s.isFull() {
		b = nil
	}
	h.pending = b
	c.s.hold(&h.weight, cap(b))
}

// weighKept counts what the flow's parser keeps of a direction, and has it tell that
// where the shard holds too much.
func (c *conv) weighKept(h *half, d telltale.Direction) {
	if c.found == nil || c.found.Kept == nil || c.parser == nil {
		return
	}
	if c.s.hold(&h.kept, c.found.Kept(c.parser, d)); h.kept > 0 && c.s.isFull() {
		c.fuel = fuelBase
		c.found.LetGo(c.parser, d, c)
		c.settle(d)
		c.s.hold(&h.kept, c.found.Kept(c.parser, d))
	}
}

// consume hands b, which starts at the half's offset, to the direction's
// parser and returns how much of it is done with.
func (c *conv) consume(d telltale.Direction, b []byte) int {
	h := &c.half[d]
	done, vain := 0, 0
	for done < len(b) {
		if h.parser == nil && !c.choose(d, b[done:]) {
			break
		}
		used, err := c.read(d, b[done:])
		c.settle(d)
		c.weighKept(h, d)
		done += used
		h.at += int64(used)
		if err == nil && used == 0 && len(b)-done <= c.s.patience() {
			break
		}
		if vain++; used > 0 {
			vain = 0
		} else if vain > maxVain {
			c.given = piece{h.at, b[done:]}
			panic(wire.ErrStuck)
		}
		if err != nil || used == 0 {
			c.giveUp(d, used > 0 || errors.Is(err, dissect.ErrSwitched))
		}
	}
	return done
}

// choose picks the direction's parser. It reports false where the dissectors
// want to see more bytes first.
func (c *conv) choose(d telltale.Direction, b []byte) bool {
	h := &c.half[d]
	if c.found != nil && !h.left {
		h.parser, h.raw = c.parser, false
		return true
	}
	found, v := dissect.Choose(c.f.Proto, d, b, c.f.DstPort)
	switch {
	case v == dissect.Yes:
		if found != c.found {
			c.speaks(found)
		}
		h.parser, h.raw, h.left = c.parser, false, false
	case v == dissect.Maybe && len(b) <= c.s.patience():
		return false
	default:
		c.beRaw(h)
	}
	return true
}

// giveUp ends the direction's parser. Where it had used some of what it was
// given another protocol may follow; otherwise the rest is read raw.
func (c *conv) giveUp(d telltale.Direction, again bool) {
	h := &c.half[d]
	c.close(h.parser, d)
	h.parser, h.left = nil, true
	c.f.Seal(d, 0, false)
	if !again {
		c.beRaw(h)
	}
}

// speaks notes what the flow speaks.
func (c *conv) speaks(found *dissect.Dissector) {
	if c.found = found; found.Lone {
		c.parser = nil // see lone
	} else {
		c.parser = c.s.w.parser(found, c.f)
	}
}

// datagram takes a packet of a protocol without a stream: it is read whole
// or not at all.
func (c *conv) datagram(d telltale.Direction, at int64, b []byte) {
	h := &c.half[d]
	h.at = at
	if c.found == nil {
		if found, v := dissect.Choose(c.f.Proto, d, b, c.f.DstPort); v == dissect.Yes {
			c.speaks(found)
		}
	}
	p := c.parser
	if c.found != nil && c.found.Lone {
		p = c.s.w.lone(c.found, c.f)
	}
	used := 0
	if p != nil {
		used, _ = c.parse(p, d, at, b)
		c.close(p, d)
	}
	c.readRaw(d, at+int64(used), b[used:])
	h.at = at + int64(len(b))
}

// Gap implements [flow.Handler]: a wall that nothing is joined across.
func (s *shard) Gap(f *flow.Flow, d telltale.Direction, at, n int64) {
	c := s.conv(f)
	defer c.contain(d)
	h := &c.half[d]
	c.gapped = true
	c.readRest(d) // it lies before the gap
	c.forgetMemory(d)
	if h.open != nil {
		h.open.missed += n
		c.wall(h.open)
	}
	c.cutOff(d)
	resume := h.parser != nil && c.gap(h.parser, d, at, n)
	c.settle(d)
	// What nobody understood may be a protocol's beginning again after a gap.
	if len(h.pending) > 0 || h.raw {
		resume = false
	}
	if !resume {
		c.endHalf(d)
		h.parser, h.left = nil, true
		c.f.Seal(d, 0, false)
	}
	h.at = at + n
}

// Alt implements [flow.Handler]: a copy that the main view does not hold is
// searched by itself. In a sealed direction it is sealed like the rest, unless
// it is text.
func (s *shard) Alt(f *flow.Flow, d telltale.Direction, copied flow.Copy) {
	c := s.conv(f)
	if h := &c.half[d]; h.sealed != "" && copied.At >= h.sealedAt && !isText(copied.Data) {
		s.w.tally.Payload.Opaque[h.sealed] += int64(copied.New)
		return
	}
	s.w.tally.Payload.Scanned += int64(copied.New)
	defer c.contain(d)
	c.searchAside(d, &copied, telltale.ViewAlt)
}

// isText reports whether b can be told from ciphertext: enough of it, and
// nearly all of it letters, digits and the like.
func isText(b []byte) bool {
	n := 0
	for _, x := range b {
		if x >= ' ' && x < 0x7f || x == '\t' || x == '\n' || x == '\r' {
			n++
		}
	}
	return len(b) >= 16 && 8*n >= 7*len(b)
}

// Close implements [flow.Handler].
func (s *shard) Close(f *flow.Flow, _ int64) {
	c := s.conv(f)
	for d := telltale.ToServer; d <= telltale.ToClient; d++ {
		c.closeHalf(d)
	}
	c.answerNone()
	c.info.End, c.info.Ended = telltale.Time(f.End), f.Ended
	c.info.Packets, c.info.Bytes, c.info.Program = f.Packets, f.Bytes, f.Program
	if f.Whole || c.told {
		c.last.Flow = c.info
		s.w.emit(c.last)
	}
	f.App = nil
	s.w.spare(c)
}

// closeHalf ends a direction and counts what of it was sealed, and what a parser that
// failed cost it.
func (c *conv) closeHalf(d telltale.Direction) {
	func() {
		defer c.contain(d)
		c.leaveTail(d)
		c.endHalf(d)
	}()
	h := &c.half[d]
	if h.opaque > 0 {
		c.s.w.tally.Payload.Opaque[h.sealed] += h.opaque
	}
	if h.failed != "" {
		c.s.w.tally.Payload.Skipped[h.failed] += h.delivered - h.accounted
	}
}

// endHalf ends the message being told and reads raw what no parser used.
func (c *conv) endHalf(d telltale.Direction) {
	h := &c.half[d]
	c.readRest(d)
	c.cutOff(d)
	rest := h.pending
	if h.parser != nil {
		c.close(h.parser, d)
	}
	c.wait(h, nil)
	c.s.hold(&h.kept, 0)
	c.forgetMemory(d)
	c.readRaw(d, h.at, rest)
}

// cutOff has what waits, and nothing follows, be read as far as it goes.
func (c *conv) cutOff(d telltale.Direction) {
	h := &c.half[d]
	if len(h.pending) == 0 {
		return
	}
	if h.parser == nil {
		found := dissect.ChooseCut(c.f.Proto, h.pending)
		if found == nil {
			return
		}
		if found != c.found {
			c.speaks(found)
		}
		h.parser, h.raw, h.left = c.parser, false, false
	}
	used := c.cut(h.parser, d, h.at, h.pending)
	h.at += int64(used)
	h.pending = append(h.pending[:0], h.pending[used:]...)
}
