package report

import (
	"io"
	"regexp"
	"strings"

	"github.com/telltale-audit/telltale"
)

// Markdown writes the audit as a short text for an issue or a letter: the
// verdict, the findings, the identifiers and the limits. Nothing captured can
// be markup in it.
func Markdown(w io.Writer, a *Audit, m *telltale.Masker) error {
	v := newView(a, m)
	var b strings.Builder
	say, open, stand := v.headline()
	b.WriteString("# " + inText(say) + "\n\n")
	if open != "" {
		b.WriteString("**" + inText(open) + "**\n\n")
	}
	for _, s := range stand {
		if s != "" {
			b.WriteString(inText(s) + "\n\n")
		}
	}
	if v.Info.Simulated {
		b.WriteString("Simulated: made-up numbers, made-up capture.\n\n")
	}
	for _, f := range v.facts() {
		b.WriteString("- " + f.Name + ": " + inText(f.Value) + "\n")
	}
	v.markdownFindings(&b)
	c := v.coverageFigure()
	b.WriteString("\n## What was not seen\n\n" + inText(c.State+" "+c.Sum) + " " + inText(c.Key[0].Name) + " read, " + inText(c.Key[1].Name) + " sealed.\n\n")
	for _, line := range append(c.Blind, append(c.Lost, c.Suppressed...)...) {
		b.WriteString("- " + inText(line) + "\n")
	}
	b.WriteString("\n")
	for _, f := range v.foot() {
		b.WriteString(inText(f.Name+": "+f.Value) + "  \n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v *view) markdownFindings(b *strings.Builder) {
	for _, p := range v.findings() {
		f := v.finding(p, false)
		b.WriteString("\n## " + f.ID + "\n\n" + inText(f.Say) + "\n\n")
		b.WriteString(inText(f.Word+" · "+f.Certainty+" · "+f.When+" UTC · "+f.How) + "\n\n")
		b.WriteString("| identifier | value | how sure | seen |\n|---|---|---|---|\n")
		for _, id := range identifying(p.ids) {
			b.WriteString("| " + inText(wordsOf(id.Kind).label) + " | " + inText(v.shown(id)) + " | " + string(id.Level) + " | " + times(int(id.Count)) + " |\n")
		}
		if said := v.alsoSaid(p.ids); said != "" {
			b.WriteString("\n" + inText(capital(notCounted)+": "+said) + "\n")
		}
		if x, _ := p.exhibit(); x != nil {
			b.WriteString("\nSee it: " + inText(v.whereaboutsOf(x)) + "; display filter `" + v.filter(x) + "`\n")
		}
	}
}

// markup are the signs that Markdown, or HTML in it, may take for its own.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`,
	"~", `\~`, "#", `\#`, "!", `\!`, "://", ":&#47;/", "www.", "www&#46;", "@", "&#64;", "$", `\$`,
)

// listNumber is how a line begins that is taken for a numbered item.
var listNumber = regexp.MustCompile(`^[0-9]{1,9}[.)]`)

// inText makes a text a part of a paragraph that is nothing but text.
func inText(s string) string {
	s = markup.Replace(harmless(s))
	switch n := listNumber.FindStringIndex(s); {
	case n != nil:
		return s[:n[1]-1] + `\` + s[n[1]-1:]
	case s != "" && strings.ContainsRune("-+=", rune(s[0])):
		return `\` + s
	}
	return s
}
