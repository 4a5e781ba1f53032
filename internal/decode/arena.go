package decode

// An arena hands out memory for views and takes it back in the reverse
// order. It keeps its blocks for later walks.
type arena struct {
	blocks [][]byte
	at     place
}

// A place is a point in an arena to go back to.
type place struct {
	block, used int
	held        int // bytes handed out, and what belongs to them
}

const blockSize = 64 << 10

// alloc returns an empty slice with room for n bytes.
func (a *arena) alloc(n int) []byte {
	for ; a.at.block < len(a.blocks); a.at.block, a.at.used = a.at.block+1, 0 {
		if b := a.blocks[a.at.block]; len(b)-a.at.used >= n {
			return b[a.at.used : a.at.used : a.at.used+n]
		}
		if a.at.used == 0 { // too small: give way to a larger one
			a.blocks[a.at.block] = make([]byte, max(n, blockSize))
			return a.blocks[a.at.block][:0:n]
		}
	}
	a.blocks = append(a.blocks, make([]byte, max(n, blockSize)))
	return a.blocks[a.at.block][:0:n]
}

// keep takes the first n bytes of the slice that alloc returned last.
func (a *arena) keep(n int) {
	a.at.used += n
	a.at.held += n
}

// size returns how many bytes a has.
func (a *arena) size() (n int) {
	for _, b := range a.blocks {
		n += len(b)
	}
	return n
}
