package lab

import "fmt"

// A lap is how a second segment lies to the first.
type lap struct {
	name     string
	a, b     [2]int64 // where the first and the second segment lie
	atA, atB int64    // where their numbers do
}

var laps = []lap{
	{"left", [2]int64{30, 60}, [2]int64{15, 45}, 35, 20},
	{"right", [2]int64{30, 60}, [2]int64{45, 75}, 35, 47},
	{"inside", [2]int64{10, 70}, [2]int64{30, 51}, 30, 30},
	{"enclosing", [2]int64{30, 51}, [2]int64{10, 70}, 30, 30},
}

// lapText is how long the streams of the cases are.
const lapText = 80

// overlapCases lay a second segment over a first: on its left, its right,
// inside and around it, with the same bytes and with others, in order and not,
// over IPv4 and IPv6.
func overlapCases() []*Evasion {
	var all []*Evasion
	for _, v6 := range []bool{false, true} {
		for _, l := range laps {
			for _, same := range []bool{true, false} {
				for _, ahead := range []bool{false, true} {
					all = append(all, l.evasion(v6, same, ahead))
				}
			}
		}
	}
	return append(all, policyCases()...)
}

func (l *lap) evasion(v6, same, ahead bool) *Evasion {
	one := []byte(fmt.Sprintf("%*s", lapText, ""))
	for i := range one {
		one[i] = '.'
	}
	two := append([]byte(nil), one...)
	copy(one[l.atA:], first)
	copy(two[l.atB:], second)
	words := []string{"other", "in-order", "ip4"}
	if same {
		two, words[0] = one, "same"
	}
	a, b := shot{at: l.a[0], data: string(one[l.a[0]:l.a[1]])}, shot{at: l.b[0], data: string(two[l.b[0]:l.b[1]])}
	low, high := min(a.at, b.at), max(l.a[1], l.b[1])
	head, rest := shot{data: string(one[:low])}, shot{at: high, data: string(one[high:])}
	shots := after(shot{data: string(one[:a.at])}, a, b, rest)
	if ahead {
		shots, words[1] = after(a, b, head, rest), "ahead"
	}
	if v6 {
		words[2] = "ip6"
	}
	return &Evasion{
		Name:  fmt.Sprintf("E18-%s-%s-%s-%s", l.name, words[0], words[1], words[2]),
		About: fmt.Sprintf("the second segment lies %s, %s bytes, %s", l.name, words[0], words[1]), v6: v6, shots: shots,
	}
}

// policyCases lay six segments over each other so that systems that prefer the
// first copy, the last, the one that begins earlier or the one that ends later
// read different streams (Shankar and Paxson, Active Mapping, 2003).
func policyCases() []*Evasion {
	const unit = 24
	block := func(imei string) string { return told(imei) + "..." }
	a, b := block(firstIMEI), block(secondIMEI)
	seg := func(at int64, blocks ...string) shot {
		s := shot{at: 8 + at*unit}
		for _, x := range blocks {
			s.data += x
		}
		return s
	}
	held := []shot{seg(0, a, a, a), seg(4, a, a), seg(6, a, a, a), seg(1, b, b, b, b), seg(6, b, b, b), seg(9, b, b, b)}
	filler := []string{"........................"}
	head, hole := shot{data: "........"}, seg(3, filler[0])
	return []*Evasion{
		{Name: "E19-policies-held", About: "six segments over each other, all ahead of a hole", shots: after(append(held, head, hole)...)},
		{Name: "E19-policies-in-order", About: "the same with the hole filled first", shots: after(append([]shot{head}, held...)...)},
	}
}
