package decode

// window shows one window of an object and all views under it. It returns
// the end of what it showed, and how much of that is to be given again.
func (w *Walker) window(o object, s *stream, seen int, more bool) (end, held int) {
	m := w.mark()
	way := Way{knots: w.knots[len(w.knots):]}
	s.way(&way, o.start, s.used())
	w.knots = append(w.knots, way.knots...)
	v := w.view()
	v.Data, v.Seen, v.more = s.window, seen, more
	v.Decoder, v.decoder = o.decoder.Name, o.decoder
	v.Parent, v.from, v.way = o.view, Candidate{Start: o.start}, way
	v.depth, v.layer = o.view.depth+1, o.view.layer+1
	v.inflow, v.base = &s.inner, int64(s.out-len(s.window))
	v.Passing = o.view.Passing || o.view.inflow != nil && o.view.Parent == nil && o.view.more && (more || s.resumed || seen > 0)
	if seen == 0 && !s.resumed {
		v.encodings = o.encodings
	}
	w.tree(v)
	w.release(m)
	return len(v.Data), v.held
}

// cutWindow returns where to end v, a window whose bytes from end on are to
// be given again, so that no value and no run is cut.
func (w *Walker) cutWindow(v *View, end int) int {
	cut := lastSeam(v.Data[:end], maxSeam)
	for _, c := range w.found.List {
		start := c.Start + v.Seen
		if !c.decoder.rewrites && start < cut && cut < c.End+v.Seen && len(v.Data)-start <= maxKeep {
			cut = start
		}
	}
	if cut <= v.Seen {
		return len(v.Data)
	}
	return cut
}
