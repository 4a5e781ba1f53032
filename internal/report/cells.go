package report

import (
	"slices"
	"strings"
	"unicode"
)

// harmless replaces whatever could steer a terminal or reorder its text. The
// Masker has escaped such characters already; this is the second wall.
func harmless(text string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > 2 {
			return -1 // a pile of accents would reach into other lines
		}
		if r != ' ' && !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, text)
}

// wide lists the blocks whose characters take two cells (UAX 11, W and F).
var wide = [][2]rune{
	{0x1100, 0x115f},
	{0x2e80, 0x303e},
	{0x3041, 0x4dbf},
	{0x4e00, 0xa4cf},
	{0xa960, 0xa97c},
	{0xac00, 0xd7a3},
	{0xf900, 0xfaff},
	{0xfe30, 0xfe6f},
	{0xff01, 0xff60},
	{0xffe0, 0xffe6},
	{0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff},
	{0x1f900, 0x1faff},
	{0x20000, 0x3fffd},
}

// cells returns how many columns text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	for _, w := range wide {
		if r >= w[0] && r <= w[1] {
			return 2
		}
	}
	return 1
}

// fit cuts text to n cells; a cut one ends in an ellipsis.
func fit(text string, n int) string {
	if cells(text) <= n {
		return text
	}
	if n <= 0 {
		return ""
	}
	at, used := 0, 0
	for i, r := range text {
		if used+cellsOf(r) > n-1 {
			break
		}
		used += cellsOf(r)
		at = i + len(string(r))
	}
	return text[:at] + "…"
}

// fitEnd cuts text to n cells from its beginning: of a name the end tells most.
// A name with dots is cut at one, where that does not take much more.
func fitEnd(text string, n int) string {
	if cells(text) <= n {
		return text
	}
	runes := []rune(text)
	used, i := 1, len(runes)
	for i > 0 && used+cellsOf(runes[i-1]) <= n {
		i--
		used += cellsOf(runes[i])
	}
	if at := slices.Index(runes[i:], '.'); at >= 0 && at <= (len(runes)-i)/3 {
		i += at
	}
	return "…" + string(runes[i:])
}

// plainMarks gives each mark of ours its ASCII form, of one cell like itself.
var plainMarks = strings.NewReplacer(
	"●", "*", "○", "o", "◌", "?", "━", "-", "═", "=", "╌", ".", "▶", ">", "┓", ".", "┳", "+", "┻", "+", "┫", "|", "╋", "+", "┛", "'",
	"█", "#", "░", ".", "▒", ":", "·", ".", "╵", "'", "→", ">", "↵", "/", "–", "-", "…", "~",
)

// ascii replaces every other character beyond ASCII by question marks.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range plainMarks.Replace(text) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Repeat("?", cellsOf(r)))
	}
	return b.String()
}
