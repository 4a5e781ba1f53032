package audit

import (
	"net/url"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// veil hides what a message's sightings hold in whatever else is told of it:
// words have no shape by which they could be known again.
func veil(m *pipeline.Message) {
	values := held(m)
	if len(values) == 0 {
		return
	}
	hide := func(t *telltale.Text) { *t = veiled(*t, values) }
	for i := range m.Facts {
		hide(&m.Facts[i].Value)
	}
	if h := m.HTTP; h != nil {
		hide(&h.Hostname)
		hide(&h.URL)
		hide(&h.UserAgent)
	}
	if d := m.DNS; d != nil {
		hide(&d.Name)
		for i := range d.Questions {
			hide(&d.Questions[i].Name)
		}
		for i := range d.Answers {
			hide(&d.Answers[i].Name)
			hide(&d.Answers[i].Data)
		}
	}
}

// held returns the values that a message's sightings have, in lower case, also as
// a URL writes them.
func held(m *pipeline.Message) []string {
	var values []string
	for _, s := range m.Sightings {
		raw := s.Value.Raw()
		if len(raw) < 2 || s.Kind == telltale.Model || s.Kind == telltale.Build { // many devices share these
			continue
		}
		values = append(values, strings.ToLower(raw))
		if escaped := url.PathEscape(raw); escaped != raw {
			values = append(values, strings.ToLower(escaped))
		}
	}
	return values
}

// veiled returns t with the values blanked that stand in it, in either case.
func veiled(t telltale.Text, values []string) telltale.Text {
	if blank := places(t.Raw(), values); len(blank) > 0 {
		return telltale.NewText(t.Raw(), blank...)
	}
	return t
}

// places returns where in a text values stand, sorted and disjoint.
func places(text string, values []string) []telltale.Range {
	var out []telltale.Range
	low := lowered(text)
	for _, v := range values {
		for at := 0; ; {
			n := strings.Index(low[at:], v)
			if n < 0 {
				break
			}
			at += n + len(v)
			out = append(out, telltale.Range{Start: int64(at - len(v)), End: int64(at)})
		}
	}
	return telltale.Union(out)
}

// cutPlaces returns where values stand in a piece of a text, those also that an end
// of it cuts in two.
func cutPlaces(text string, values []string) []telltale.Range {
	const least = 2 // bytes of a part that tells
	out := places(text, values)
	low, n := lowered(text), int64(len(text))
	for _, v := range values {
		for k := min(len(v)-1, len(low)); k >= least; k-- {
			if strings.HasPrefix(low, v[len(v)-k:]) {
				out = append(out, telltale.Range{End: int64(k)})
				break
			}
		}
		for k := min(len(v)-1, len(low)); k >= least; k-- {
			if strings.HasSuffix(low, v[:k]) {
				out = append(out, telltale.Range{Start: n - int64(k), End: n})
				break
			}
		}
	}
	return telltale.Union(out)
}

// lowered returns s in lower case, byte for byte.
func lowered(s string) string {
	if low := strings.ToLower(s); len(low) == len(s) {
		return low
	}
	return s // a letter takes other bytes in lower case
}
