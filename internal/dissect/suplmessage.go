package dissect

import (
	"fmt"
	"net"
	"strconv"
)

var suplMessages = [8]string{"init", "start", "response", "posinit", "pos", "end", "authreq", "authresp"}

const (
	suplStart   = 1
	suplPosInit = 3
)

// The kinds of names for the phone, its SET.
const (
	setMSISDN = iota
	setMDN
	setMIN
	setIMSI
	setNAI
	setAddress
)

// The kinds of cells: first those of ULP 1.0, then those that 2.0 added.
const (
	suplGSM   = 0
	suplWCDMA = 1
	suplCDMA  = 2

	suplLTE  = 2
	suplWLAN = 3
)

var setNames = [8]string{"msisdn", "mdn", "min", "imsi", "nai", "address"}

// suplMessage is what is read of a message (OMA ULP 2.0, section 11): who speaks in
// which session, and where the phone says it is.
type suplMessage struct {
	facts []Fact
	parts []suplPart
}

// A suplPart is a run of a message whose bits say something.
type suplPart struct {
	name     string // as a field
	from, to int    // bytes of the message
	text     []byte
}

func (m *suplMessage) read(b []byte) {
	m.facts, m.parts = m.facts[:0], m.parts[:0]
	r := bits{b: b, at: 8 * suplHead}
	set, slp := r.flag(), r.flag()
	if set && !m.phone(&r) || slp && !m.server(&r) || r.flag() {
		return
	}
	kind := r.take(3)
	if r.short {
		return
	}
	m.facts = append(m.facts, Fact{"message", []byte(suplMessages[kind])})
	m.location(&r, kind)
}

// add notes what the bits from first on said, if they were all there.
func (m *suplMessage) add(r *bits, name string, first int, text []byte) {
	if !r.short {
		m.parts = append(m.parts, suplPart{name, first / 8, (r.at + 7) / 8, text})
	}
}

// phone reads the phone's part of the session. It reports false where what follows
// is not known.
func (m *suplMessage) phone(r *bits) bool {
	r.skip(16) // number of the session
	if r.flag() {
		return false // of a kind that came later
	}
	kind := r.take(3)
	first := r.at
	switch kind {
	case setMSISDN, setMDN, setIMSI:
		m.set(r, kind, first, digitsOf(r.octets(8, 8)))
	case setNAI:
		n := int(r.take(10)) + 1
		m.set(r, kind, first+10, r.octets(n, 7))
	case setMIN:
		r.skip(34)
	case setAddress:
		r.address()
	default:
		return false
	}
	return !r.short
}

// set notes the name of the phone, which the bits from first on hold.
func (m *suplMessage) set(r *bits, kind uint64, first int, id []byte) {
	if !r.short {
		m.facts = append(m.facts, Fact{"set_kind", []byte(setNames[kind])}, Fact{"set_id", id})
	}
	m.add(r, "supl.set_id", first, append([]byte(setNames[kind]+"="), id...))
}

// server reads the server's part of the session, and its name.
func (m *suplMessage) server(r *bits) bool {
	r.skip(32) // number of the session
	switch {
	case r.flag():
		return false // of a kind that came later
	case !r.flag():
		r.address()
	default:
		const alphabet = "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		name := r.octets(int(r.take(8))+1, 6)
		for i, x := range name {
			name[i] = alphabet[x]
		}
		if !r.short {
			m.facts = append(m.facts, Fact{"slp", name})
		}
	}
	return !r.short
}

// address passes over an address of IPv4 or IPv6.
func (r *bits) address() {
	if r.flag() {
		r.skip(128)
	} else {
		r.skip(32)
	}
}

// location reads the cell, or the access point of Wi-Fi, that the phone says it is
// in. What it can do, and which help it asks for, stands before that.
func (m *suplMessage) location(r *bits, kind uint64) {
	assisted := false
	r.flag() // more stands at the end
	switch kind {
	case suplStart:
		r.flag() // which precision it wants stands behind
	case suplPosInit:
		assisted = r.flag()
		r.skip(3)
	default:
		return
	}
	more := r.flag()
	r.extensible(7) // ways to find its place
	r.skip(2)       // the one it likes best
	r.extensible(3) // protocols
	if more {
		r.additions()
	}
	if assisted {
		r.assistance()
	}
	r.flag() // more stands behind the cell
	m.cell(r)
}

// assistance passes over which help a phone asks for.
func (r *bits) assistance() {
	more, navigation := r.flag(), r.flag()
	r.skip(9)
	if navigation {
		moreOfIt, satellites := r.flag(), r.flag()
		r.skip(10 + 8 + 5 + 4)
		if satellites {
			for n := r.take(5) + 1; n > 0 && !r.short; n-- {
				r.extensible(6 + 8)
			}
		}
		if moreOfIt {
			r.additions()
		}
	}
	if more {
		r.additions()
	}
}

// cell reads the identity of a cell. What was measured besides stands behind it.
func (m *suplMessage) cell(r *bits) {
	if r.flag() {
		m.laterCell(r)
		return
	}
	kind := r.take(2)
	r.flag()      // more stands at the end
	switch kind { // what may be missing
	case suplGSM:
		r.skip(2)
	case suplWCDMA:
		r.skip(3)
	}
	first := r.at
	switch kind {
	case suplGSM:
		m.add(r, "supl.cell", first, fmt.Appendf(nil, "mcc=%03d&mnc=%02d&lac=%d&cid=%d", r.take(10), r.take(10), r.take(16), r.take(16)))
	case suplWCDMA:
		m.add(r, "supl.cell", first, fmt.Appendf(nil, "mcc=%03d&mnc=%02d&cid=%d", r.take(10), r.take(10), r.take(28)))
	case suplCDMA:
		m.add(r, "supl.cell", first, fmt.Appendf(nil, "nid=%d&sid=%d&baseid=%d", r.take(16), r.take(15), r.take(16)))
	}
}

// laterCell reads the identity of a cell of LTE, or of an access point, which ULP 2.0
// added.
func (m *suplMessage) laterCell(r *bits) {
	if r.small() != 0 {
		return
	}
	r.length()
	if r.flag() {
		return // NR and what came after it
	}
	kind := r.take(3)
	r.flag() // more stands at the end
	switch kind {
	case suplLTE:
		r.skip(4)
		r.flag() // more stands behind the identity
		first := r.at
		plmn := append(r.network(), "cid="...)
		cid := r.take(28)
		r.skip(9)
		m.add(r, "supl.cell", first, fmt.Appendf(plmn, "%d&tac=%d", cid, r.take(16)))
	case suplWLAN:
		r.skip(12)
		first := r.at
		mac := net.HardwareAddr(r.octets(6, 8))
		m.add(r, "supl.ap", first, []byte("bssid="+mac.String()))
	}
}

// network reads the codes of a country, where there is one, and of a network of it, a
// digit at a time.
func (r *bits) network() (text []byte) {
	digits := func(key string, n uint64) {
		text = append(text, key...)
		for range n {
			text = strconv.AppendUint(text, r.take(4), 10)
		}
		text = append(text, '&')
	}
	if r.flag() {
		digits("mcc=", 3)
	}
	digits("mnc=", 2+r.take(1))
	return text
}

// digitsOf reads digits that are packed two to a byte, the lower half first.
func digitsOf(b []byte) (digits []byte) {
	for _, x := range b {
		for _, half := range [2]byte{x & 15, x >> 4} {
			if half > 9 {
				return digits
			}
			digits = append(digits, '0'+half)
		}
	}
	return digits
}
