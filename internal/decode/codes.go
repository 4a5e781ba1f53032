package decode

// What the symbols of deflate stand for (RFC 1951, 3.2.5), the codes of a block
// that brings none (3.2.6), and how a block brings its own (3.2.7).
var (
	literalSet  = newLiteralSet()
	distanceSet = newDistanceSet()
	orderSet    = newOrderSet()
	fixed       = newFixed()
)

// newLiteralSet returns literals, the end of a block, and lengths of matches.
func newLiteralSet() symbolSet {
	set := make(symbolSet, 0, maxSymbols)
	for c := range uint32(256) {
		set = append(set, isLiteral|c<<entryValue)
	}
	set = append(set, isEnd)
	for i, least := uint32(0), uint32(3); i < 28; i++ {
		extra := max(i/4, 1) - 1
		set = append(set, least<<entryValue|extra)
		least += 1 << extra
	}
	return append(set, 258<<entryValue, isBad, isBad)
}

// newDistanceSet returns distances of matches.
func newDistanceSet() symbolSet {
	set := make(symbolSet, 0, maxDistances)
	for i, least := uint32(0), uint32(1); i < 30; i++ {
		extra := max(i/2, 1) - 1
		set = append(set, least<<entryValue|extra)
		least += 1 << extra
	}
	return append(set, isBad, isBad)
}

// newOrderSet returns lengths of codes, and how often one is repeated.
func newOrderSet() symbolSet {
	set := make(symbolSet, 0, 19)
	for n := range uint32(16) {
		set = append(set, n<<entryValue)
	}
	return append(set, 3<<entryValue|2, 3<<entryValue|3, 11<<entryValue|7)
}

// newFixed returns the tables of a block that brings none.
func newFixed() (t codeTables) {
	var lengths [maxSymbols]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	literalSet.build(t[0][:], literalRoot, lengths[:])
	for i := range maxDistances {
		lengths[i] = 5
	}
	distanceSet.build(t[1][:], distanceRoot, lengths[:maxDistances])
	return t
}

// order is in which order the lengths of the codes of the lengths come.
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a block.
func (z *inflater) readCodes() error {
	head, err := z.take(14)
	if err != nil {
		return err
	}
	literals, distances, orders := head&31+257, head>>5&31+1, head>>10+4
	if literals > maxSymbols-2 || distances > maxDistances-2 {
		return errDeflate
	}
	var lengths [maxSymbols + maxDistances]uint8
	for _, i := range order[:orders] {
		n, err := z.take(3)
		if err != nil {
			return err
		}
		lengths[i] = uint8(n)
	}
	if !orderSet.build(z.own[0][:], orderRoot, lengths[:len(order)]) {
		return errDeflate
	}
	clear(lengths[:len(order)])
	all := lengths[:literals+distances]
	for i := 0; i < len(all); {
		if i, err = z.readLengths(all, i); err != nil {
			return err
		}
	}
	if !literalSet.build(z.own[0][:], literalRoot, all[:literals]) || !distanceSet.build(z.own[1][:], distanceRoot, all[literals:]) {
		return errDeflate
	}
	return nil
}

// readLengths reads lengths[i], or several that are alike, and returns the index
// behind them.
func (z *inflater) readLengths(lengths []uint8, i int) (int, error) {
	e, err := z.entry(&z.own[0], orderRoot)
	if err != nil {
		return i, err
	}
	n, err := z.value(e)
	if err != nil {
		return i, err
	}
	var length uint8
	switch extra := extraBits(e); {
	case extra == 0:
		length, n = uint8(n), 1
	case extra == 2 && i > 0:
		length = lengths[i-1]
	case extra == 2:
		return i, errDeflate
	}
	if n > len(lengths)-i {
		return i, errDeflate
	}
	for range n {
		lengths[i] = length
		i++
	}
	return i, nil
}
