package decode

import (
	"bytes"
	"hash/maphash"
	"strings"

	"github.com/telltale-audit/telltale"
)

// Hints is what a message says about a field's bytes.
type Hints struct {
	Encodings   []string // Content-Encoding, lower case, outermost last
	ContentType string   // lower case
	More        bool     // bytes follow, to be given in a later walk
	Base        int64    // of the root's first byte, as the caller counts
	Inflow      *Inflow  // of the field, from walk to walk; nil if each walk is for itself
	Memory      *Memory  // of what came before the field; nil if it begins anew
}

// Tally is what came of a walk.
type Tally struct {
	Views   int                           // shown
	Skipped map[telltale.SkipReason]int64 // bytes of the root left undecoded because of a limit; nil if none

	// Work counts the bytes of views, and of what was read to make them or to see
	// that there is nothing to make.
	Work int64

	// Keep counts the bytes at the end of the root, at most 64 KiB, in which
	// something encoded may go on: with Hints.More they are to begin the next
	// root. No view but the root was made of them.
	Keep int
}

// A Walker shows all readings of bytes. It keeps its memory from walk to
// walk: at most 8 MiB for roots of up to 1 MiB. The zero Walker is ready; it
// may be used by one goroutine at a time.
type Walker struct {
	Plain bool // show roots alone: decode nothing

	visit  func(*View)
	root   int  // bytes
	form   bool // the root is an HTML form
	found  Found
	views  []*View // the first n are in use
	n      int
	base   int // of the tree that is shown, in views
	bytes  arena
	knots  []knot
	way    Way // of the view being made
	nodes  []node
	jobs   []job
	seen   map[uint64]*View // by the hash of their data
	seed   maphash.Seed
	layers [maxLayers + 1]*stream

	work     int // as in Tally
	ids      int // of views that were made
	shown    int // views
	made     int // bytes, by decoders that do not inflate
	before   *Memory
	inflated int // bytes
	layered  int // bytes of them, by the second and further layers
	doubted  int // bytes read and made of objects that may be none
	lost     loss
}

// Walk shows root and every view under it to visit, each view before those
// decoded from it. A view is valid until visit returns, as is root.
func (w *Walker) Walk(root []byte, h Hints, visit func(*View)) Tally {
	w.begin(root, h, visit)
	if w.Plain {
		return w.plain(root, h)
	}
	m := w.mark()
	v := w.view()
	v.Data, v.more, v.encodings, v.base, v.inflow = root, h.More, h.Encodings, h.Base, h.Inflow
	keep := max(w.tree(v), v.held)
	w.release(m)
	if h.Inflow != nil && !h.More {
		*h.Inflow = Inflow{}
	}
	w.visit = nil
	return Tally{Views: w.shown, Skipped: w.lost.tally(), Work: int64(w.work), Keep: keep}
}

// plain shows root alone. What is compressed is not searched then.
func (w *Walker) plain(root []byte, h Hints) Tally {
	w.found.blocks, w.found.marks = Classify(w.found.blocks, root)
	m := w.mark()
	v := w.view()
	v.Data = root
	v.Blocks, v.Marks = w.found.blocks, w.found.marks
	w.visit(v)
	if (len(h.Encodings) > 0 || isGzip(root) || isZip(root) || isUnread(root)) && !isText(root) {
		w.skip(v, 0, len(root), telltale.SkipDecodeDepth) // one layer is one too many
	}
	w.release(m)
	w.visit = nil
	return Tally{Views: 1, Skipped: w.lost.tally(), Work: int64(len(root))}
}

// begin forgets the walk before.
func (w *Walker) begin(root []byte, h Hints, visit func(*View)) {
	w.visit, w.root, w.before = visit, len(root), h.Memory
	w.form = strings.HasPrefix(h.ContentType, "application/x-www-form-urlencoded")
	w.ids, w.work, w.shown, w.made, w.inflated, w.layered, w.doubted = 0, 0, 0, 0, 0, 0, 0
	w.lost.reset()
	w.trim()
}

// trim forgets the memory of a walk that needed much more than this one may.
func (w *Walker) trim() {
	if len(w.views)*viewSize+w.bytes.size()+cap(w.found.blocks)*len(Block{})*wordSize > w.mayHold()+blockSize {
		w.views, w.bytes, w.found.blocks = nil, arena{}, nil
	}
}

// forget empties w.seen. A map that has been large takes long to clear.
func (w *Walker) forget() {
	if w.seen == nil || len(w.seen) > maxSeen {
		w.seen, w.seed = map[uint64]*View{}, maphash.MakeSeed()
	}
	clear(w.seen)
}

// maxSeen is how many views are remembered in a map that is used again.
const maxSeen = 1 << 10

// A mark is what was in use before a tree of views.
type mark struct {
	views, base, knots, nodes, jobs int
	bytes                           place
}

// mark returns what is in use.
func (w *Walker) mark() mark {
	return mark{w.n, w.base, len(w.knots), len(w.nodes), len(w.jobs), w.bytes.at}
}

// release takes back all that was not in use at m.
func (w *Walker) release(m mark) {
	w.n, w.base, w.bytes.at = m.views, m.base, m.bytes
	w.knots, w.nodes, w.jobs = w.knots[:m.knots], w.nodes[:m.nodes], w.jobs[:m.jobs]
}

// view returns a new view.
func (w *Walker) view() *View {
	if w.n == len(w.views) {
		w.views = append(w.views, new(View))
	}
	v := w.views[w.n]
	w.n++
	w.ids++
	*v = View{walker: w, ID: w.ids}
	return v
}

// tree shows root, the newest view, and all views under it: breadth first,
// so that what is near the wire comes before limits tell, and inflating last.
// It returns how many bytes of root are to be given again.
func (w *Walker) tree(root *View) (keep int) {
	m := w.mark()
	w.base = w.n - 1
	w.forget()
	for i := w.base; i < w.n; i++ {
		v := w.views[i]
		if k := w.expand(v); v == root {
			keep = k
		}
		w.show(v)
	}
	w.inflateAll(m.jobs)
	w.release(m)
	return keep
}

// show shows v. Of all of it the classes are known, unless a part was seen before
// or cut off.
func (w *Walker) show(v *View) {
	if v.Seen > 0 || v.more && v.Parent != nil {
		w.found.blocks, w.found.marks = Classify(w.found.blocks, v.Data)
	}
	v.Blocks, v.Marks = w.found.blocks, w.found.marks
	w.shown++
	w.work += len(v.Data)
	w.visit(v)
}

// expand decodes what decoders find in v. It returns how many bytes at its
// end are to be given again.
func (w *Walker) expand(v *View) (keep int) {
	w.found.all(v.Data[v.Seen:], v.more)
	keep = w.found.Keep
	end := len(v.Data) - keep
	if v.more && v.Parent != nil {
		end = w.cutWindow(v, end)
		v.Data = v.Data[:end]
	}
	if over := w.found.Over; over.End > 0 {
		w.skip(v, over.Start+v.Seen, over.End+v.Seen, telltale.SkipDecodeDepth)
	}
	for _, c := range w.found.List {
		c.Start, c.End = c.Start+v.Seen, min(c.End+v.Seen, end)
		if c.Start < end {
			w.decode(v, c)
		}
	}
	w.addJob(v)
	return keep
}

// decode makes a view of candidate c of v, if limits allow and it says
// something new.
func (w *Walker) decode(v *View, c Candidate) {
	size := c.End - c.Start
	if c.decoder.whole {
		size = treeGrowth*size + treeRoom
	}
	if v.depth == maxDepth || w.made+size > w.mayMake() || w.bytes.at.held+viewSize+size > w.mayHold() {
		w.skip(v, c.Start, c.End, telltale.SkipDecodeDepth)
		return
	}
	w.work += size
	first := len(w.knots)
	way := &w.way
	*way = Way{knots: w.knots[first:]}
	data := c.decoder.Decode(w.bytes.alloc(size), way, v.Data, c)
	if len(data) == 0 {
		return
	}
	w.made += len(data)
	child := w.view()
	child.Data, child.Decoder, child.decoder = data, c.decoder.Name, c.decoder
	child.Parent, child.from, child.way = v, c, *way
	child.depth, child.layer, child.Passing = v.depth+1, v.layer, v.Passing
	if w.known(child) {
		w.n--
		return
	}
	w.bytes.keep(len(data))
	w.bytes.at.held += viewSize + knotSize*len(way.knots)
	w.knots = append(w.knots, way.knots...)
	child.way.knots = w.knots[first:]
}

// Sizes in bytes.
const (
	knotSize = 24
	viewSize = 384 // with its place in the list and the map
)

// mayMake returns how many bytes the decoders that do not inflate may make.
func (w *Walker) mayMake() int { return overRatio*(w.root+w.inflated) + overBase }

// mayHold returns how many bytes views may take at a time.
func (w *Walker) mayHold() int { return heldBase + 2*w.root }

// known reports whether the tree has a view of the same bytes of the root
// that reads the same. If not, it has now.
func (w *Walker) known(v *View) bool {
	h := maphash.Bytes(w.seed, v.Data)
	if o := w.seen[h]; o != nil && bytes.Equal(o.Data, v.Data) && o.Origin(o.whole()) == v.Origin(v.whole()) {
		return true
	}
	w.seen[h] = v
	return false
}

// whole returns the range of all of v.Data.
func (v *View) whole() telltale.Range { return telltale.Range{End: int64(len(v.Data))} }

// skip notes that v.Data[start:end] was not decoded.
func (w *Walker) skip(v *View, start, end int, why telltale.SkipReason) {
	w.lost.of(why).add(v.Origin(telltale.Range{Start: int64(start), End: int64(end)}))
}
