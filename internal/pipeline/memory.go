package pipeline

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// memory is what the messages of a direction were compressed with so far.
type memory struct {
	decode.Memory
	weight int // as counted in the shard
}

// memory returns what a message goes on from; nil where it begins anew.
func (c *conv) memory(m *dissect.Message) *decode.Memory {
	if !m.GoesOn {
		return nil
	}
	h := &c.half[m.Dir]
	if h.memory == nil {
		h.memory = new(memory)
	}
	return &h.memory.Memory
}

// weighMemory counts what a direction remembers, and drops it where its shard
// holds too much.
func (c *conv) weighMemory(d telltale.Direction) {
	m := c.half[d].memory
	if m == nil {
		return
	}
	if c.s.hold(&m.weight, m.Size()); c.s.isFull() {
		c.forgetMemory(d)
	}
}

// forgetMemory drops what a direction remembers: what comes next does not go on
// from there, or nobody knows from where.
func (c *conv) forgetMemory(d telltale.Direction) {
	if m := c.half[d].memory; m != nil {
		c.s.hold(&m.weight, 0)
		c.half[d].memory = nil
	}
}
