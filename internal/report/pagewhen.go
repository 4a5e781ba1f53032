package report

import (
	"html/template"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/figure"
)

// whenFigure is a raster of what went out, on one clock for all rows.
type whenFigure struct {
	Answer, Conclusion string
	Aria               string
	Rows               []whenRow
	Axis               template.HTML
	Marks              []string // which signs are in it
}

type whenRow struct {
	Name, Note, Count string
	Hot               bool
	Picture           template.HTML
}

// signs are the raster's signs by the character that a terminal shows.
var signs = map[string]figure.Sign{"●": figure.Disc, "╵": figure.Bar, "○": figure.Ring, "◌": figure.Broken}

// whenFigure returns nil where the capture is too short to tell.
func (v *view) whenFigure() *whenFigure {
	rows := v.rasterRows(false)
	if len(rows) == 0 || time.Duration(v.End-v.Start) < shortest {
		return nil
	}
	f := &whenFigure{Axis: template.HTML(figure.Axis(v.pageTicks()))}
	var hair []float64
	told := len(v.parties)
	for i, r := range rows {
		if i < told && r.ink == signal {
			hair = append(hair, v.shares(r.times)...)
		}
	}
	f.Marks = marksOf(rows)
	for i, r := range rows {
		row := whenRow{Name: r.name, Count: thousands(r.count), Hot: r.ink == signal && r.mark == "●", Note: noteOf(r.mark)}
		if i < told {
			row.Note = counted(int64(len(v.parties[i].ids)), "identifier")
		}
		row.Picture = template.HTML(figure.Row(v.shares(r.times), hair, signs[r.mark], inkOfRow(r)))
		f.Rows = append(f.Rows, row)
		f.Aria += r.name + ": " + thousands(r.count) + ". "
	}
	f.Answer, f.Conclusion = v.whenWords(rows)
	return f
}

func noteOf(mark string) string {
	switch mark {
	case "╵":
		return "no identifier seen"
	case "○":
		return "contents sealed"
	}
	return "not understood"
}

func inkOfRow(r rasterRow) figure.Ink {
	switch {
	case r.ink == signal:
		return figure.Signal
	case r.mark == "●":
		return figure.Plain
	}
	return figure.Quiet
}

// marksOf names the signs of rows, in a fixed order.
func marksOf(rows []rasterRow) []string {
	var out []string
	for _, k := range []struct{ mark, class string }{{"●", "disc"}, {"╵", "bar"}, {"○", "ring"}, {"◌", "broken"}} {
		for _, r := range rows {
			if r.mark == k.mark {
				out = append(out, k.class)
				break
			}
		}
	}
	return out
}

// shares places times in the time of the capture.
func (v *view) shares(ts []telltale.Time) []float64 {
	out := make([]float64, len(ts))
	for i, t := range ts {
		out[i] = float64(t-v.Start) / float64(v.End-v.Start)
	}
	return out
}

// whenWords answers the question in words, and says what the figure shows.
func (v *view) whenWords(rows []rasterRow) (answer, conclusion string) {
	if len(v.parties) == 0 {
		return "These are the times at which the phone talked to anyone.", "No identifier was seen in any of these."
	}
	p := v.parties[0]
	answer = "A message with identifiers went to " + p.name + " " + times(p.count) + " in " + duration(time.Duration(v.End-v.Start)) + "."
	if gap := median(p.times); gap > 0 {
		answer += " Half of the pauses between two were longer than " + duration(gap) + "."
	}
	answer += " What on the phone set it off, this capture alone does not tell."
	conclusion = "Every message to " + p.name + ", and what else went out at the time."
	if len(rows) == 1 {
		conclusion = "Every message to " + p.name + "."
	}
	return answer, conclusion
}

// median is the middle pause between times, which ascend; 0 for fewer than
// three of them.
func median(ts []telltale.Time) time.Duration {
	if len(ts) < 3 {
		return 0
	}
	gaps := make([]telltale.Time, len(ts)-1)
	for i := range gaps {
		gaps[i] = ts[i+1] - ts[i]
	}
	slices.Sort(gaps)
	return time.Duration(gaps[len(gaps)/2])
}

// pageTicks are round times, six to twelve of them.
func (v *view) pageTicks() []figure.Tick {
	whole := time.Duration(v.End - v.Start)
	step := steps[len(steps)-1]
	for _, s := range steps {
		if whole/s <= 8 {
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
	var out []figure.Tick
	for t := v.Start.Std().Truncate(step); !t.After(v.End.Std()) && len(out) < 16; t = t.Add(step) {
		at := float64(telltale.Time(t.UnixNano())-v.Start) / float64(whole)
		if at >= 0 {
			out = append(out, figure.Tick{At: at, Label: t.Format(layout), Minor: len(out)%2 == 1})
		}
	}
	return out
}
