package lab

// plainCases have one copy of every byte, carried in unusual ways.
func plainCases() []*Evasion {
	const text = 21
	var bytewise []shot
	for i := range first {
		bytewise = append(bytewise, shot{at: int64(i), data: first[i : i+1]})
	}
	halves := []shot{{data: first[:9]}, {at: 9, data: first[9:]}}
	return []*Evasion{
		{Name: "E01-in-order", About: "one segment after the other", shots: after(halves...)},
		{Name: "E01-reordered", About: "the second half comes first", shots: after(halves[1], halves[0])},
		{Name: "E01-one-byte", About: "a byte a segment", shots: after(bytewise...)},
		{Name: "E01-wrap", About: "sequence numbers wrap within the number", isn: 0xfffffff6, shots: after(halves...)},
		{Name: "E01-midstream", About: "the capture begins after the handshake", late: 3, shots: after(halves...)},
		{Name: "E01-gap-filled-late", About: "a hole is filled by the last segment", shots: after(
			shot{data: first[:9]}, shot{at: text, data: second}, shot{at: 9, data: first[9:]})},
	}
}

// copyCases send some bytes twice, each copy with another number.
func copyCases() []*Evasion {
	pad := shot{data: "a=1;"}
	one, two := shot{at: 4, data: first}, shot{at: 4, data: second}
	with := func(s shot, change func(*shot)) shot { change(&s); return s }
	wrong := with(one, func(s *shot) { s.sum = wrongSum })
	dying := with(one, func(s *shot) { s.lost = true })
	end := shot{at: 25, data: "z=9;"}
	var dyingBytes, wrongBytes []shot
	for i := range first {
		a, b := shot{at: int64(4 + i), data: first[i : i+1]}, shot{at: int64(4 + i), data: second[i : i+1]}
		dyingBytes = append(dyingBytes, with(a, func(s *shot) { s.lost = true }), b)
		wrongBytes = append(wrongBytes, with(a, func(s *shot) { s.sum = wrongSum }), b)
	}
	return []*Evasion{
		{Name: "E02-retransmitted-otherwise", About: "a segment comes again with other bytes", shots: after(pad, one, two, end)},
		{Name: "E03-held-then-in-line", About: "what is next in line differs from what was held", shots: after(
			one, shot{data: "a=1;" + second})},
		{Name: "E04-two-held", About: "two copies wait for the bytes before them", shots: after(one, two, pad, end)},
		{Name: "E05-tail-differs", About: "a segment overlaps the last one's tail with other bytes", shots: after(
			pad, one, shot{at: 4 + 18, data: second[18:] + "z=9;"}, shot{at: 4, data: second})},
		{Name: "E10-wrong-checksum-first", About: "a copy with a wrong checksum comes first", shots: after(pad, wrong, two, end)},
		{Name: "E10-wrong-checksum-bytes", About: "the same, a byte at a time", shots: after(append([]shot{pad}, append(wrongBytes, end)...)...)},
		{Name: "E10-wrong-checksum-last", About: "a copy with a wrong checksum comes last", shots: after(
			pad, two, wrong, end)},
		{Name: "E10-half-checksum-first", About: "a copy comes first whose checksum looks unfinished", shots: after(
			pad, with(one, func(s *shot) { s.sum = halfSum }), two, end)},
		{Name: "E11-dies-on-the-way", About: "a copy comes first that does not reach the receiver", shots: after(pad, dying, two, end)},
		{Name: "E11-dies-bytes", About: "the same, a byte at a time", shots: after(append([]shot{pad}, append(dyingBytes, end)...)...)},
		{Name: "E11-dies-half", About: "only the digits that differ die on the way", shots: after(
			pad, shot{at: 4, data: first[:16]}, shot{at: 20, data: first[16:], lost: true}, shot{at: 20, data: second[16:]}, end)},
	}
}

// endCases end the connection, or seem to, and go on.
func endCases() []*Evasion {
	head, rest := shot{data: first[:9]}, shot{at: 9, data: first[9:]}
	more := shot{at: 21, data: second}
	return []*Evasion{
		{Name: "E06-wrong-checksum-RST", About: "a RST with a wrong checksum amid the number", shots: after(
			head, shot{at: 9, flags: flagRST, sum: wrongSum}, rest, more)},
		{Name: "E07-RST-out-of-window", About: "a RST far out of the window", shots: after(
			head, shot{at: 9 + 1<<30, flags: flagRST}, rest, more)},
		{Name: "E08-RST-in-window", About: "a RST in the window, but not at the next number", shots: after(
			head, shot{at: 12, flags: flagRST}, rest, more)},
		{Name: "E08-RST", About: "a true RST, and data after it", shots: after(
			shot{data: first}, shot{at: 21, flags: flagRST}, more)},
		{Name: "E09-FIN-dies", About: "a FIN that does not reach the receiver", shots: after(
			head, shot{at: 9, flags: flagFIN | flagACK, lost: true}, rest, more)},
		{Name: "E09-RST-dies", About: "a RST that does not reach the receiver", shots: after(
			head, shot{at: 9, flags: flagRST, lost: true}, rest, more)},
		{Name: "E09-after-FIN", About: "a true FIN, and data after it", shots: after(
			shot{data: first}, shot{at: 21, flags: flagFIN | flagACK}, shot{at: 22, data: second})},
		{Name: "E09-FIN-amid", About: "a number cut by a true FIN", shots: after(
			head, shot{at: 9, flags: flagFIN | flagACK}, shot{at: 9, data: first[9:]})},
		{Name: "E12-urgent", About: "an urgent byte amid the number", also: []string{firstIMEI}, shots: after(
			shot{data: first[:9] + "!" + first[9:], urgent: 10, flags: flagPSH | flagACK | flagURG}, shot{at: 22, data: second})},
		{Name: "E12-urgent-digit", About: "a digit of the number is the urgent byte", also: []string{"001012704839103"}, shots: after(
			shot{data: first[:9]}, shot{at: 9, data: first[9:], urgent: 9, flags: flagPSH | flagACK | flagURG}, shot{at: 21, data: second})},
		{Name: "E13-gap", About: "bytes that the capture never saw lie amid the second number", shots: after(
			shot{data: first}, shot{at: 21, data: second[:9]}, shot{at: 21 + 40, data: second[9:]})},
		{Name: "E14-second-SYN", About: "a SYN with another number amid the stream", shots: after(
			head, shot{at: 0x01234567, flags: flagSYN}, rest, more)},
		{Name: "E15-no-ACK", About: "a copy without the ACK flag comes first", shots: after(
			shot{data: "a=1;"}, shot{at: 4, data: first, flags: flagPSH}, shot{at: 4, data: second})},
		{Name: "E16-offload", About: "no checksum of the sender was finished when the capture saw it", shots: offload(after(head, rest, more), halfSum, 0)},
		{Name: "E16-rewritten", About: "every checksum of the sender is wrong", shots: offload(after(head, rest, more), wrongSum, 0)},
		{Name: "E17-joined", About: "the capture saw segments joined by the card, the handshake whole", shots: offload(after(head, rest, more), halfSum, 2)},
	}
}

const flagURG = 32

// offload gives all shots from a number on another checksum, which the
// receiver does not see.
func offload(shots []shot, sum sumKind, from int) []shot {
	for i := from; i < len(shots); i++ {
		shots[i].sum, shots[i].unseen = sum, true
	}
	return shots
}
