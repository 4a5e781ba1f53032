package flow

// recordsPerSlab is how many records are allocated at a time.
const recordsPerSlab = 64

// records are the flows of a table, in slabs that never move: a *Flow stays
// valid, and records are used again and again.
type records struct {
	slabs []*[recordsPerSlab]Flow
	free  []*Flow
}

// at returns the record with the given number, from 1.
func (r *records) at(number uint32) *Flow {
	n := number - 1
	return &r.slabs[n/recordsPerSlab][n%recordsPerSlab]
}

// take returns an empty record.
func (r *records) take() *Flow {
	if len(r.free) == 0 {
		r.addSlab()
	}
	f := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	return f
}

// put takes back a record.
func (r *records) put(f *Flow) {
	f.reset()
	r.free = append(r.free, f)
}

func (r *records) addSlab() {
	s := new([recordsPerSlab]Flow)
	first := uint32(len(r.slabs) * recordsPerSlab)
	r.slabs = append(r.slabs, s)
	for i := len(s) - 1; i >= 0; i-- {
		s[i].record = first + uint32(i) + 1
		r.free = append(r.free, &s[i])
	}
}

// reset empties f but for its number and a little memory worth keeping.
func (f *Flow) reset() {
	*f = Flow{record: f.record, streams: [2]stream{
		{runs: f.streams[0].runs.emptied()},
		{runs: f.streams[1].runs.emptied()},
	}}
}
