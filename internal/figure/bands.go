package figure

// A Band runs from the left edge to the right one, between two heights.
type Band struct {
	From, To  float64 // pixels from the top to its middle, at the left and at the right
	Thickness float64 // pixels
	Ink       Ink
	Line      Line
}

// A Line is how a band says what it is without colour.
type Line int

// The lines of a band: filled, two lines with nothing between, and dashes.
const (
	Filled Line = iota
	Double
	Dashed
)

// Bands draws bands in a picture of that height in pixels.
func Bands(bands []Band, height float64) string {
	var d drawing
	d.beginBox(100, height)
	for _, b := range bands {
		d.band(b)
	}
	return d.end()
}

func (d *drawing) band(b Band) {
	h := b.Thickness / 2
	switch b.Line {
	case Double:
		h = max(h, 3)
		d.curve(b.From-h, b.To-h, b.Ink, "1.4", "")
		d.curve(b.From+h, b.To+h, b.Ink, "1.4", "")
	case Dashed:
		d.curve(b.From, b.To, b.Ink, "2", ` stroke-dasharray="5 4"`)
	default:
		d.add(`<path class="f-`, string(b.Ink), `" d="M0 `, px(b.From-h), "C48 ", px(b.From-h), " 52 ", px(b.To-h), " 100 ", px(b.To-h),
			"V", px(b.To+h), "C52 ", px(b.To+h), " 48 ", px(b.From+h), " 0 ", px(b.From+h), `Z"/>`)
	}
}

// curve draws a line from the left edge to the right one.
func (d *drawing) curve(from, to float64, ink Ink, width, more string) {
	d.add(`<path class="s-`, string(ink), `" vector-effect="non-scaling-stroke" stroke-width="`, width, `"`, more,
		` d="M0 `, px(from), "C48 ", px(from), " 52 ", px(to), " 100 ", px(to), `"/>`)
}

// Wedge joins columns [from, fromEnd) of the line above to [to, toEnd) of the
// line below, in a picture that is as many columns wide.
func Wedge(columns, from, fromEnd, to, toEnd int) string {
	var d drawing
	w := func(n int) string { return px(float64(n)) }
	d.add(`<svg class="wedge" viewBox="0 0 `, w(columns), ` 10" preserveAspectRatio="none" aria-hidden="true">`)
	d.add(`<polygon points="`, w(from), ",0 ", w(fromEnd), ",0 ", w(toEnd), ",10 ", w(to), `,10"/>`)
	d.add(`<path vector-effect="non-scaling-stroke" stroke-width="1.5" d="M`, w(from), " 0L", w(to), " 10M", w(fromEnd), " 0L", w(toEnd), ` 10"/>`)
	return d.end()
}
