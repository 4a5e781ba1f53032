package report

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/figure"
)

//go:embed page.html page.css
var pageFiles embed.FS

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").ParseFS(pageFiles, "page.html"))
})

// pageStyle is the style sheet. It stands in the page, which loads nothing.
var pageStyle = func() template.CSS {
	b, err := pageFiles.ReadFile("page.css")
	if err != nil {
		panic(err) // it is embedded
	}
	return template.CSS(b)
}()

// page is what the template reads: words and figures, all of it masked.
type page struct {
	Style    template.CSS
	Title    string
	What     string // what sort of page it is
	Warning  string // UNREDACTED, where it is
	Specimen []fact
	Say      string
	Open     string // the sentence in the signal's colour, or ""
	Stand    []string
	Tally    []number
	Findings []finding
	Further  string // findings that are not listed
	Nothing  bool   // no identifier was seen to be sent
	Flow     flowFigure
	Path     *pathFigure
	Proofs   []proof
	More     string // findings without a proof
	When     *whenFigure
	Dossiers []dossier
	Met      []metRow
	MetMore  string
	Sure     []sureRow
	Perhaps  string
	Steps    []step
	Coverage coverageFigure
	Log      []logRow
	LogMore  string
	Tables   []telltale.Table
	Inputs   []inputRow
	Foot     []fact
	Hatch    template.HTML
}

type fact struct{ Name, Value string }

type number struct {
	Value, Name string
	Signal      bool
}

// finding is one finding in the list near the top.
type finding struct {
	ID, Say, Class, Word, Certainty, When, How string
	Proof                                      bool
}

// HTML writes the audit to w as one page that stands alone: it runs nothing
// and loads nothing, in light, in dark, on a phone and on paper.
func HTML(w io.Writer, a *Audit, m *telltale.Masker) error {
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, newPage(newView(a, m))); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// maxFindings is how many findings a page lists: nobody reads on for longer.
const maxFindings = 60

func newPage(v *view) *page {
	p := &page{
		Style: pageStyle, What: "Audit report", Specimen: v.facts(), Tally: v.tally(), Nothing: len(v.findings()) == 0,
		Flow: v.flowFigure(), Path: v.pathFigure(), When: v.whenFigure(), Steps: v.steps(), Coverage: v.coverageFigure(),
		Tables: v.Info.Data, Inputs: v.inputRows(), Foot: v.foot(), Hatch: template.HTML(figure.Hatch()), Sure: v.sureRows(),
	}
	p.Say, p.Open, p.Stand = v.headline()
	p.Title = clip(p.Say, 90) + " · telltale"
	if v.Info.Simulated {
		p.What += " · simulated: made-up numbers, no phone sent this"
	}
	if v.m.Reveal() {
		p.Warning = "UNREDACTED: this page shows whole values"
	}
	p.Proofs, p.More = v.proofs()
	all := v.findings()
	for _, q := range all[:min(len(all), maxFindings)] {
		p.Findings = append(p.Findings, v.finding(q, len(p.Findings) < len(p.Proofs)))
	}
	if n := len(all) - maxFindings; n > 0 {
		p.Further = "And " + counted(int64(n), "more finding") + ". Those above are of most consequence; --csv and --json write every one."
	}
	if len(v.perhaps) > 0 {
		p.Perhaps = v.perhapsKinds() + v.perhapsHow()
	}
	p.Dossiers = v.dossiers()
	p.Met, p.MetMore = v.met()
	p.Log, p.LogMore = v.log()
	return p
}

// clip cuts text to n characters at the end of a word.
func clip(text string, n int) string {
	rs := []rune(text)
	if len(rs) <= n {
		return text
	}
	cut := string(rs[:n])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}

// facts are the facts of the specimen.
func (v *view) facts() []fact {
	var names []string
	for _, in := range v.Info.Inputs[:min(len(v.Info.Inputs), 3)] {
		names = append(names, harmless(in))
	}
	if n := len(v.Info.Inputs) - 3; n > 0 {
		names = append(names, thousands(int64(n))+" more")
	}
	watched := period(v.Start, v.End)
	if watched == "" {
		watched = "no packets"
	}
	return []fact{
		{"Device", v.deviceFact()},
		{"Capture", listed(names)},
		{"Watched", watched},
		{"What it holds", counted(v.Packets, "packet") + ", " + size(v.Bytes)},
	}
}

// deviceFact names the device and how it was told apart.
func (v *view) deviceFact() string {
	label := harmless(strings.Join(v.specimen(), ", build "))
	if len(v.Devices) == 1 && v.Devices[0].Label == "" || len(v.Devices) == 0 {
		return "one that no device file names"
	}
	if !slices.ContainsFunc(v.Devices, func(d telltale.Device) bool { return d.Label != "" }) {
		return counted(int64(len(v.Devices)), "device") + " that no device file names"
	}
	return label
}

// headline returns the sentence of the page, the one in the signal's colour if
// it is true, and what qualifies them.
func (v *view) headline() (say, open string, stand []string) {
	switch {
	case len(v.parties) > 0:
		return v.toldHeadline()
	case len(v.senders) > 0:
		from := v.senders[0]
		say, open = v.say(from), readers(from.readableBy).text
		stand = []string{"It was not seen to send any." + encodingNote(v.senders[:1]), v.howCertain(from.ids)}
		if from.open() {
			return say, open, stand
		}
		return say + " " + open, "", stand
	case v.Coverage.Verdict == telltale.Inconclusive:
		return "This capture does not answer the question.", "", []string{v.whyNot()}
	case len(v.perhaps) > 0:
		return "No identifier is certain. " + v.maybe(), "", []string{"That is neither proof that one was sent nor that none was."}
	}
	say = "No identifier was seen in what could be read (" + v.readShare() + " of bytes)."
	return say, "", []string{"That is not proof that none was sent" + v.sealedShare() + "."}
}

func (v *view) toldHeadline() (say, open string, stand []string) {
	told := v.parties
	if i := slices.IndexFunc(told, func(p *party) bool { return !p.open() }); i > 0 {
		told = told[:i]
	}
	ids, count := together(told)
	say = v.sentence(told, ids, count, 3, "more")
	reader := readers(told[0].readableBy).text
	if told[0].open() {
		open = reader
	} else {
		say += " " + reader
	}
	stand = append(stand, v.span(told)+v.unlocked(told), v.howCertain(ids))
	if n := len(v.parties) - len(told); n > 0 {
		stand = append(stand, others(n))
	}
	return say, open, stand
}

// span says when the messages to parties went: how often, from when to when.
func (v *view) span(ps []*party) string {
	first, last := v.End, v.Start
	for _, p := range ps {
		for _, s := range p.sends {
			first, last = min(first, s.First), max(last, s.Last)
		}
	}
	if first == last {
		return "That was at " + v.clock(first) + " UTC."
	}
	return "The first went at " + v.clock(first) + ", the last at " + v.clock(last) + " UTC."
}

// unlocked says of an encoding that it is none of a lock.
func (v *view) unlocked(ps []*party) string {
	switch encodingNote(ps) {
	case "":
		return ""
	case " Base64 is not encryption.":
		return " The message looks scrambled. It is Base64, a way of writing, which any computer undoes without a key."
	}
	return " What was sent was encoded, which is not encryption: any computer undoes it without a key."
}

// clock writes a time of day, with the day where the capture has several.
func (v *view) clock(t telltale.Time) string {
	const day = "2 Jan"
	if v.Start.Std().Format(day) != v.End.Std().Format(day) {
		return t.Std().Format(day + " 15:04:05")
	}
	return t.Std().Format("15:04:05")
}

// tally are the four numbers of the page.
func (v *view) tally() []number {
	sealed := number{percent(opaque(&v.Coverage), v.distinct()), "of bytes were sealed: counted, not read", false}
	met := number{thousands(int64(v.metCount())), "destinations that the capture shows", false}
	if len(v.parties) == 0 {
		return []number{
			{v.readShare(), "of bytes could be read, and were searched", false},
			sealed, met,
			{duration(time.Duration(v.End - v.Start)), "watched", false},
		}
	}
	ids, count := together(v.parties)
	ids = identifying(ids)
	open := 0
	for _, p := range v.parties {
		if p.open() {
			open += p.count
		}
	}
	return []number{
		{thousands(int64(len(ids))), plural(len(ids), "identifier") + " sent", false},
		{thousands(int64(count)), plural(count, "message") + " carried them", false},
		{thousands(int64(open)), "of these readable by anyone on the way", open > 0},
		sealed,
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// finding is a party as the list of findings shows it.
func (v *view) finding(p *party, proof bool) finding {
	class, word := protectionClass(p.protection)
	f := finding{ID: v.id(p), Say: v.say(p), Class: class, Word: word, Proof: proof, Certainty: v.certaintyOf(p), How: formsOf(p)}
	if !p.open() && class == "open" {
		f.Class = "near"
	}
	first, last := p.sends[0].First, p.sends[0].Last
	for _, s := range p.sends {
		first, last = min(first, s.First), max(last, s.Last)
	}
	f.When = v.clock(first)
	if first != last {
		f.When += " to " + v.clock(last)
	}
	return f
}

// protectionClass is how the style sheet and people name a protection.
func protectionClass(p telltale.Protection) (class, word string) {
	switch p {
	case telltale.Open:
		return "open", "open"
	case telltale.Sealed:
		return "sealed", "sealed"
	case telltale.Forgeable:
		return "unknown", "weak"
	}
	return "unknown", "unknown"
}

// certaintyOf says how sure it is that these are the device's identifiers.
func (v *view) certaintyOf(p *party) string {
	sure, ids := 0, identifying(p.ids)
	for _, id := range ids {
		if id.Level == telltale.Confirmed {
			sure++
		}
	}
	switch {
	case sure == len(ids):
		return "confirmed by the device file"
	case sure > 0:
		rest := "the others probable"
		if sure == len(ids)-1 {
			rest = "the other probable"
		}
		return thousands(int64(sure)) + " of " + thousands(int64(len(ids))) + " confirmed by the device file, " + rest
	}
	return "probable, by form and the names beside them"
}

// formsOf says how the values were written.
func formsOf(p *party) string {
	var forms []string
	for _, s := range p.sends {
		for _, f := range s.Forms {
			if !slices.Contains(forms, f) {
				forms = append(forms, f)
			}
		}
	}
	return "written as " + strings.ReplaceAll(listed(forms[:min(len(forms), 3)]), ">", " > ")
}
