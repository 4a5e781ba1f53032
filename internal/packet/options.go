package packet

// Options of IPv4 that say which way a packet goes (RFC 791 section 3.1).
const (
	optLooseSource  = 131
	optStrictSource = 137
)

// refused4 reports whether a host drops a packet for its IPv4 options: they are
// broken, or say which way it is to go, which hosts do not follow (RFC 7126 sections
// 4.3 and 4.4).
func refused4(options []byte) bool {
	for len(options) > 0 {
		switch options[0] {
		case optEnd:
			return false
		case optNop:
			options = options[1:]
			continue
		case optLooseSource, optStrictSource:
			return true
		}
		if len(options) < 2 || options[1] < 2 || int(options[1]) > len(options) {
			return true
		}
		options = options[options[1]:]
	}
	return false
}

// Options of IPv6 (RFC 8200 section 4.2).
const (
	optPad1        = 0
	optPadN        = 1
	optRouterAlert = 0x05
	optCALIPSO     = 0x07
	optJumbo       = 0xc2
	optHomeAddress = 0xc9

	optAction = 0xc0 // of an option that a host does not know: pass over it iff 0
	mostPad   = 7    // bytes that an option needs at most to be aligned
)

// refused6 reports whether a host drops a packet for the options in a hop-by-hop or
// destination options header: they are broken, or one of them is not known and asks
// for it.
func refused6(options []byte) bool {
	pad := 0
	for len(options) > 0 {
		size := 1
		if options[0] != optPad1 {
			if len(options) < 2 || int(options[1])+2 > len(options) {
				return true
			}
			size = int(options[1]) + 2
		}
		switch kind := options[0]; kind {
		case optPad1, optPadN:
			if pad += size; pad > mostPad {
				return true
			}
		case optRouterAlert, optCALIPSO, optJumbo, optHomeAddress:
			pad = 0
		default:
			if pad = 0; kind&optAction != 0 {
				return true
			}
		}
		options = options[size:]
	}
	return false
}
