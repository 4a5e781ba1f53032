package flow

// An index finds flows by the hash of their ends: open addressing with linear
// probing over slots of 8 bytes, so that a look-up reads one cache line of it
// and, nearly always, one record.
type index struct {
	slots []slot // a power of two of them, at most 3/4 in use
	used  int
	steps int64 // slots looked at
}

// A slot names a flow's record.
type slot struct {
	tag    uint32 // hash of the flow's ends, which is also where to look for it
	record uint32 // number of the record, from 1; 0: the slot is free
}

// home returns the slot at which the search for tag begins.
func (x *index) home(tag uint32) uint32 { return tag & uint32(len(x.slots)-1) }

// after returns the slot that follows slot i.
func (x *index) after(i uint32) uint32 { return (i + 1) & uint32(len(x.slots)-1) }

// insert adds a record, whose tag may be there already.
func (x *index) insert(tag, record uint32) {
	if 4*(x.used+1) > 3*len(x.slots) {
		x.grow()
	}
	i := x.home(tag)
	for x.slots[i].record != 0 {
		i = x.after(i)
		x.steps++
	}
	x.slots[i] = slot{tag, record}
	x.used++
}

func (x *index) grow() {
	old := x.slots
	x.steps += int64(len(old))
	x.slots, x.used = make([]slot, max(64, 2*len(old))), 0
	for _, s := range old {
		if s.record != 0 {
			x.insert(s.tag, s.record)
		}
	}
}

// remove takes out a record that is in the index.
func (x *index) remove(tag, record uint32) {
	i := x.home(tag)
	for x.slots[i].record != record {
		i = x.after(i)
		x.steps++
	}
	x.close(i)
	x.used--
}

// close frees slot i and moves up those behind it that a search would no
// longer reach.
func (x *index) close(i uint32) {
	mask := uint32(len(x.slots) - 1)
	for j := x.after(i); x.slots[j].record != 0; j = x.after(j) {
		x.steps++
		if (j-x.home(x.slots[j].tag))&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = slot{}
}
