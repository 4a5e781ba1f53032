package numbering

// A MAC is a hardware address of 48 bits (IEEE 802).
type MAC [6]byte

// ParseMAC reads twelve hexadecimal digits, bare or with one of : - between
// each two or . - : between each four.
func ParseMAC[T Text](s T) (MAC, bool) {
	var m MAC
	group := 0
	switch len(s) {
	case 12:
	case 17:
		group = 2
	case 14:
		group = 4
	default:
		return m, false
	}
	sep, n := byte(0), 0
	for i := 0; i < len(s); i++ {
		if group > 0 && i%(group+1) == group {
			if sep == 0 {
				sep = s[i]
			}
			if s[i] != sep || !macSeparator(sep, group) {
				return MAC{}, false
			}
			continue
		}
		h := hexValue(s[i])
		if h > 15 {
			return MAC{}, false
		}
		m[n/2] = m[n/2]<<4 | h
		n++
	}
	return m, true
}

func macSeparator(c byte, group int) bool {
	return c == ':' || c == '-' || group == 4 && c == '.'
}

// String returns m in lower case with colons.
func (m MAC) String() string { return string(m.Append(nil, ':', 2, false)) }

// Append appends m as hexadecimal digits, with sep after every group digits
// unless sep is 0.
func (m MAC) Append(dst []byte, sep byte, group int, upper bool) []byte {
	digits := "0123456789abcdef"
	if upper {
		digits = "0123456789ABCDEF"
	}
	for n := range 12 {
		if n > 0 && sep != 0 && n%group == 0 {
			dst = append(dst, sep)
		}
		dst = append(dst, digits[m[n/2]>>(4*(1-n%2))&15])
	}
	return dst
}

// Multicast reports whether m addresses many stations, so that it names none.
func (m MAC) Multicast() bool { return m[0]&1 != 0 }

// Local reports whether m was made up by its device or network and not given
// out by the IEEE.
func (m MAC) Local() bool { return m[0]&2 != 0 }

// Placeholder reports whether m is what systems say when they withhold or
// lack an address: all bytes equal, or Android's 02:00:00:00:00:00.
func (m MAC) Placeholder() bool {
	for _, b := range m[1:] {
		if b != m[1] {
			return false
		}
	}
	return m[0] == m[1] || m[0] == 2 && m[1] == 0
}
