package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// look searches one view: for the spellings of seeds, for runs of digits, for
// addresses and for the values of known keys.
func (s *Search) look(v *decode.View) {
	s.view, s.fromView = v, len(s.found)
	s.told.reset()
	b := v.Data
	e := s.engine
	e.texts.find(b, s.known)
	e.words.find(b, s.known)
	if v.Marks.Binary() {
		e.raws.find(b, s.known)
	}
	s.told.sort()
	digitRuns(b, v.Blocks, s.digits)
	addresses(b, v.Blocks, s.address)
	s.told.at = 0
	if !e.Plain {
		s.byName()
		if len(e.seeds) > 0 {
			s.joinedDigests()
		}
	}
	s.sentences()
	s.addresses()
	if v.Parent == nil {
		s.ownName()
	}
	s.settle(maxHits)
	for _, c := range s.found[s.fromView:] {
		s.place(c)
	}
	if len(s.found) > 2*maxHits {
		s.found = s.trim(merge(s.found))
	}
}

// byName searches for what the names of fields tell.
func (s *Search) byName() {
	s.keys.xml = s.isXML()
	s.keys.scan(s.view.Data, s.view.Blocks)
	if s.keys.xml {
		s.keys.elements(s.view.Data)
	}
	s.outer()
	s.columns()
	s.leave()
	s.keys.countBeside()
	for _, t := range s.keys.keyed {
		s.named(t)
	}
	for _, a := range s.keys.agents {
		s.userAgent(a.start, a.end)
	}
	s.positions()
}

func (s *Search) addressAt(start, end int) { s.judge(token{start: start, end: end}) }

func (s *Search) digitsAt(start, end int) { s.judge(token{start: start, end: end}) }

// leave notes what of the view is left to the window that follows, and what is left
// out.
func (s *Search) leave() {
	v, k := s.view, &s.keys
	if v.Parent == nil && s.field.More {
		s.cut = k.cut
	}
	for _, l := range k.long {
		switch at := v.Origin(telltale.Range{Start: int64(l.start), End: int64(l.end)}).Start + s.field.Base; {
		case l.start+maxText < v.Seen: // the view before had it
		case v.Passing:
			s.tooLong++
		default:
			s.long = append(s.long, at)
		}
	}
}

// judge lets every detector read a token.
func (s *Search) judge(t token) {
	if t.end <= s.view.Seen && !t.late {
		return
	}
	if s.told.covers(t) {
		return
	}
	s.work += tokenWork
	text := s.view.Data[t.start:t.end]
	known := t.key != nil
	name := dictionary.look(t.key)
	r := &s.reading
	for _, d := range All {
		if d.ByKey && !name.announces(d.Kind) || len(text) < d.Least {
			continue
		}
		keyed := name.announces(d.Kind) && !name.hides(text)
		if d.ByKey && !keyed || !d.Judge(text, keyed, r) || !s.hopeful(d.Kind, r) {
			continue
		}
		if !known {
			// Only now is the name of the field worth what it costs.
			known = true
			if key := s.keyAt(t.start); key != "" {
				t.key = []byte(key)
				name = dictionary.look(t.key)
			}
			if name.announces(d.Kind) && !d.Judge(text, true, r) {
				continue
			}
		}
		s.offer(d.Kind, r, t)
	}
}

// hopeful reports whether a reading might come to be shown if all else spoke for
// it, or is of a value that the owner told us.
func (s *Search) hopeful(k telltale.Kind, r *Reading) bool {
	odds := r.Prior / (1 - r.Prior) * lrKey * lrNeighbours * lrBeside
	for i := range r.Shape {
		if lr := r.Shape[i].LR; lr != 0 {
			odds *= lr
		}
	}
	if odds >= possibleAt/(1-possibleAt) || k == telltale.Cell {
		return true
	}
	_, told := s.engine.byValue[seedKey{k, r.Value}]
	return told
}

// offer makes a candidate of a reading and keeps it if it may be shown.
func (s *Search) offer(k telltale.Kind, r *Reading, t token) {
	c := s.draft
	c.set(r.Prior, k, r.Value)
	s.weighSeed(c)
	c.read(r)
	c.late = t.late
	if k == telltale.Cell && t.beside >= 2 {
		c.add(groupStructure, "network codes beside it", lrBeside)
	}
	s.weighKey(c, t.key)
	c.take(groupAnti, r.Anti)
	s.keep(t.start, t.end, "", 0, 0)
}

// weighSeed adds what the owner's values tell of the candidate's.
func (s *Search) weighSeed(c *candidate) {
	if i, ok := s.engine.byValue[seedKey{c.hit.Kind, c.hit.Value}]; ok {
		c.equalsSeed(s.engine.seeds[i].Device, int(information(c.hit.Value)))
		return
	}
	if c.hit.Kind != telltale.Cell {
		return
	}
	for _, seed := range s.engine.seeds {
		if seed.Kind == telltale.Cell && lowByteOf(c.hit.Value, seed.Value.Raw()) {
			c.hit.Device = seed.Device
			c.add(groupTruth, "equals the low byte of a cell in the device file", lowByte+1)
			return
		}
	}
}

// equalsSeed adds that the candidate equals a value of the device file, which
// tells as much as its bits.
func (c *candidate) equalsSeed(device, bits int) {
	c.hit.Device = device
	lr := float64(lrSeed)
	if bits < 20 {
		lr = float64(uint64(1) << bits)
	}
	c.weak = bits < enoughBits
	c.confirms = len(c.hit.Value) >= shortPattern
	c.add(groupTruth, "equals device file", lr)
}

// knownAt takes an occurrence of a spelling of a seed.
func (s *Search) knownAt(p *pattern, start int) {
	b, end := s.view.Data, start+len(p.text)
	if end <= s.view.Seen || (p.apart || !p.binary && len(p.text) < freePattern) && !wordBounds(b, start, end) {
		return
	}
	if p.form == "" && s.told.has(int(p.seed), start, end) {
		return
	}
	seed := &s.engine.seeds[p.seed]
	c := s.draft
	c.set(seedPrior, seed.Kind, seed.Value.Raw())
	c.equalsSeed(seed.Device, int(p.bits))
	if p.digest {
		c.why[0].Format = "equals a digest of a value in the device file"
	}
	if p.form == "" {
		s.readKnown(c, p, start)
		if !c.weak {
			s.told.add(told{int(p.seed), start, end, c.lr[groupKey] >= lrKey})
		}
	}
	s.keep(start, end, p.form, int(p.before), int(p.after))
}

// seedPrior is the prior of a spelling that no detector reads.
const seedPrior = 0.02

// readKnown adds what the detector of the kind and the name of the field say.
func (s *Search) readKnown(c *candidate, p *pattern, start int) {
	key := ""
	if wordBounds(s.view.Data, start, start+len(p.text)) {
		key = s.keyAt(start)
	}
	if p.reading != nil {
		c.read(p.reading)
	}
	s.weighKey(c, []byte(key))
}

// read sets what the detector of the kind makes of the spelling of a value as it
// is, nothing if it takes it for another one.
func (p *pattern) read(k telltale.Kind, value string) {
	if p.form != "" {
		return
	}
	text := []byte(p.text)
	for _, d := range All {
		if d.Kind != k {
			continue
		}
		if r := new(Reading); d.Judge(text, true, r) && r.Value == value {
			p.reading = r
		}
	}
}

// wordBounds reports whether b[start:end] is not part of a longer word.
func wordBounds(b []byte, start, end int) bool {
	return !(start > 0 && isWord(b[start-1]) && isWord(b[start])) && !(end < len(b) && isWord(b[end]) && isWord(b[end-1]))
}
