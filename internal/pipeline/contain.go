package pipeline

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/wire"
)

// A parser reads hostile bytes and may have faults. One that panics, or that
// makes no progress, loses the direction that it was reading and nothing
// else: steps are counted, no clock watches. A fault anywhere else on a
// packet's way costs its shard the flows that it has open.
const (
	fuelBase    = 1024 // calls of the sink that a parser may make at a time, and
	fuelForByte = 16   // for each byte that it is given
	maxVain     = 8    // parsers in a row that use nothing of what they are given
)

// Bounds of what is told of parsers that fail.
const (
	maxCrash   = 64 << 10 // bytes of what one was given
	maxCrashes = 4        // a shard
)

// A Crash is what a parser was given when it failed.
type Crash struct {
	Reason telltale.SkipReason // parser_panic or parser_stuck
	Parser string              // the dissector's name, or "unknown"
	Dir    telltale.Direction
	At     int64  // stream offset of Data
	Data   []byte // the beginning of what it was given
	Where  string // file and line of the program
}

// piece is bytes of a stream, borrowed.
type piece struct {
	at   int64
	data []byte
}

// parse has p read b.
func (c *conv) parse(p dissect.Parser, d telltale.Direction, at int64, b []byte) (int, error) {
	c.given, c.fuel = piece{at, b}, fuelBase+fuelForByte*len(b)
	c.s.w.tally.Work.Calls++
	c.s.w.tally.Work.Given += int64(len(b))
	used, err := p.Parse(d, at, b, c)
	if c.s.w.cfg.Whole && c.half[d].open != nil {
		c.keepWhole(c.half[d].open)
	}
	c.given = piece{}
	return used, err
}

// cut gives p the rest of the direction, or of what lies before a gap, and returns how
// much of it p told.
func (c *conv) cut(p dissect.Parser, d telltale.Direction, at int64, b []byte) int {
	cutter, ok := p.(dissect.Cutter)
	if !ok || len(b) == 0 {
		return 0
	}
	c.given, c.fuel = piece{at, b}, fuelBase+fuelForByte*len(b)
	used := cutter.Cut(d, at, b, c)
	c.given = piece{}
	return used
}

// close has p end the direction.
func (c *conv) close(p dissect.Parser, d telltale.Direction) {
	c.fuel = fuelBase
	p.Close(d, c)
}

// gap tells p of a gap.
func (c *conv) gap(p dissect.Parser, d telltale.Direction, at, n int64) bool {
	c.fuel = fuelBase
	return p.Gap(d, at, n, c)
}

// burn counts a call of the sink.
func (c *conv) burn() {
	c.s.w.tally.Work.Calls++
	if c.fuel--; c.fuel < 0 {
		panic(wire.ErrStuck)
	}
}

// contain keeps a parser's failure inside its direction: what that direction
// had in hand is counted as skipped when the flow closes, and what follows
// is read raw.
func (c *conv) contain(d telltale.Direction) {
	p := recover()
	if p == nil {
		return
	}
	h := &c.half[d]
	if h.failed == "" {
		h.failed = telltale.SkipParserPanic
		if p == any(wire.ErrStuck) {
			h.failed = telltale.SkipParserStuck
		}
		c.tell(d)
	}
	if h.open != nil {
		c.drop(h.open)
	}
	h.open, c.given = nil, piece{}
	c.f.Seal(d, 0, false)
	c.forgetMemory(d)
	c.wait(h, nil)
	delete(c.s.w.lones, c.found)
	c.raw, c.parser, c.found = nil, nil, nil
	h.parser, h.raw, h.rawFrom = c.rawParser(), true, maxSearched
}

// contain keeps a fault outside of parsers inside its shard: the shard's flows
// end here, as far as they can still be told, and what follows begins anew.
func (w *worker) contain(home uint8) {
	if recover() == nil {
		return
	}
	s := w.shards[home]
	w.shards[home] = nil
	w.tally.Faults++
	s.giveUp()
	s.count(w.tally)
}

// giveUp ends the shard's flows. A table that has failed may fail again.
func (s *shard) giveUp() {
	defer func() { _ = recover() }()
	s.fragments.Flush()
	s.table.GiveUp(s.w.now)
}

// tell emits a Crash, if it is wanted: of what the parser was given or, where
// the search failed, of what was being searched.
func (c *conv) tell(d telltale.Direction) {
	if !c.s.w.cfg.Crashes || c.s.crashes >= maxCrashes {
		return
	}
	c.s.crashes++
	h, in := &c.half[d], c.given
	if len(in.data) == 0 && h.open != nil {
		in = piece{h.open.m.Start, h.open.body}
	}
	name := dissect.Unknown.Name
	if c.found != nil && !h.raw {
		name = c.found.Name
	}
	c.s.w.emit(&Event{Flow: c.info, Crash: &Crash{
		Reason: h.failed, Parser: name, Dir: d, At: in.at, Where: whereFailed(),
		Data: append([]byte(nil), in.data[:min(len(in.data), maxCrash)]...),
	}})
}

// whereFailed names the place in the program that panicked: the first one in a
// package that reads what was captured, if there is one.
func whereFailed() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	where, panicked := "", false
	for f, more := frames.Next(); more; f, more = frames.Next() {
		at := filepath.Base(filepath.Dir(f.File)) + "/" + filepath.Base(f.File) + ":" + strconv.Itoa(f.Line)
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
		case !panicked || strings.HasPrefix(f.Function, "runtime."):
		case strings.Contains(f.Function, "/internal/dissect."), strings.Contains(f.Function, "/internal/detect."), strings.Contains(f.Function, "/internal/decode."):
			return at
		case where == "":
			where = at
		}
	}
	return where
}
