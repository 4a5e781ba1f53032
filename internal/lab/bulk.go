package lab

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"time"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A Bulk is a sort of large capture, made to measure programs with: nine
// phones that talk to many far ends, and now and then tell an identifier.
type Bulk struct {
	Name  string // as in "telltale lab NAME"
	About string // one sentence
	live  int    // conversations at a time
	every int    // one in so many HTTP requests tells an identifier
	talks []talk
}

// Bulks lists every sort.
var Bulks = []*Bulk{&mix, &cleartext, &smallflows, &gzipped}

// A talk is a sort of conversation and how often it is held, beside the others
// of its capture.
type talk struct {
	weight int
	hold   func(c *crowd, p *phone, at int64) turns
}

// Turns are the times at which a conversation that has captured its packets
// up to now wants to go on. When it may not, it ends in order.
type turns = iter.Seq[int64]

// MinBulk is the smallest size of a bulk capture, in bytes.
const MinBulk = 100_000

// Write writes a pcapng file of about size bytes, and returns the truth about
// it. It holds only the packets of the moment; the same seed and size give the
// same bytes.
func (b *Bulk) Write(w io.Writer, seed uint64, size int64) (*BulkTruth, error) {
	if size < MinBulk {
		return nil, fmt.Errorf("lab: a capture of %d bytes is too small; %d is the least", size, MinBulk)
	}
	comment := fmt.Sprintf("%s: %s, seed %d", Marker, b.Name, seed)
	out, err := capture.NewWriter(bufio.NewWriterSize(w, 1<<20), capture.Pcapng, packet.LinkEthernet, comment)
	if err != nil {
		return nil, fmt.Errorf("lab: begin the capture: %w", err)
	}
	c := newCrowd(b, seed)
	m := &merge{capture: c.capture, out: out}
	if err := m.run(size, b.live, c.talk); err != nil {
		return nil, fmt.Errorf("lab: write the capture: %w", err)
	}
	return c.truth(m), nil
}

// A crowd is nine phones, what they have told, and the far ends.
type crowd struct {
	*Bulk
	seed    uint64
	capture *Capture
	rng     *rand.Rand
	phones  []*phone
	far     [farEnds]farEnd
	weights int
	ready   [][]byte // bodies compressed beforehand
	text    []byte   // reused
	packer  *gzip.Writer
}

// crowdStream picks the stream of chance that a seed's crowd is made from.
const crowdStream = 0xc0

// bulkStart is 2019-01-14 09:00 UTC, in nanoseconds.
var bulkStart = time.Date(2019, 1, 14, 9, 0, 0, 0, time.UTC).UnixNano()

func newCrowd(b *Bulk, seed uint64) *crowd {
	c := &crowd{Bulk: b, seed: seed, capture: NewCapture(seed), rng: rand.New(rand.NewPCG(seed, crowdStream)), packer: gzip.NewWriter(nil)}
	c.capture.forgetful = true
	for i := range phones {
		c.phones = append(c.phones, newPhone(i, c.rng))
	}
	for i := range c.far {
		c.far[i] = newFarEnd(i)
	}
	for _, t := range b.talks {
		c.weights += t.weight
	}
	return c
}

// talk begins a conversation a while after the time at.
func (c *crowd) talk(at int64) (start int64, t turns) {
	at += c.rng.Int64N(int64(200*time.Millisecond)) / 1000 * 1000
	p := c.phones[c.rng.IntN(len(c.phones))]
	n := c.rng.IntN(c.weights)
	for _, t := range c.talks {
		if n -= t.weight; n < 0 {
			return at, t.hold(c, p, at)
		}
	}
	panic("lab: weights do not add up")
}

// between returns a number from low to high whose logarithm is even: many
// small ones, few large ones.
func (c *crowd) between(low, high int) int {
	return int(float64(low) * math.Pow(float64(high)/float64(low), c.rng.Float64()))
}
