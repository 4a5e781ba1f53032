package audit

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"sort"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
)

// An input is a capture that is to be read, with what its first packet tells.
type input struct {
	name   string
	number int           // from 1, in the order they were named in
	first  telltale.Time // math.MaxInt64 where there is no packet or it is not known
	link   string        // of the first packet
}

// survey opens every input that can be opened twice, so that one that cannot be
// read ends the run before anything is. It returns them in the order to read them
// in: that of their first packets, if all are known and none is still being written.
func survey(ctx context.Context, o *Options) ([]input, error) {
	var all []input
	sortable := o.Follow == nil
	for i, name := range o.Inputs {
		in := input{name: name, number: i + 1, first: math.MaxInt64}
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() || name == "-" {
			sortable = false // or a folder, which says so when it is read
		} else if err := in.look(ctx); err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	if sortable {
		slices.SortStableFunc(all, func(a, b input) int { return cmp.Compare(a.first, b.first) })
	}
	return all, nil
}

// look reads the first packets of an input. What is wrong behind its head is told
// when all of it is read.
func (in *input) look(ctx context.Context) error {
	f, err := capture.Open(in.name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // opened for reading only
	var b capture.Batch
	if f.Read(ctx, &b) == nil {
		in.first, in.link = telltale.Time(b.Packets[0].Time), b.Packets[0].Link.String()
	}
	return ctx.Err()
}

// How far apart in time captures may be of which one goes on from the other.
const (
	maxPause = telltale.Time(60e9) // nobody spoke while the file was changed
	maxSlip  = telltale.Time(1e9)  // packets of several interfaces come out of order, but no more than
	slipPart = 100                 // this part of the capture
)

// follows reports whether an input goes on where another stopped, whose packets
// have these links and the last of them this time, as when a capture program begins a
// new file every so often. Times in between may be wrong.
func (in *input) follows(before *input, links []string, last telltale.Time) bool {
	if before.first == math.MaxInt64 || in.first == math.MaxInt64 || !slices.Contains(links, in.link) {
		return false
	}
	slip := min(maxSlip, (last-before.first)/slipPart)
	return in.first > before.first && in.first >= last-slip && in.first <= last+maxPause
}

// A series is captures of which each goes on where the one before stopped, read
// as one: a connection does not end where a file does. Packets are numbered
// through all of them.
type series struct {
	how   []capture.Option
	rest  []input // that may go on from it
	file  *capture.File
	parts []part
	last  telltale.Time                            // of the packet that was read last
	done  func(f *capture.File, in telltale.Input) // is told of each input that was read
}

// part is one input of a series.
type part struct {
	*input
	base int64 // packets of the parts before it
}

// begin opens an input that is read from here on.
func (s *series) begin(in input, base int64) (err error) {
	if s.file, err = capture.Open(in.name, s.how...); err == nil {
		s.parts = append(s.parts, part{&in, base})
	}
	return err
}

// Read implements [capture.Source].
func (s *series) Read(ctx context.Context, b *capture.Batch) error {
	for {
		err := s.file.Read(ctx, b)
		now := s.now()
		for i := range b.Packets {
			b.Packets[i].Number += now.base
			s.last = telltale.Time(b.Packets[i].Time)
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
		in := s.end()
		if len(s.rest) == 0 || !s.rest[0].follows(now.input, in.LinkTypes, s.last) {
			return err
		}
		if err := s.begin(s.rest[0], now.base+in.Packets); err != nil {
			return err
		}
		s.rest = s.rest[1:]
	}
}

// now returns the part that is being read.
func (s *series) now() part { return s.parts[len(s.parts)-1] }

// end closes the input in hand, if it is open, and tells of it.
func (s *series) end() telltale.Input {
	if s.file == nil {
		return telltale.Input{}
	}
	in := s.file.Input()
	in.Input = s.now().number
	if len(s.parts) > 1 {
		in.Continues = s.parts[len(s.parts)-2].number
	}
	s.done(s.file, in)
	_ = s.file.Close() // opened for reading only
	s.file = nil
	return in
}

// Close implements [capture.Source].
func (s *series) Close() error {
	s.end()
	return nil
}

// place returns the part of the series that a packet is in.
func (s *series) place(number int64) part {
	i := sort.Search(len(s.parts), func(i int) bool { return s.parts[i].base >= number })
	return s.parts[max(i-1, 0)]
}

// places returns the input that the first of some packets is in, and the numbers of
// all of them from its beginning on.
func (s *series) places(packets telltale.Packets) (in int, numbers telltale.Packets) {
	if len(packets) == 0 {
		return s.now().number, packets
	}
	at := s.place(packets[0])
	if at.base == 0 {
		return at.number, packets
	}
	numbers = slices.Clone(packets)
	for i := range numbers {
		numbers[i] -= at.base
	}
	return at.number, numbers
}
