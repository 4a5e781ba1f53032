package lab

// oddCases have segments that the receiver drops for what their headers say.
func oddCases() []*Evasion {
	pad, two, end := shot{data: "a=1;"}, shot{at: 4, data: second}, shot{at: 25, data: "z=9;"}
	dated := []shot{{at: -1, flags: flagSYN, stamp: 1000}, {flags: flagACK, stamp: 1001}, {data: "a=1;", stamp: 1002}}
	md5 := "\x13\x12\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x01\x01"
	return []*Evasion{
		{Name: "E20-keep-alive", About: "a byte before the next one, as keep-alives have, differs", shots: after(
			shot{data: first[:20]}, shot{at: 19, data: second[19:20]}, shot{at: 20, data: ";" + second})},
		{Name: "E21-old-timestamp", About: "a copy with a timestamp from before comes first", shots: append(dated,
			shot{at: 4, data: first, stamp: 900}, shot{at: 4, data: second, stamp: 1003}, shot{at: 25, data: "z=9;", stamp: 1004})},
		{Name: "E22-signature", About: "a copy with an MD5 signature comes first", shots: after(
			pad, shot{at: 4, data: first, options: md5}, two, end)},
		{Name: "E23-short-header", About: "a copy comes first whose header is said to be 16 bytes long", shots: after(
			pad, shot{at: 4, data: first, header: 4}, two, end)},
		{Name: "E23-long-header", About: "a copy comes first whose header is said to be longer than the packet", shots: after(
			pad, shot{at: 4, data: first, header: 15}, two, end)},
		{Name: "E23-options-overrun", About: "an option that overruns the header", shots: after(
			pad, shot{at: 4, data: first, options: "\x08\xff\x00\x00"}, two, end)},
		{Name: "E24-NULL", About: "a copy without any flag comes first", shots: after(
			pad, shot{at: 4, data: first, flags: 0x40, tweak: func(b []byte) { b[13] = 0 }}, two, end)},
		{Name: "E26-unseen-ACK", About: "a copy that acknowledges what nobody sent comes first", shots: after(
			pad, shot{at: 4, data: first, ack: 5000}, two, end)},
		{Name: "E26-unseen-ACK-by-one", About: "the same, but only by one byte", shots: after(
			pad, shot{at: 4, data: first, ack: 1}, two, end)},
	}
}

// handshakeCases open the connection in unusual ways.
func handshakeCases() []*Evasion {
	data := []shot{{data: first}, {at: 21, data: second}}
	return []*Evasion{
		{Name: "E06-data-in-SYN", About: "data with the SYN that the receiver did not ask for", shots: []shot{
			{at: -1, data: first, flags: flagSYN}, {flags: flagACK}, data[0], data[1],
		}},
		{Name: "E24-SYN-FIN", About: "a SYN with FIN before the true one", shots: append([]shot{{at: -1, flags: flagSYN | flagFIN}}, after(data...)...)},
		{Name: "E24-simultaneous-open", About: "both sides open at once", dialled: true, shots: append([]shot{
			{at: -1, flags: flagSYN}, {at: -1, flags: flagSYN | flagACK},
		}, data...)},
		{Name: "E24-split-handshake", About: "the answer to a SYN comes as an ACK and a SYN", dialled: true, shots: append([]shot{
			{at: -1, flags: flagACK}, {at: -1, flags: flagSYN}, {flags: flagACK},
		}, data...)},
		{Name: "E25-fast-open", About: "the SYN carries a number, what follows another", shots: []shot{
			{at: -1, data: first, flags: flagSYN, options: "\x22\x0a\x00\x01\x02\x03\x04\x05\x06\x07\x01\x01"}, {flags: flagACK}, {data: second}, {at: 21, data: "z=9;"},
		}},
	}
}

// captureCases are ordinary connections in unusual captures.
func captureCases() []*Evasion {
	shots := func() []shot {
		return after(shot{data: first[:9]}, shot{at: 9, data: first[9:]}, shot{at: 21, data: second})
	}
	return []*Evasion{
		{Name: "E27-one-sided", About: "the capture has the sender's packets only", deaf: true, shots: shots()},
		{Name: "E27-one-sided-wrong-checksum", About: "the same, with a copy of wrong checksum", deaf: true, shots: after(
			shot{data: "a=1;"}, shot{at: 4, data: first, sum: wrongSum}, shot{at: 4, data: second}, shot{at: 25, data: "z=9;"})},
		{Name: "E28-captured-twice", About: "every packet was captured on two interfaces", shots: shots(), twin: func(f []byte) []byte {
			return append([]byte("\x02\x00\x5e\x00\x53\x02\x02\x00\x5e\x00\x53\x03"), f[12:]...)
		}},
		{Name: "E28-VLAN-twin", About: "every packet was captured again with a VLAN tag", shots: shots(), twin: func(f []byte) []byte {
			return append(append(append([]byte(nil), f[:12]...), 0x81, 0, 0, 7), f[12:]...)
		}},
	}
}
