package detect

import (
	"cmp"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// Bounds of a search.
const (
	maxHits   = 4096     // hits a message may have; the surest are kept
	holdBack  = 512      // bytes at the end of a window that are judged with what follows
	contextOf = 512      // bytes before those, so that their key is seen again
	maxKeep   = 64 << 10 // bytes a window may ask to see again
	maxFree   = 1 << 10  // candidates kept for the next message
)

// Search finds the identifiers of one message after the other. It belongs to
// one worker and reuses its memory.
type Search struct {
	engine  *Engine
	walker  decode.Walker
	visit   func(*decode.View)
	address func(start, end int)
	digits  func(start, end int)
	known   func(p *pattern, start int)

	field    Field
	table    *Columns // of the field at hand
	ownTable Columns  // of a field that comes without
	view     *decode.View
	keys     keyScan
	keyClues keyClues
	draft    *candidate   // at hand
	reading  Reading      // at hand
	told     toldList     // of the view at hand
	opened   []opened     // of the field at hand
	plain    []byte       // what the token at hand says as Base64
	free     []*candidate // for those to come
	settled  []*candidate // of the view at hand, before some were dropped
	found    []*candidate // of the field at hand, one view after the other
	fromView int          // where in found those of the view at hand begin
	taken    []*candidate // of the message
	hits     []Hit
	blanks   blanks
	skipped  map[telltale.SkipReason]int64
	dropped  int64
	tooLong  int64
	long     []int64 // where in the field at hand values of more than maxText bytes begin
	cut      int     // where in its root the first value begins that the root ends in, -1 if none does
	repeated int64   // user agents that were told before
	work     int64   // since the search was made

	registers bool   // the path of the request says that devices announce themselves
	next      window // how the window that continues the last field would look
}

// A window is the state between two windows of one field.
type window struct {
	more  bool
	index int
	base  int64
	done  int64 // hits that begin before this place have been taken
}

// NewSearch returns a search for one worker.
func (e *Engine) NewSearch() *Search {
	s := &Search{engine: e, keyClues: keyClues{}, draft: new(candidate)}
	s.walker.Plain = e.Plain
	s.visit, s.address, s.digits, s.known = s.look, s.addressAt, s.digitsAt, s.knownAt
	return s
}

// Begin starts a message.
func (s *Search) Begin() {
	s.free = append(s.free, s.taken[:min(len(s.taken), max(0, maxFree-len(s.free)))]...)
	clear(s.taken)
	clear(s.hits)
	s.taken, s.hits, s.dropped, s.tooLong, s.repeated = s.taken[:0], s.hits[:0], 0, 0, 0
	s.next = window{}
	clear(s.skipped)
}

// Scan searches a field, or a window of one. With f.More it returns how many
// bytes at the end of f.Data the caller must present again, at the start of
// the next window; all before them is done with. Data is not kept.
func (s *Search) Scan(f Field) (keep int) {
	blank := s.blanks.slot(&f)
	if blank.holds(&f) {
		s.next = window{}
		return 0
	}
	done := max(f.Base, f.Done)
	if s.next.more && s.next.index == f.Index && s.next.base == f.Base {
		done = s.next.done
	}
	s.field, s.found, s.registers = f, s.found[:0], registers(f.Path)
	s.long, s.cut = s.long[:0], -1
	if s.table = f.Columns; s.table == nil {
		s.ownTable = Columns{}
		s.table = &s.ownTable
	}
	tally := s.walker.Walk(f.Data, decode.Hints{
		Encodings: f.Encodings, ContentType: f.ContentType, More: f.More, Base: f.Base, Inflow: f.Inflow, Memory: f.Memory,
	}, s.visit)
	s.work += tally.Work
	for reason, n := range tally.Skipped {
		s.skip(reason, n)
	}
	s.found = unwrap(merge(s.found), s.opened)
	s.opened = s.opened[:0]
	if len(s.found) == 0 && len(tally.Skipped) == 0 && s.repeated == 0 {
		blank.remember(&f)
	}
	limit := s.take(done, tally.Keep)
	s.field, s.table, s.view = Field{}, nil, nil
	s.next = window{}
	if !f.More {
		return 0
	}
	keep = min(int(f.Base+int64(len(f.Data))-limit)+contextOf, maxKeep, len(f.Data))
	s.next = window{true, f.Index, f.Base + int64(len(f.Data)-keep), max(limit, done)}
	return keep
}

// Done returns the place before which all hits of the window searched last
// were taken. A caller that searches other messages between the windows of a
// field gives it with the next window.
func (s *Search) Done() int64 { return s.next.done }

// take moves to s.taken what was found between done and the place where this
// window's judgement ends, and returns that place.
func (s *Search) take(done int64, held int) (limit int64) {
	end := s.field.Base + int64(len(s.field.Data))
	limit = end
	if s.field.More {
		limit = s.limit(end, done, held)
	}
	for _, c := range s.found {
		if at := c.hit.Ranges[0].Start; c.passing || at >= done && at < limit {
			s.taken = append(s.taken, c)
		}
	}
	clear(s.found)
	for _, at := range s.long {
		if at >= done && at < limit {
			s.tooLong++
		}
	}
	if len(s.taken) > 2*maxHits {
		s.taken = s.trim(s.taken)
	}
	return limit
}

// limit returns where judgement ends in a window that others follow: before
// the bytes that are held back, and so that whatever is found behind it will
// be seen whole again.
func (s *Search) limit(end, done int64, held int) int64 {
	least := max(end-maxKeep+contextOf, s.field.Base, done)
	limit := max(end-int64(max(held, holdBack)), least)
	if s.cut >= 0 {
		limit = max(min(limit, s.field.Base+int64(s.cut)), least)
	}
	for moved := true; moved; {
		moved = false
		for _, c := range s.found {
			if !c.passing && c.run.Start < limit && c.hit.Ranges[0].End > limit && c.run.Start >= least {
				limit, moved = c.run.Start, true
			}
		}
	}
	return limit
}

func (s *Search) skip(reason telltale.SkipReason, n int64) {
	if n == 0 {
		return
	}
	if s.skipped == nil {
		s.skipped = map[telltale.SkipReason]int64{}
	}
	s.skipped[reason] += n
}

// End weighs all candidates of the message together and returns those that
// are at least possible, in the order of fields and places. The hits are
// valid until Begin.
func (s *Search) End() []Hit {
	s.taken = s.trim(s.taken)
	weighNeighbours(s.taken)
	for _, c := range s.taken {
		if c.hit.Level = c.level(); c.hit.Level == telltale.Hidden {
			continue
		}
		c.hit.Why, c.hit.Confidence = c.words(), confidence(c.p)
		s.hits = append(s.hits, c.hit)
	}
	order := func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.Ranges[0].Start, b.Ranges[0].Start))
	}
	if !slices.IsSortedFunc(s.hits, order) {
		slices.SortStableFunc(s.hits, order)
	}
	return s.hits
}

// trim keeps the surest maxHits candidates of list and counts the others.
func (s *Search) trim(list []*candidate) []*candidate {
	if len(list) <= maxHits {
		return list
	}
	for _, c := range list {
		c.probability()
	}
	sortCandidates(list, func(a, b *candidate) int { return cmp.Compare(b.p, a.p) })
	s.dropped += int64(len(list) - maxHits)
	clear(list[maxHits:])
	return list[:maxHits]
}

// Skipped returns how many wire bytes of the message were not searched, by
// reason; usually none.
func (s *Search) Skipped() map[telltale.SkipReason]int64 { return s.skipped }

// Suppressed returns how many hits of the message the rule hits_per_message
// dropped.
func (s *Search) Suppressed() int64 { return s.dropped }

// TooLong returns how many values of the message, of which a name says that they may be
// of use, were longer than what is read of one, and so were not judged.
func (s *Search) TooLong() int64 { return s.tooLong }

// Work returns what all searches so far took: bytes looked at in views, and read to
// make them, and [tokenWork] for each token that detectors were asked about.
func (s *Search) Work() int64 { return s.work }

// tokenWork is what a token counts for, in bytes: every detector reads it.
const tokenWork = 64

// Repeated returns how many fields of the message told again what a program says of
// itself, and the device it names.
func (s *Search) Repeated() int64 { return s.repeated }
