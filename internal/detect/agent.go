package detect

import (
	"bytes"
	"hash/maphash"

	"github.com/telltale-audit/telltale"
)

// Agents remember what programs said of themselves to whom: it is the same in every
// request, and told once. The zero Agents are ready.
type Agents struct {
	told map[uint64]bool // by what was said and by whom to whom: whether it named a device
}

// maxAgents is how many are remembered; then all are forgotten.
const maxAgents = 1024

// An Agent is whoever speaks in a field, to whoever it speaks to.
type Agent struct {
	Of   *Agents
	Pair uint64 // who speaks to whom
	last uint64
}

var agentSeed = maphash.MakeSeed()

// again reports whether the program said b before; else it has from now on.
func (a *Agent) again(b []byte) bool {
	a.last = maphash.Bytes(agentSeed, b) ^ a.Pair
	if _, said := a.Of.told[a.last]; said {
		return true
	}
	if a.Of.told == nil || len(a.Of.told) == maxAgents {
		a.Of.told = make(map[uint64]bool)
	}
	a.Of.told[a.last] = false
	return false
}

// names notes that what the program said last names a device.
func (a *Agent) names() { a.Of.told[a.last] = true }

// userAgent takes the model and the build of the device out of view[start:end],
// what a program says of itself (RFC 9110, 10.1.5): as Android's own client and
// its browsers write them in a comment, and as Apple's programs do. What a
// browser writes of itself, and of a device that it does not name, is neither.
func (s *Search) userAgent(start, end int) {
	b := s.view.Data[start:end]
	if a := s.field.Agent; a != nil && a.again(b) {
		if a.Of.told[a.last] && s.view.Parent == nil { // else it stands in the head with its escapes undone
			s.repeated++
		}
		return
	}
	if i := bytes.Index(b, []byte("Android")); i >= 0 {
		s.androidAgent(start, commentEnd(b, i), i)
	}
	if i := indexFold(b, "model/"); i >= 0 {
		s.agentWord(telltale.Model, judgeModel, start+i+len("model/"), end)
	} else if i := appleModelAt(b); i >= 0 {
		s.agentWord(telltale.Model, judgeModel, start+i, end)
	}
	if i := indexFold(b, "build/"); i >= 0 {
		s.agentWord(telltale.Build, judgeAgentBuild, start+i+len("build/"), end)
	}
}

// judgeAgentBuild reads the build where a user agent has it.
func judgeAgentBuild(token []byte, _ bool, r *Reading) bool {
	letters, numbers := 0, 0
	for _, c := range token {
		if isDigit(c) {
			numbers++
		} else if isWord(c) {
			letters++
		}
	}
	if letters == 0 || numbers == 0 || len(token) < 3 || len(token) > 40 {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

// commentEnd returns where the comment ends that b[i] lies in, all of b if it
// does not end.
func commentEnd(b []byte, i int) int {
	open := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '(':
			open++
		case ')':
			if open == 0 {
				return i
			}
			open--
		}
	}
	return i
}

// androidAgent takes the model out of a comment such as "Linux; U; Android 9; en-us;
// Example One Build/PPR1; wv", of which the word Android stands at i and the end at
// n, both from start on.
func (s *Search) androidAgent(start, n, i int) {
	for at := i; at < n; {
		part := s.view.Data[start+at : start+n]
		if j := bytes.IndexByte(part, ';'); j >= 0 {
			part = part[:j]
		}
		from, next := start+at, at+len(part)+1
		at = next
		j := bytes.Index(part, []byte("Build/"))
		if j < 0 && (from == start+i || !namesModel(bytes.TrimSpace(part))) {
			continue
		}
		to := from + len(part)
		if j >= 0 {
			to = from + j
		}
		from, to = trimSpaces(s.view.Data, from, to)
		s.agent(telltale.Model, judgeModel, from, to)
		return
	}
}

// namesModel reports whether a part of a comment, which no build follows, is a
// device: not a language, a kind of device, a program's version, or the K that
// stands for all devices since browsers tell less.
func namesModel(part []byte) bool {
	if len(part) < 3 || len(part) == 5 && (part[2] == '-' || part[2] == '_') || among(part, notModels) {
		return false
	}
	for _, p := range []string{"rv:", "wv", "Android", "Linux", "Version/", "http"} {
		if bytes.HasPrefix(part, []byte(p)) {
			return false
		}
	}
	return true
}

// agentWord takes the word that begins at start.
func (s *Search) agentWord(kind telltale.Kind, judge judgement, start, end int) {
	to := start
	for to < end && (isKey(s.view.Data[to]) || s.view.Data[to] == ',' && to+1 < end && isDigit(s.view.Data[to+1])) {
		to++
	}
	s.agent(kind, judge, start, to)
}

// A judgement is what a detector has to say of a token; see [Detector.Judge].
type judgement = func(token []byte, keyed bool, r *Reading) bool

// agent takes view[start:end] as one of a kind.
func (s *Search) agent(kind telltale.Kind, judge judgement, start, end int) {
	if start >= end || end <= s.view.Seen || !judge(s.view.Data[start:end], true, &s.reading) {
		return
	}
	s.reading.Shape = [3]Clue{}
	s.reading.shape("stands where a user agent names the device", 10)
	s.takeOwn(kind, start, end, "")
	if s.field.Agent != nil {
		s.field.Agent.names()
	}
}

// appleModelAt returns where b has a device as Apple's programs name it, such as
// iPhone12,1, or -1.
func appleModelAt(b []byte) int {
	for _, name := range []string{"iPhone", "iPad", "iPod", "Watch", "AppleTV"} {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte(name))
			if i < 0 {
				break
			}
			i += at
			at = i + len(name)
			if isAppleModel(b[i:]) && (i == 0 || !isWord(b[i-1])) {
				return i
			}
		}
	}
	return -1
}

// isAppleModel reports whether b begins with letters, a number, a comma and a
// number.
func isAppleModel(b []byte) bool {
	i := 0
	for i < len(b) && isWord(b[i]) && !isDigit(b[i]) {
		i++
	}
	j := i
	for j < len(b) && isDigit(b[j]) {
		j++
	}
	return i > 0 && j > i && j-i < 3 && j+1 < len(b) && b[j] == ',' && isDigit(b[j+1])
}
