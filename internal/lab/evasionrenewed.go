package lab

// renewedISN is the sequence number that the second connection of a case begins
// with.
const renewedISN = 0x55660000

// renewed returns shots as those of a second connection between the same ports,
// behind its handshake.
func renewed(isn uint32, shots ...shot) []shot {
	shots = after(shots...)
	for i := range shots {
		shots[i].isn = isn
	}
	return shots
}

// renewedCases reset a connection, or seem to, and open another one between the
// same ports. What the old one sends once more when the new one is agreed to, no
// receiver reads, and no observer puts it together with what came before the RST:
// it is read for itself.
func renewedCases() []*Evasion {
	const next = 0x10203040 + 9 // so that what comes behind a SYN has the numbers of what came before
	head, rest := shot{data: first[:9]}, shot{at: 9, data: first[9:]}
	reset := shot{at: 9, flags: flagRST}
	end := shot{at: 21, flags: flagRST}
	cut := func(isn uint32) []shot { return renewed(isn, shot{data: first[9:]}, shot{at: 12, data: "z=9;"}) }
	seeming := func(change func(*shot), isn uint32) []shot {
		r, syn := reset, shot{at: -1, flags: flagSYN, isn: isn}
		change(&r)
		return after(head, r, syn, rest, shot{at: 21, data: second})
	}
	join := func(a []shot, b ...shot) []shot { return append(a, b...) }
	return []*Evasion{
		{Name: "E08-RST-then-SYN", About: "a true RST, and a new connection between the same ports", shots: join(
			after(shot{data: first}, end), renewed(renewedISN, shot{data: second})...)},
		{Name: "E08-RST-then-SYN-ip6", About: "the same over IPv6", v6: true, shots: join(
			after(shot{data: first}, end), renewed(renewedISN, shot{data: second})...)},
		{Name: "E08-RST-then-SYN-behind", About: "the same, and the new connection begins where the old one ended", shots: join(
			after(shot{data: first}, end), renewed(next+11, shot{data: second})...)},
		{Name: "E08-RST-then-SYN-before", About: "the same, and the new connection has numbers from before the old one", shots: join(
			after(shot{data: first}, end), renewed(1000, shot{data: second})...)},
		{Name: "E08-RST-then-SYN-amid", About: "a true RST amid a number, whose rest a new connection brings", shots: join(
			after(head, reset), cut(renewedISN)...)},
		{Name: "E08-RST-then-SYN-amid-behind", About: "the same, and the rest has the numbers that were next", shots: join(
			after(head, reset), cut(next-1)...)},
		{Name: "E08-RST-then-SYN-old-data", About: "a new connection, and then data of the one that was reset", shots: join(
			after(head, reset), append(renewed(renewedISN, shot{data: second}), shot{at: 9, data: first})...)},
		{Name: "E06-wrong-checksum-RST-then-SYN", About: "a RST with a wrong checksum amid the number, and a SYN that is not agreed to", shots: seeming(
			func(s *shot) { s.sum = wrongSum }, renewedISN)},
		{Name: "E07-RST-out-of-window-then-SYN", About: "a RST far out of the window, and a SYN that is not agreed to", shots: seeming(
			func(s *shot) { s.at += 1 << 30 }, renewedISN)},
		{Name: "E09-RST-dies-then-SYN", About: "a RST that does not reach the receiver, and a SYN that is not agreed to", shots: seeming(
			func(s *shot) { s.lost = true }, renewedISN)},
		{Name: "E09-RST-dies-then-SYN-behind", About: "the same, and the SYN has the number that is next", shots: seeming(
			func(s *shot) { s.lost = true }, next)},
	}
}
