package capture

import (
	"bytes"
	"errors"
)

// Blocks of pcapng (draft-ietf-opsawg-pcapng section 4, and its list of
// block types).
const (
	blockSection   = 0x0a0d0d0a // the same in both byte orders
	blockInterface = 1
	blockOldPacket = 2
	blockSimple    = 3
	blockNames     = 4
	blockStats     = 5
	blockPacket    = 6
	blockJournal   = 9
	blockKeys      = 10
	blockCustom    = 0x0bad
	blockCustomNo  = 0x40000bad // not to be copied

	byteOrderMagic = 0x1a2b3c4d
	blockFrame     = 12 // type, length, and the length again behind the body
	maxBlock       = maxPacket + 64<<10
	maxHeadBlock   = 1 << 20 // of a section header, and of a block after damage
	maxInterfaces  = 64 << 10
)

var sectionMagic = []byte{0x0a, 0x0d, 0x0d, 0x0a}

// pcapngCutter reads pcapng.
type pcapngCutter struct {
	*ledger
	order      order
	interfaces []iface // of the section
	ended      drops   // of the sections before
	last       int64   // time of the packet before
	lost       bool    // looking for the next plausible block
}

// sectionOrder returns the byte order of the section that starts with b,
// which holds 12 bytes or more.
func sectionOrder(b []byte) (o order, ok bool) {
	for _, o := range []order{false, true} {
		if o.u32(b[8:]) == byteOrderMagic {
			return o, true
		}
	}
	return false, false
}

func (c *pcapngCutter) head(w []byte) (int, error) {
	if len(w) < blockFrame {
		return blockFrame, nil
	}
	o, ok := sectionOrder(w)
	size := o.u32(w[4:])
	if !ok || size < 28 || size%4 != 0 || size > maxHeadBlock {
		return 0, errors.New("its pcapng section header is damaged")
	}
	if len(w) < int(size) {
		return int(size), nil
	}
	body := w[8 : size-4]
	if err := c.section(o, body); err != nil {
		return 0, err
	}
	o.options(body[16:], func(code uint16, v []byte) {
		if code == optComment || code == optApplication {
			c.simulated = c.simulated || bytes.Contains(v, []byte(simulatedMark))
		}
	})
	return int(size), nil
}

func (c *pcapngCutter) cut(w []byte, end bool, b *Batch) int {
	i := 0
	for {
		if c.lost {
			n, found := c.find(w[i:], end)
			c.skipped += int64(n)
			if i += n; !found {
				return i
			}
			c.lost = false
		}
		if i == len(w) {
			return i
		}
		size, verdict := c.frame(w[i:], maxBlock)
		switch {
		case verdict == more && !end:
			return i
		case verdict == whole:
			if broken := c.block(w[i:i+size], b); broken != "" {
				c.damage(c.at+int64(i), broken)
				c.skipped += int64(size)
			}
			i += size
		default:
			c.damage(c.at+int64(i), verdict.reason())
			c.lost = true
			c.skipped++
			i++ // look for the next block from the byte after
		}
	}
}

// A verdict says what the front of a window is.
type verdict uint8

const (
	whole  verdict = iota
	more           // a block so far, but the window ends inside
	broken         // no block
)

func (v verdict) reason() string {
	if v == more {
		return "the file ends inside a block"
	}
	return "a block's length makes no sense"
}

// frame returns the size of the block at the front of w, if it is one of at
// most limit bytes.
func (c *pcapngCutter) frame(w []byte, limit uint32) (int, verdict) {
	if len(w) < blockFrame {
		return 0, more
	}
	o := c.order
	if o.u32(w) == blockSection {
		var ok bool
		if o, ok = sectionOrder(w); !ok {
			return 0, broken
		}
		limit = maxHeadBlock
	}
	size := o.u32(w[4:])
	switch {
	case size < blockFrame || size%4 != 0 || size > limit:
		return 0, broken
	case int(size) > len(w):
		return 0, more
	case o.u32(w[size-4:]) != size:
		return 0, broken
	}
	return int(size), whole
}

// find looks for the first plausible block in w. It returns how many bytes
// lie before it or, if it is not found yet, can be given up.
func (c *pcapngCutter) find(w []byte, end bool) (skip int, found bool) {
	for i := 0; len(w)-i >= blockFrame; i++ {
		if !knownBlock(c.order.u32(w[i:])) {
			continue
		}
		switch _, v := c.frame(w[i:], maxHeadBlock); {
		case v == whole:
			return i, true
		case v == more && !end:
			return i, false
		}
	}
	if end {
		return len(w), false
	}
	return max(0, len(w)-blockFrame+1), false
}

func knownBlock(t uint32) bool {
	switch t {
	case blockSection, blockInterface, blockOldPacket, blockSimple, blockNames, blockStats,
		blockPacket, blockJournal, blockKeys, blockCustom, blockCustomNo:
		return true
	}
	return false
}
