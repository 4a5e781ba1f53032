package lab

import (
	"container/heap"
	"iter"

	"github.com/telltale-audit/telltale/internal/capture"
)

// A merge writes the packets of many conversations in the order of their
// times, while it holds only those that are later than the conversation
// furthest behind.
type merge struct {
	capture *Capture
	out     *capture.Writer
	talking talking
	waiting waiting
	packets int64
	bytes   int64 // of the file
}

// A speaker is a conversation that goes on at a time.
type speaker struct {
	at   int64
	next func() (int64, bool)
	stop func()
}

// blockSize is what a pcapng file has around each packet, in bytes.
const blockSize = 32

// run keeps live conversations going, each of which begin begins some time
// after the one before it, until there are size bytes; then it ends them.
func (m *merge) run(size int64, live int, begin func(at int64) (int64, turns)) error {
	for range live {
		heap.Push(&m.talking, newSpeaker(begin(bulkStart)))
	}
	for m.bytes < size {
		s := m.talking[0]
		if err := m.write(s.at); err != nil {
			return err
		}
		at, more := s.next()
		m.take()
		if more {
			s.at = at
		} else {
			m.talking[0] = newSpeaker(begin(s.at))
		}
		heap.Fix(&m.talking, 0)
	}
	return m.end()
}

func newSpeaker(at int64, t turns) *speaker {
	next, stop := iter.Pull(t)
	return &speaker{at, next, stop}
}

// end ends all conversations and writes what is left.
func (m *merge) end() error {
	for m.talking.Len() > 0 {
		heap.Pop(&m.talking).(*speaker).stop()
		m.take()
	}
	if err := m.write(1<<63 - 1); err != nil {
		return err
	}
	return m.out.Flush()
}

// take takes over the packets that were captured since it was last called.
func (m *merge) take() {
	for _, p := range m.capture.packets {
		m.packets++
		m.bytes += int64(len(p.Data)) + blockSize
		p.Number = m.packets
		heap.Push(&m.waiting, p)
	}
	clear(m.capture.packets)
	m.capture.packets = m.capture.packets[:0]
}

// write writes the packets before a time.
func (m *merge) write(before int64) error {
	for len(m.waiting) > 0 && m.waiting[0].Time < before {
		p := heap.Pop(&m.waiting).(*Packet)
		if err := m.out.Write(p.Time, p.Data, ""); err != nil {
			return err
		}
	}
	return nil
}

// talking is a heap of conversations, the one furthest behind first.
type talking []*speaker

func (t talking) Len() int           { return len(t) }
func (t talking) Less(i, j int) bool { return t[i].at < t[j].at }
func (t talking) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *talking) Push(x any)        { *t = append(*t, x.(*speaker)) }

// Pop implements [heap.Interface].
func (t *talking) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// waiting is a heap of packets, earliest first. Packets of the same time stay
// in the order in which they were taken.
type waiting []*Packet

func (w waiting) Len() int { return len(w) }
func (w waiting) Less(i, j int) bool {
	return w[i].Time < w[j].Time || w[i].Time == w[j].Time && w[i].Number < w[j].Number
}
func (w waiting) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)   { *w = append(*w, x.(*Packet)) }

// Pop implements [heap.Interface].
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	(*w)[len(*w)-1] = nil
	*w = (*w)[:len(*w)-1]
	return last
}
