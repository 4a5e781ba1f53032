package telltale

// hideDigits hides long runs of digits, and numbers written in groups.
func hideDigits(us []unit, ts []token) {
	for _, t := range ts {
		if !t.keep && t.number() && t.len() >= digitRun {
			hideUnits(us, t.start, t.end)
		}
	}
	for i := 0; i < len(ts); {
		n := group(us, ts[i:])
		if n > 0 && !version(us, ts[i:i+n]) && total(ts[i:i+n]) >= digitGroup {
			hideUnits(us, ts[i].start, ts[i+n-1].end)
		}
		i += max(n, 1)
	}
}

// group returns how many tokens from the first on are numbers with one or two
// visible characters between them.
func group(us []unit, ts []token) int {
	for i, t := range ts {
		if !t.number() || t.keep || i > 0 && !near(us, ts[i-1], t, 2) {
			return i
		}
	}
	return len(ts)
}

// near reports whether at most gap visible characters part a and b.
func near(us []unit, a, b token, gap int) bool {
	if b.start-a.end > gap {
		return false
	}
	for _, u := range us[a.end:b.start] {
		if u.hide {
			return false
		}
	}
	return true
}

func total(ts []token) int {
	n := 0
	for _, t := range ts {
		n += t.digits
	}
	return n
}

// version reports whether the group is a version such as 81.0.4044.138: up to
// five short numbers joined by dots, one of them a plain 0.
func version(us []unit, ts []token) bool {
	zero := false
	for i, t := range ts {
		if t.len() > 5 || i+1 < len(ts) && between(us, ts, i) != '.' {
			return false
		}
		zero = zero || t.len() == 1 && us[t.start].r == '0'
	}
	return zero && len(ts) <= 5 && total(ts) <= 12
}
