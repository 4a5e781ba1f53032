//go:build poison

package pipeline

// poison overwrites the bytes of a batch that is done with, so that whatever
// still borrows them shows in the tests: make test-poison runs them so.
func (l *load) poison() {
	for i := range l.batch.Packets {
		for k := range l.batch.Packets[i].Data {
			l.batch.Packets[i].Data[k] = 0xdb
		}
	}
}
