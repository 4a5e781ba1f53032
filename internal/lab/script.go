package lab

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
)

// An Event is something that happened on the phone.
type Event struct {
	ID    int           `json:"id"` // from 1, by time
	Time  telltale.Time `json:"time"`
	Kind  string        `json:"kind"`            // boot, screen_on, unlock or network_join
	Cause int           `json:"cause,omitempty"` // the event that brought it about; 0: none that the script knows
}

const (
	boot        = "boot"
	screenOn    = "screen_on"
	unlock      = "unlock"
	networkJoin = "network_join"
)

const (
	rejoins = 0.8 // probability that the network is joined anew when the screen goes on
	unlocks = 0.6 // probability that a screen that went on is unlocked

	between = 15 * time.Minute // from one screen-on to the next, about
	quiet   = 10 * time.Minute // after a boot, and before the next
)

// makeScript returns the events of a capture that starts at start and when it
// ends. Screen-ons are spread over the boots; after each boot but the last the
// phone also changes its access point once, screen off.
func makeScript(o Options, rng *rand.Rand) (events []Event, end telltale.Time) {
	s := scripter{rng: rng, at: o.Start.Std()}
	stretches := max(o.Boots, 1)
	for i := range stretches {
		if o.Boots > 0 {
			s.boot()
		}
		s.at = s.at.Add(quiet / 2)
		for range o.ScreenOns*(i+1)/stretches - o.ScreenOns*i/stretches {
			s.screenOn()
			s.at = s.at.Add(between)
		}
		if i < stretches-1 {
			s.add(networkJoin, s.at.Add(s.within(time.Minute)), 0)
		}
		s.at = s.at.Add(quiet / 2)
	}
	return s.sorted(), telltale.Time(s.at.UnixNano())
}

type scripter struct {
	rng    *rand.Rand
	at     time.Time
	events []Event
}

func (s *scripter) boot() {
	t := s.at.Add(2*time.Second + s.within(time.Second))
	id := s.add(boot, t, 0)
	s.add(networkJoin, t.Add(9*time.Second+s.within(4*time.Second)), id)
}

func (s *scripter) screenOn() {
	t := s.at.Add(s.within(between * 2 / 3))
	id := s.add(screenOn, t, 0)
	if s.rng.Float64() < unlocks {
		s.add(unlock, t.Add(1500*time.Millisecond+s.within(2500*time.Millisecond)), id)
	}
	if s.rng.Float64() < rejoins {
		s.add(networkJoin, t.Add(900*time.Millisecond+s.within(1600*time.Millisecond)), id)
	}
}

// add adds an event and returns its ID for now, its place in the list.
func (s *scripter) add(kind string, at time.Time, cause int) int {
	s.events = append(s.events, Event{len(s.events) + 1, telltale.Time(at.UnixNano()), kind, cause})
	return len(s.events)
}

// within returns a time below d, in whole milliseconds.
func (s *scripter) within(d time.Duration) time.Duration {
	return time.Duration(s.rng.Int64N(d.Milliseconds())) * time.Millisecond
}

// sorted returns the events by time, numbered anew.
func (s *scripter) sorted() []Event {
	slices.SortStableFunc(s.events, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	renumbered := make([]int, len(s.events)+1)
	for i := range s.events {
		renumbered[s.events[i].ID] = i + 1
	}
	for i := range s.events {
		e := &s.events[i]
		e.ID, e.Cause = i+1, renumbered[e.Cause]
	}
	return s.events
}
