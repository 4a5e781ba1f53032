package audit

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// sends groups transmissions that differ only in their time.
type sends struct {
	byKey map[string]*send
	list  []*send
	spare int    // messages and spots that may still be listed one by one
	key   []byte // reused

	latest *send // that something was added to
	wholes int   // whole messages that are kept
}

// send is a group with the bytes of its first transmission.
type send struct {
	report.Send
	last  string // transmission_id counted last
	whole *wholeMessage
	shown
}

func newSends() *sends { return &sends{byKey: map[string]*send{}, spare: maxListed} }

// maxSends bounds the groups: the paths of requests are anyone's to choose.
const maxSends = 10_000

// maxListed bounds the messages and spots of all groups that are listed one by
// one, and maxSpots those of one group.
const (
	maxListed = 20_000
	maxSpots  = 64
)

// add counts one sighting of a transmission. It reports false where there are
// too many groups already.
func (x *sends) add(t *telltale.Transmission, s *pipeline.Sighting, values []string, id string, far *telltale.Destination, addr netip.Addr) bool {
	x.key = x.key[:0]
	for _, part := range [...]string{string(t.SentBy), t.Device, far.ID, string(t.Protection), t.App.Raw()} {
		x.key = append(append(x.key, part...), 0)
	}
	x.key = append(x.key, t.Template.Raw()...)
	g := x.byKey[string(x.key)]
	if g == nil && len(x.list) >= maxSends {
		return false
	}
	if g == nil {
		g = &send{}
		g.Received = t.SentBy == telltale.SentByPeer
		g.Destination, g.DestIP, g.Device, g.First = far.Name, addr, t.Device, t.Time
		g.App, g.Protection, g.ReadableBy, g.Input, g.Packets, g.FlowID = t.App, t.Protection, t.ReadableBy, t.Input, t.Packets, t.FlowID
		g.Service = t.Signature
		x.byKey[string(x.key)] = g
		x.list = append(x.list, g)
	}
	x.latest = g
	if g.last != t.ID {
		g.last = t.ID
		g.transmission(t)
		if len(g.Messages) < report.MaxMessages && x.spare > 0 {
			x.spare--
			g.Messages = append(g.Messages, report.Message{Transmission: t.ID, Time: t.Time, Input: t.Input, FlowID: t.FlowID, Packets: t.Packets, Answered: t.Answered, Response: t.Response})
		}
	}
	if id != "" && g.Count == 1 && len(g.Spots) < maxSpots && x.spare > 0 {
		x.spare--
		g.Spots = append(g.Spots, report.Spot{Identifier: id, Field: s.Field, Form: s.Form, Ranges: s.Ranges, View: s.View})
	}
	if s.Level.AtLeast(g.Level) && s.Level != g.Level {
		g.Level = s.Level
	}
	g.Kinds = addKind(g.Kinds, s.Kind)
	if id != "" && !slices.Contains(g.Identifiers, id) && len(g.Identifiers) < 256 {
		g.Identifiers = append(g.Identifiers, id)
	}
	if !slices.Contains(g.Forms, s.Form) {
		g.Forms = append(g.Forms, s.Form)
	}
	if g.FlowID == t.FlowID && s.Transmission == t.ID && g.Count == 1 && g.rank < exhibitRank(s) {
		g.shown = show(s, values)
	}
	return true
}

func (g *send) transmission(t *telltale.Transmission) {
	g.Count++
	g.First, g.Last = min(g.First, t.Time), max(g.Last, t.Time)
	if len(g.Times) < report.MaxTimes {
		g.Times = append(g.Times, t.Time)
	}
	if rank := answerRank(t.Answered); rank > answerRank(g.Answered) {
		g.Answered, g.Response = t.Answered, t.Response
	}
}

// answerRank orders how far a transmission demonstrably came.
func answerRank(a string) int { return slices.Index([]string{"none", "ack", "response"}, a) }

// exhibitAround is how many bytes beside a value make it readable in place.
const exhibitAround = 12

// exhibitRank says how well a sighting shows what happened: the surer the
// better, and rather one that had to be decoded and has a long value.
func exhibitRank(s *pipeline.Sighting) int {
	n := 1 + len(s.Value.Raw())
	if s.Level == telltale.Confirmed || s.Level == telltale.Probable {
		n += 1000
	}
	if s.Form != "plain" {
		n += 100
	}
	if s.DecodedMark.Start >= exhibitAround && int64(len(s.Decoded))-s.DecodedMark.End >= exhibitAround {
		n += 50 // what stands on both sides shows where the value begins and ends
	}
	switch s.Kind {
	case telltale.IMEI, telltale.ICCID, telltale.IMSI: // what an owner has heard of
		n += 20
	default:
	}
	return n
}

// maxExhibits is how many groups show their bytes.
const maxExhibits = 64

// records returns the groups, those of most consequence first.
func (x *sends) records(m *telltale.Masker) []report.Send {
	byConsequence(x.list)
	var out []report.Send
	for i, g := range x.list {
		slices.Sort(g.Times)
		if i < maxExhibits {
			g.Exhibit = g.exhibit(m)
		}
		out = append(out, g.Send)
	}
	return out
}

// byConsequence sorts groups, those of most consequence first.
func byConsequence(list []*send) []*send {
	slices.SortStableFunc(list, func(a, b *send) int {
		return cmp.Or(
			cmp.Compare(rank(a.Received), rank(b.Received)),
			cmp.Compare(levelRank(b.Level), levelRank(a.Level)),
			cmp.Compare(len(b.Identifiers), len(a.Identifiers)),
			cmp.Compare(b.Count, a.Count),
		)
	})
	return list
}

// rank puts what a device sent before what it received.
func rank(received bool) int {
	if received {
		return 1
	}
	return 0
}

func levelRank(l telltale.Level) int {
	for i, m := range []telltale.Level{telltale.Confirmed, telltale.Probable, telltale.Possible} {
		if l == m {
			return 3 - i
		}
	}
	return 0
}
