package pipeline

import (
	"hash/maphash"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// End implements [dissect.Sink].
func (c *conv) End(m *dissect.Message) {
	c.burn()
	col := m.State.(*collector)
	c.search(col, false)
	if m.Untold > 0 {
		c.s.w.tally.suppress(headersNotRepeated, int64(m.Untold))
	}
	c.half[m.Dir].open = nil
	c.weighMemory(m.Dir)
	col.cert = c.knowCertificate(m)
	c.account(col)
	if c.s.w.cfg.Whole {
		c.tellWhole(col)
	}
	c.deliver(col)
	if m.Parts != nil {
		c.leavePieces(col)
	}
	c.f.Forget(m.Dir, col.end())
	m.State = nil
	c.s.hold(&col.weight, 0)
	if cap(col.buf) <= window+maxPending {
		c.s.w.collectors.put(col)
	}
}

// Opaque implements [dissect.Sink].
func (c *conv) Opaque(d telltale.Direction, at, n int64, channel string) {
	c.burn()
	h := &c.half[d]
	h.accounted += n
	if h.sealed == "" {
		h.sealed, h.sealedAt = channel, at
	}
	if channel == h.sealed {
		h.opaque += n // most of what phones send: it is added up first
	} else {
		c.s.w.tally.Payload.Opaque[channel] += n
	}
	if c.info.AppProto == dissect.Unknown.Name {
		c.info.AppProto = channel
	}
	c.info.Protection = telltale.Sealed
	c.f.Forget(d, at+n)
	c.f.Seal(d, at, true)
}

// account counts an ended message's bytes.
func (c *conv) account(col *collector) {
	p := &c.s.w.tally.Payload
	p.Scanned += col.m.Wire - col.dropped
	if col.dropped > 0 {
		p.Skipped[telltale.SkipBodyBudget] += col.dropped
	}
	c.half[col.m.Dir].accounted += col.m.Wire
}

// wall ends the window at a gap: what comes after is never joined to it.
func (c *conv) wall(col *collector) {
	if len(col.body) > 0 || len(col.fields) > 0 {
		c.search(col, false)
	}
}

// search looks through the fields that have not been searched and the window
// of the body. With more, the window's last bytes may belong to something
// that is not whole yet, and stay.
func (c *conv) search(col *collector, more bool) {
	if col.cut != nil {
		c.searchCut(col)
	}
	s := c.s.w.search
	s.Begin()
	work := &c.s.w.tally.Work
	for i, f := range col.fields {
		work.Searched += int64(len(f.Data))
		s.Scan(detect.Field{Index: i, Name: f.Name, Data: f.Data, Base: f.At, Namer: f.Namer, Agent: c.agentOf(col.m)})
	}
	keep := 0
	if len(col.body) > 0 {
		work.Searched += int64(len(col.body))
		keep = s.Scan(detect.Field{
			Index: bodyIndex, Name: col.m.BodyName, Data: col.body, Base: col.base, More: more, Done: col.done,
			Encodings: col.m.Encodings, ContentType: col.m.ContentType, Inflow: &col.inflow, Columns: &col.columns, Memory: c.memory(col.m),
		})
		col.done = col.base + int64(len(col.body))
		if more {
			col.done = s.Done()
		}
	}
	c.sight(col, s.End())
	c.skipped(col, s)
	col.forgetFields()
	col.keepTail(keep)
}

// bodyIndex marks the body among a message's fields.
const bodyIndex = -1

// skipped counts wire bytes that the search could not look into, and hits
// that were too many.
func (c *conv) skipped(col *collector, s *detect.Search) {
	t := c.s.w.tally
	for reason, n := range s.Skipped() {
		n = min(n, col.m.Wire-col.dropped-col.skipped)
		col.skipped += n
		t.Payload.Skipped[reason] += n
		t.Payload.Scanned -= n
	}
	if n := s.Suppressed(); n > 0 {
		t.Suppressed[tooManyHits] += n
	}
	if n := s.TooLong(); n > 0 {
		t.Suppressed[tooLong] += n
	}
	if n := s.Repeated(); n > 0 {
		t.Suppressed[sameAgent] += n
	}
}

// tooManyHits is the rule that keeps hits beyond a bound out of a message.
const tooManyHits = "hits_per_message"

// tooLong is the rule by which values that are longer than a text, under a name for
// texts or tokens, are not judged.
const tooLong = "values_too_long"

// headersNotRepeated is the rule by which headers of HTTP/2 that stand for many bytes
// are not told again.
const headersNotRepeated = "headers_not_repeated"

// agentOf returns who speaks to whom in a request, nil in other messages.
func (c *conv) agentOf(m *dissect.Message) *detect.Agent {
	if m.HTTP == nil || m.HTTP.UserAgent == nil {
		return nil
	}
	a := &c.agent[m.Dir]
	if a.Of == nil {
		ends := [2]packet.Addr{c.f.Src, c.f.Dst}
		if m.Dir == telltale.ToClient {
			ends[0], ends[1] = ends[1], ends[0]
		}
		a.Of, a.Pair = &c.s.agents, maphash.Comparable(pairSeed, ends)
	}
	return a
}

var pairSeed = maphash.MakeSeed()

// sameAgent is the rule that tells the model and the build in what a program says
// of itself to the same far end once, not with every request.
const sameAgent = "same_user_agent"

// sight turns the search's hits into sightings.
func (c *conv) sight(col *collector, hits []detect.Hit) {
	if len(hits) == 0 {
		return
	}
	whole := piecesOf(col.m)
	for i := range hits {
		h := &hits[i]
		ranges := h.Ranges
		if h.Index == bodyIndex {
			ranges = nil
			for _, r := range h.Ranges {
				ranges = col.place(ranges, r)
			}
		} else if f := &col.fields[h.Index]; f.Wire != nil {
			ranges = []telltale.Range{{Start: f.At, End: f.At + int64(len(f.Wire))}}
			h.Form = hiddenIn(f.Form, h.Form)
		} else if f.Runs != nil {
			ranges = nil
			for _, r := range h.Ranges {
				ranges = append(ranges, joined(f.Runs, r)...)
			}
			ranges = telltale.Union(ranges)
		}
		if !whole.isNews(h, ranges) {
			continue
		}
		s := c.sighting(col.m.Dir, h, slices.Clone(ranges))
		s.Packets, s.Time = c.packetsWith(whole, col.m.Dir, s.Ranges)
		col.excerpt(s, hits, h)
		out := col.message()
		out.Sightings = append(out.Sightings, s)
	}
	for i := range hits {
		if hits[i].Index == bodyIndex {
			col.found = append(col.found, hits[i].Ranges...)
		}
	}
}

// hiddenIn returns the form of what is written in a form and hidden by another.
func hiddenIn(outer, form string) string {
	switch {
	case outer == "":
		return form
	case form == "plain" || form == "":
		return outer
	}
	return outer + ">" + form
}

// sighting returns what a hit says, without packets.
func (c *conv) sighting(d telltale.Direction, h *detect.Hit, ranges []telltale.Range) *Sighting {
	return &Sighting{
		Sighting: telltale.Sighting{
			Kind: h.Kind, Value: telltale.NewValue(h.Kind, h.Value), Form: h.Form, Field: telltale.NewText(h.Field),
			Direction: d, Ranges: ranges, Level: h.Level, Confidence: h.Confidence,
			Why: slices.Clone(h.Why), View: telltale.ViewMain, Notes: slices.Clone(h.Notes),
		},
		Seed: h.Device, Decoded: slices.Clone(h.Context), DecodedMark: h.Mark,
	}
}

// packets returns the packets that the ranges lie in and the time of the last.
func (c *conv) packets(d telltale.Direction, ranges []telltale.Range) (telltale.Packets, telltale.Time) {
	return c.packetsWith(nil, d, ranges)
}

// packetsWith is packets where some may lie in messages before, of which the flow
// has forgotten them.
func (c *conv) packetsWith(before *pieces, d telltale.Direction, ranges []telltale.Range) (telltale.Packets, telltale.Time) {
	var ps []int64
	var at int64
	for _, r := range ranges {
		ps = c.f.PacketsIn(ps, d, r.Start, r.End)
		at = max(at, c.f.TimeOf(d, r.Start, r.End))
		ps, at = before.packetsIn(ps, at, r)
	}
	ps = c.s.parts(ps)
	slices.Sort(ps)
	return slices.Compact(ps), telltale.Time(at)
}

// searchAside searches bytes that no message holds, and what lies around
// them: a copy that the main view does not hold, or what lies across a cut.
func (c *conv) searchAside(d telltale.Direction, copied *flow.Copy, view telltale.View) {
	s := c.s.w.search
	s.Begin()
	base := copied.At - int64(copied.From)
	c.s.w.tally.Work.Searched += int64(len(copied.Data))
	s.Scan(detect.Field{Index: bodyIndex, Name: dissect.Unknown.Name, Data: copied.Data, Base: base, Done: base})
	hits := s.End()
	if !slices.ContainsFunc(hits, func(h detect.Hit) bool { return isNews(copied, base, &h) }) {
		return
	}
	m := &dissect.Message{Proto: c.info.AppProto, Dir: d, Protection: c.info.Protection, Start: copied.At, Wire: int64(copied.To - copied.From)}
	col := &collector{m: m, body: copied.Data, base: base, done: base + int64(len(copied.Data)), peer: c.peerOf(d)}
	out := col.message()
	packets := c.s.parts(slices.Clone(copied.Packets))
	slices.Sort(packets)
	out.View, out.Packets, out.Time = view, slices.Compact(packets), telltale.Time(c.f.End)
	for i := range hits {
		if !isNews(copied, base, &hits[i]) {
			continue
		}
		sg := c.sighting(d, &hits[i], inStream(hits[i].Ranges))
		if len(sg.Ranges) == 0 {
			sg.Notes = append(sg.Notes, beforeStart)
		}
		sg.View, sg.Packets, sg.Time = out.View, out.Packets, out.Time
		col.excerpt(sg, hits, &hits[i])
		if view == telltale.ViewMain {
			sg.alone()
		}
		out.Sightings = append(out.Sightings, sg)
	}
	c.emit(col)
}

// isNews reports whether a hit has bytes of the copy that no search saw before.
func isNews(copied *flow.Copy, base int64, h *detect.Hit) bool {
	return h.Ranges[0].Start-base < int64(copied.To) && h.Ranges[len(h.Ranges)-1].End-base > int64(copied.From)
}

// beforeStart notes that bytes lie before the first one of their stream that
// the capture knows: they have a packet, but no offset.
const beforeStart = "before_stream_start"

// inStream returns the part of ranges that has offsets.
func inStream(ranges []telltale.Range) []telltale.Range {
	var out []telltale.Range
	for _, r := range ranges {
		if r.End > 0 {
			out = append(out, telltale.Range{Start: max(r.Start, 0), End: r.End})
		}
	}
	return out
}

// Columns of the wire that an excerpt shows around a value.
const (
	excerptBefore = 24
	excerptValue  = 64
	excerptAfter  = 24
)

// excerpt copies the wire bytes around a hit, with the ranges that sightings
// cover so that they are never shown.
func (col *collector) excerpt(s *Sighting, hits []detect.Hit, h *detect.Hit) {
	data, base, found, judged := col.body, col.base, col.found, col.done-col.base
	if h.Index != bodyIndex {
		f := &col.fields[h.Index]
		if f.Wire != nil {
			all := telltale.Range{End: int64(min(len(f.Wire), excerptValue))}
			s.Wire, s.WireMark, s.WireBlank = slices.Clone(f.Wire[:all.End]), all, []telltale.Range{all}
			return
		}
		data, base, found, judged = f.Data, f.At, nil, int64(len(f.Data))
	}
	mark := telltale.Range{Start: h.Ranges[0].Start - base, End: h.Ranges[len(h.Ranges)-1].End - base}
	mark.Start = max(mark.Start, 0) // what was inflated in pieces may begin before the window
	mark.End = max(min(mark.End, mark.Start+excerptValue), mark.Start)
	start := max(0, mark.Start-excerptBefore)
	end := max(mark.End, min(judged, mark.End+excerptAfter)) // what is not judged yet may hold values
	s.Wire = slices.Clone(data[start:end])
	s.WireMark = telltale.Range{Start: mark.Start - start, End: mark.End - start}
	blank := func(covered []telltale.Range) {
		for _, r := range covered {
			r = telltale.Range{Start: max(r.Start-base-start, 0), End: min(r.End-base-start, end-start)}
			if r.Start < r.End {
				s.WireBlank = append(s.WireBlank, r)
			}
		}
	}
	blank(found)
	for i := range hits {
		if hits[i].Index == h.Index {
			blank(hits[i].Ranges)
		}
	}
	s.WireBlank = telltale.Union(s.WireBlank)
}
