package figure

// A Sign is how a moment is marked in a raster.
type Sign int

// The signs: a disc on a bar, a bar, a ring, and a ring in dashes.
const (
	Disc Sign = iota
	Bar
	Ring
	Broken
)

// rowHeight is the height of a row of a raster in pixels.
const rowHeight = 40.0

// maxSigns is how many moments a row marks one by one; more are counted in
// bins, for the marks would run together.
const maxSigns = 120

// Row draws moments, as shares of the time shown, and hairlines through it.
func Row(moments, hairlines []float64, sign Sign, ink Ink) string {
	var d drawing
	d.begin(rowHeight)
	for _, x := range thin(hairlines) {
		d.add(`<line class="s-line" x1="`, percent(x), `" x2="`, percent(x), `" y1="0" y2="40"/>`)
	}
	d.add(`<line class="s-mark" x1="0" x2="100%" y1="20" y2="20" stroke-width=".75"/>`)
	if len(moments) > maxSigns {
		d.bins(moments, ink)
		return d.end()
	}
	for _, x := range moments {
		d.sign(x, sign, ink)
	}
	return d.end()
}

// thin leaves out the hairlines of a raster that has too many to tell apart.
func thin(lines []float64) []float64 {
	if len(lines) > maxSigns {
		return nil
	}
	return lines
}

func (d *drawing) sign(x float64, sign Sign, ink Ink) {
	at, class := percent(x), string(ink)
	stroke := func(y1, y2 string) {
		d.add(`<line class="s-`, class, `" x1="`, at, `" x2="`, at, `" y1="`, y1, `" y2="`, y2, `" stroke-width="2"/>`)
	}
	ring := func(more string) {
		d.add(`<circle class="ring s-`, class, `" cx="`, at, `" cy="20" r="3.4" stroke-width="1.4"`, more, `/>`)
	}
	switch sign {
	case Disc:
		stroke("8", "32")
		d.add(`<circle class="f-`, class, `" cx="`, at, `" cy="20" r="5"/>`)
	case Bar:
		stroke("14", "26")
	case Ring:
		ring("")
	case Broken:
		ring(` stroke-dasharray="2.2 1.6"`)
	}
}

// bins draws how many moments fall into each of 100 parts of the time.
func (d *drawing) bins(moments []float64, ink Ink) {
	var count [100]int
	most := 1
	for _, x := range moments {
		i := min(max(int(x*100), 0), 99)
		count[i]++
		most = max(most, count[i])
	}
	for i, n := range count {
		if n == 0 {
			continue
		}
		h := max(float64(n)/float64(most)*16, 1.5)
		d.add(`<rect class="f-`, string(ink), `" x="`, percent(float64(i)/100), `" width=".8%" y="`, px(20-h), `" height="`, px(2*h), `"/>`)
	}
}

// A Tick is a labelled place on an axis.
type Tick struct {
	At    float64 // share of the axis
	Label string
	Minor bool // left out where there is little room
}

// Axis draws ticks with their labels.
func Axis(ticks []Tick) string {
	var d drawing
	d.begin(22)
	for _, t := range ticks {
		class, anchor := "", "middle"
		if t.Minor {
			class = ` class="minor"`
		}
		switch {
		case t.At < 0.03:
			anchor = "start"
		case t.At > 0.97:
			anchor = "end"
		}
		x := percent(t.At)
		d.add("<g", class, `><line class="s-mark" x1="`, x, `" x2="`, x, `" y1="0" y2="5"/><text x="`, x, `" y="18" text-anchor="`, anchor, `">`, escape(t.Label), "</text></g>")
	}
	return d.end()
}

// Hatch fills its place with the pattern of what could not be read.
func Hatch() string {
	return `<svg width="100%" height="100%" aria-hidden="true"><rect class="f-hatch" width="100%" height="100%"/></svg>`
}
