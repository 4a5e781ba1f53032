// Package telltale is the vocabulary of telltale, a program that shows what a
// phone tells, to whom, when, who could read it on the way, and what that means.
//
// The types here are the records of the output contract (docs/formats.md) and
// the words the rest of the program shares. They hold facts, never judgement,
// and depend on the standard library only. Strings that came from a capture
// are a [Text] or a [Value]; a [Masker] is the one way from these to output.
package telltale

import (
	"cmp"
	"slices"
	"time"
)

// Schema is the number in every record's "schema" field. It stays 0 until
// the assessment and the reports stand.
const Schema = 0

// Direction says which way bytes went in a flow. The side that opened the
// flow (or, where the opening was not captured, seems to have) is the client.
type Direction uint8

// The two directions of a flow.
const (
	ToServer Direction = iota
	ToClient
)

// Reverse returns the other direction.
func (d Direction) Reverse() Direction { return d ^ 1 }

// String returns the contract's word, "to_server" or "to_client".
func (d Direction) String() string {
	if d == ToClient {
		return "to_client"
	}
	return "to_server"
}

// MarshalText returns the contract's word.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// A Range is a half-open run of bytes, [Start, End).
type Range struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

// Len returns the number of bytes in the range.
func (r Range) Len() int64 { return r.End - r.Start }

// Overlaps reports whether r and o share a byte.
func (r Range) Overlaps(o Range) bool { return r.Start < o.End && o.Start < r.End }

// Union sorts rs in place and returns it with those that touch joined.
func Union(rs []Range) []Range {
	slices.SortFunc(rs, func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	out := rs[:0]
	for _, r := range rs {
		if k := len(out) - 1; k >= 0 && r.Start <= out[k].End {
			out[k].End = max(out[k].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Without returns the bytes of rs that are not in cut; both are sorted and
// disjoint.
func Without(rs, cut []Range) []Range {
	var out []Range
	for _, r := range rs {
		for len(cut) > 0 && cut[0].End <= r.Start {
			cut = cut[1:]
		}
		for _, c := range cut {
			if c.Start >= r.End {
				break
			}
			if c.Start > r.Start {
				out = append(out, Range{r.Start, c.Start})
			}
			r.Start = min(c.End, r.End)
		}
		if r.Start < r.End {
			out = append(out, r)
		}
	}
	return out
}

// View names the copy of a stream that bytes belong to.
type View string

// A stream has one main view, as a Linux socket would have read it, and
// alternatives: conflicting copies that were on the wire as well.
const (
	ViewMain View = "main"
	ViewAlt  View = "alt"
)

// A Place is where on the wire something was: offsets in the stream of one
// direction of a flow, from the first payload byte, sorted and disjoint.
type Place struct {
	Dir    Direction
	View   View
	Ranges []Range
}

// Protection says what the channel did for the bytes in it.
type Protection string

// The protections of the contract.
const (
	Open              Protection = "open"      // no key is needed to read the channel
	Forgeable         Protection = "forgeable" // null, anonymous or export cipher, or a certificate proven unchecked
	Sealed            Protection = "sealed"    // sound TLS or QUIC
	UnknownProtection Protection = "unknown"
)

// ReadableBy says who could read bytes on their way.
type ReadableBy string

// The readers of the contract, widest first.
const (
	AnyoneOnPath    ReadableBy = "anyone_on_path"
	LocalNetwork    ReadableBy = "local_network"
	Operator        ReadableBy = "operator"
	DestinationOnly ReadableBy = "destination_only"
	UnknownReader   ReadableBy = "unknown"
)

// Level says how sure it is that a value is the identifier it is taken for.
type Level string

// The levels of the contract, surest first. A candidate below Possible is
// hidden: it makes no record.
const (
	Confirmed Level = "confirmed" // equals a value of the device file, or its digest
	Probable  Level = "probable"  // confidence >= 0.95 from two groups of evidence
	Possible  Level = "possible"  // confidence 0.5 to 0.95; for the owner only
	Hidden    Level = ""
)

// AtLeast reports whether l is as sure as m or surer.
func (l Level) AtLeast(m Level) bool { return l.rank() >= m.rank() }

func (l Level) rank() int {
	switch l {
	case Confirmed:
		return 3
	case Probable:
		return 2
	case Possible:
		return 1
	}
	return 0
}

// Ended says why a flow's record was closed.
type Ended string

// The ways a flow ends.
const (
	EndedFIN     Ended = "fin"
	EndedRST     Ended = "rst"
	EndedIdle    Ended = "idle"
	EndedEvicted Ended = "evicted"
	EndedCapture Ended = "capture_end"
)

// SentBy says who spoke, whoever opened the flow.
type SentBy string

// The speakers of the contract.
const (
	SentByDevice  SentBy = "device"
	SentByPeer    SentBy = "peer"
	SentByUnknown SentBy = "unknown"
)

// SkipReason says why payload bytes were not scanned. The list is closed.
type SkipReason string

// Every reason there is for not scanning payload bytes.
const (
	SkipUnsupportedLink SkipReason = "unsupported_link"
	SkipUndecodable     SkipReason = "undecodable"
	SkipCorruptBlock    SkipReason = "corrupt_block"
	SkipFragIncomplete  SkipReason = "frag_incomplete"
	SkipFlowEvicted     SkipReason = "flow_evicted"
	SkipHoldBudget      SkipReason = "hold_budget"
	SkipBodyBudget      SkipReason = "body_budget"
	SkipInflateBudget   SkipReason = "inflate_budget"
	SkipDecodeDepth     SkipReason = "decode_depth"
	SkipParserPanic     SkipReason = "parser_panic"
	SkipParserStuck     SkipReason = "parser_stuck"
	SkipNoKeyYet        SkipReason = "no_key_yet"
	SkipNotEnrolled     SkipReason = "not_enrolled"
)

// SkipReasons lists every [SkipReason], in the order coverage prints them.
var SkipReasons = []SkipReason{
	SkipUnsupportedLink, SkipUndecodable, SkipCorruptBlock, SkipFragIncomplete, SkipFlowEvicted,
	SkipHoldBudget, SkipBodyBudget, SkipInflateBudget, SkipDecodeDepth, SkipParserPanic,
	SkipParserStuck, SkipNoKeyYet, SkipNotEnrolled,
}

// Verdict is the answer of a run in one word.
type Verdict string

// The verdicts of the contract. There is no "clean": NothingSeen always
// comes with the share of bytes that was sealed.
const (
	Findings     Verdict = "findings"
	NothingSeen  Verdict = "nothing_seen"
	Inconclusive Verdict = "inconclusive"
)

// Time is a packet time in nanoseconds since the Unix epoch, UTC. No Time is
// ever taken from the clock of the machine that runs the audit.
type Time int64

// Std returns t as a time.Time in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// AppendTo appends t in RFC 3339 with microseconds, or with nanoseconds
// where t has them.
func (t Time) AppendTo(dst []byte) []byte {
	seconds, ns := int64(t)/1e9, int64(t)%1e9
	if ns < 0 {
		seconds, ns = seconds-1, ns+1e9
	}
	days, second := seconds/86400, seconds%86400
	if second < 0 {
		days, second = days-1, second+86400
	}
	year, month, day := civil(days)
	start := len(dst)
	dst = append(dst, "0000-00-00T00:00:00.000000000Z"...)
	b := dst[start:]
	digits(b[0:4], year)
	digits(b[5:7], month)
	digits(b[8:10], day)
	digits(b[11:13], second/3600)
	digits(b[14:16], second/60%60)
	digits(b[17:19], second%60)
	if ns%1000 == 0 {
		digits(b[20:26], ns/1000)
		return append(dst[:start+26], 'Z')
	}
	digits(b[20:29], ns)
	return dst
}

// civil returns the date that is so many days after 1970-01-01. Years are
// counted from March, so that a leap day is the last of its year, in eras of
// 400 years.
func civil(days int64) (year, month, day int64) {
	days += 719468 // from 0000-03-01
	era := days / 146097
	of := days % 146097
	y := (of - of/1460 + of/36524 - of/146096) / 365
	of -= 365*y + y/4 - y/100
	m := (5*of + 2) / 153 // from March
	year, month, day = y+400*era, m+3, of-(153*m+2)/5+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// digits fills b with the last digits of v, which is not below zero.
func digits(b []byte, v int64) {
	n := uint32(v)
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// MarshalText returns t as [Time.AppendTo] writes it.
func (t Time) MarshalText() ([]byte, error) { return t.AppendTo(nil), nil }
