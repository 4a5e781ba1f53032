package flow

// All that a table's flows take comes out of one budget, [Limits.Memory]. Half of
// it is for the flows themselves, whatever class they are of; the other half is
// for the segments that wait in them, and for what their owner holds for them,
// which may have what the flows leave as well.

// costs is what a flow of each class takes, in bytes, with what its owner needs
// to read it: as measured, see the test of its owner. Of one that has said one
// thing a message is open as a rule, of one that goes on both sides have been read.
var costs = [classes]int64{
	opening:  512,
	finished: 1024,
	asked:    1792,
	lone:     1792,
	datagram: 1792,
	spoken:   2560,
	carrying: 1792,
}

// shares is what the flows of a class may cost though the flows' half is spent,
// in 64ths of the budget.
var shares = [classes]int64{opening: 4, finished: 2, asked: 4, lone: 4, datagram: 4, spoken: 4, carrying: 8}

// Parts of the budget: 64ths.
const (
	flowsShare = 32 // that flows may take
	heldShare  = 8  // that may wait in flows though the rest is spent
	ownedShare = 16 // that their owner may hold though the rest is spent
)

// share returns n 64ths of the budget.
func (t *Table) share(n int64) int64 { return t.limits.Memory / 64 * n }

// Own tells the table that its owner holds n bytes more for its flows, or less.
func (t *Table) Own(n int) { t.owned += int64(n) }

// MayOwn returns how many bytes the owner may hold for the table's flows.
func (t *Table) MayOwn() int {
	return int(max(t.share(ownedShare), t.limits.Memory-t.spent-t.held))
}

// mayHold returns how many bytes may wait in the flows.
func (t *Table) mayHold() int64 {
	return min(t.limits.Hold, max(t.share(heldShare), t.limits.Memory-t.spent-t.owned))
}

// fit closes flows until they keep to their half of the budget.
func (t *Table) fit(number int64) {
	for t.spent > t.share(flowsShare) {
		c, found := t.yields()
		if !found {
			return
		}
		t.evict(c, number)
	}
}

// yields returns the class that gives way: the first one that takes more than
// its share. What nobody answered comes before what somebody did, and
// connections that have gone on come last.
func (t *Table) yields() (class, bool) {
	for c := range classes {
		if t.count[c] > 1 && int64(t.count[c])*costs[c] > t.share(shares[c]) {
			return c, true
		}
	}
	return 0, false
}
