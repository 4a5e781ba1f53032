package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
)

// maxRaster is how many rows the raster has.
const maxRaster = 8

// shortest is the length of a capture below which the raster tells nothing.
const shortest = 10 * time.Second

// rasterRow is one destination over the time of the capture.
type rasterRow struct {
	name  string
	mark  string
	ink   ink
	count int64
	times []telltale.Time
}

// when draws the sends over the capture's time on one clock for all rows.
func (v *view) when(s *screen) {
	rows := v.rasterRows(s.width < narrow)
	if len(rows) == 0 || time.Duration(v.End-v.Start) < shortest {
		return
	}
	left := 4
	for _, r := range rows {
		left = max(left, cells(r.name)+4)
	}
	left = min(max(left, 19), s.width*3/10)
	n := s.width - left - 7
	s.blank()
	axis := &row{}
	axis.put("WHEN", bold)
	unit := v.ticks(axis, left, n)
	s.row(axis)
	for _, r := range rows {
		line := &row{}
		k := plain
		if r.ink == signal && r.mark == "●" {
			k = signal
		}
		line.at(2, fitEnd(r.name, left-3), k)
		line.at(left, v.marks(r, n), k)
		line.right(s.width, thousands(r.count), k)
		s.row(line)
	}
	s.prose(left, left, span{fmt.Sprintf("UTC; what falls within %s shares one mark; the counts are exact", unit), dim})
}

// rasterRows takes the parties first, then the contacts on the internet, or the
// others where there are none; narrow screens keep what anyone could read.
func (v *view) rasterRows(openOnly bool) []rasterRow {
	var rows []rasterRow
	for _, p := range v.parties {
		k, dot, _ := lineOf(p.readableBy)
		rows = append(rows, rasterRow{p.name, dot, k, int64(p.count), p.times})
	}
	rows = append(rows, contactRows(v.open, "╵")...)
	if !openOnly {
		rows = append(rows, contactRows(v.sealed, "○")...)
		rows = append(rows, contactRows(v.unknown, "◌")...)
	}
	if len(rows) == 0 && !openOnly {
		rows = contactRows(slices.Concat(v.local, v.lookups), "╵")
	}
	rows = slices.DeleteFunc(rows, func(r rasterRow) bool { return len(r.times) == 0 })
	return rows[:min(len(rows), maxRaster)]
}

func contactRows(fs []far, mark string) []rasterRow {
	var rows []rasterRow
	for _, f := range fs[:min(len(fs), maxRaster)] {
		rows = append(rows, rasterRow{f.name, mark, plain, f.Flows, f.Times})
	}
	return rows
}

// marks draws a row's times in n cells.
func (v *view) marks(r rasterRow, n int) string {
	out := make([]rune, n)
	for i := range out {
		out[i] = ' '
	}
	for _, t := range r.times {
		if c := v.cellAt(t, n); c >= 0 && c < n {
			out[c] = []rune(r.mark)[0]
		}
	}
	return string(out)
}

// cellAt returns the cell of n that t falls in.
func (v *view) cellAt(t telltale.Time, n int) int {
	whole := float64(v.End - v.Start)
	return max(min(int(float64(t-v.Start)/whole*float64(n)), n-1), 0)
}

// steps are the distances between ticks that people read easily.
var steps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour,
}

// ticks labels the axis at round times and returns what one cell stands for.
func (v *view) ticks(axis *row, left, n int) string {
	whole := time.Duration(v.End - v.Start)
	cell := whole / time.Duration(n)
	step := steps[len(steps)-1]
	for _, s := range steps {
		if s/12 >= cell {
			step = s
			break
		}
	}
	layout := "15:04"
	switch {
	case step < time.Minute:
		layout = "15:04:05"
	case step >= 24*time.Hour:
		layout = "2 Jan"
	}
	first := v.Start.Std().Truncate(step)
	for t := first; !t.After(v.End.Std()); t = t.Add(step) {
		at := v.cellAt(telltale.Time(t.UnixNano()), n)
		label := t.Format(layout)
		if t.Before(v.Start.Std().Add(-cell)) || left+at <= axis.cells || at+len(label) > n {
			continue
		}
		axis.at(left+at, label, plain)
	}
	return duration(cell)
}

// duration writes d with two digits and one unit.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f seconds", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.1f minutes", d.Minutes())
	}
	return fmt.Sprintf("%.1f hours", d.Hours())
}
