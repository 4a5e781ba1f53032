package report

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// together returns what parties got, and how often in all.
func together(told []*party) (ids []*telltale.Identifier, count int) {
	has := map[*telltale.Identifier]bool{}
	for _, p := range told {
		count += p.count
		for _, id := range p.ids {
			if !has[id] {
				has[id] = true
				ids = append(ids, id)
			}
		}
	}
	slices.SortStableFunc(ids, byRank)
	return ids, count
}

// sentence names at most budget kinds and counts the rest.
func (v *view) sentence(told []*party, ids []*telltale.Identifier, count, budget int, rest string) string {
	often := times(count)
	if !slices.ContainsFunc(ids, isOwn) {
		often = "at least " + often // what a program says of itself is told once to each far end
	}
	return fmt.Sprintf("%s sent %s to %s %s.", v.subject(ids), whatSent(identifying(ids), budget, rest), whom(told), often)
}

// isOwn reports whether an identifier is of one device: a model and a build are
// shared by many.
func isOwn(id *telltale.Identifier) bool {
	return id.Kind != telltale.Model && id.Kind != telltale.Build
}

// identifying leaves out what many devices share, the model and the build, unless
// nothing else was told.
func identifying(ids []*telltale.Identifier) []*telltale.Identifier {
	if !slices.ContainsFunc(ids, isOwn) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id *telltale.Identifier) bool { return !isOwn(id) })
}

// shared returns what identifying leaves out.
func shared(ids []*telltale.Identifier) []*telltale.Identifier {
	if !slices.ContainsFunc(ids, isOwn) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), isOwn)
}

// alsoSaid tells what was sent beside identifiers and is not counted, or "".
func (v *view) alsoSaid(ids []*telltale.Identifier) string {
	var parts []string
	for _, id := range shared(ids) {
		parts = append(parts, wordsOf(id.Kind).one+" "+v.shown(id))
	}
	if n := len(parts) - maxRows; n > 0 {
		parts = append(parts[:maxRows], counted(int64(n), "more"))
	}
	return listed(parts)
}

// notCounted says why what [view.alsoSaid] tells is not counted.
const notCounted = "also said, but shared by many phones"

// subject names who sent: the owner's device by what it is, others by count.
func (v *view) subject(ids []*telltale.Identifier) string {
	owners := map[string]bool{}
	for _, id := range ids {
		owners[id.Device] = true
	}
	if len(owners) > 1 {
		return counted(int64(len(owners)), "device")
	}
	noun := "device"
	if slices.ContainsFunc(ids, func(id *telltale.Identifier) bool { return mobile(id.Kind) }) {
		noun = "phone"
	}
	for _, d := range v.Devices {
		if owners[d.ID] && d.Label != "" {
			return "Your " + nounIn(d.Label, noun)
		}
	}
	return "A " + noun
}

// mobile says that only a device with a SIM or a modem has such a thing.
func mobile(k telltale.Kind) bool {
	switch k {
	case telltale.IMEI, telltale.IMEISV, telltale.MEID, telltale.ICCID, telltale.IMSI, telltale.MSISDN, telltale.Cell:
		return true
	default:
		return false
	}
}

// nounIn returns what a label calls the device, else noun.
func nounIn(label, noun string) string {
	for w := range strings.FieldsSeq(strings.ToLower(label)) {
		switch w {
		case "phone", "tablet", "watch", "camera", "car", "television", "speaker", "router", "laptop":
			return w
		case "tv":
			return "TV"
		}
	}
	return noun
}

// whatSent names at most budget kinds and counts the rest in the words given.
func whatSent(ids []*telltale.Identifier, budget int, rest string) string {
	var parts []string
	whose := "its"
	if slices.ContainsFunc(ids, func(id *telltale.Identifier) bool { return id.Device != ids[0].Device }) {
		whose = "their"
	}
	for i := 0; i < len(ids); {
		j := i
		for j < len(ids) && ids[j].Kind == ids[i].Kind {
			j++
		}
		if len(parts) == budget {
			if len(ids)-i == 1 {
				rest = strings.TrimSuffix(rest, "s")
			}
			parts = append(parts, fmt.Sprintf("%d %s", len(ids)-i, rest))
			break
		}
		parts = append(parts, owned(ids[i:j], whose))
		i = j
	}
	return listed(parts)
}

// article is the indefinite article of a noun of ours.
func article(noun string) string {
	if strings.ContainsRune("aeioAEI", rune(noun[0])) {
		return "an"
	}
	return "a"
}

// owned names values of one kind: "its SIM number", "both IMEIs".
func owned(ids []*telltale.Identifier, whose string) string {
	w := wordsOf(ids[0].Kind)
	sure := !slices.ContainsFunc(ids, func(id *telltale.Identifier) bool { return id.Level != telltale.Confirmed })
	switch n := len(ids); {
	case n == 1 && whose == "its":
		return "its " + w.one
	case n == 1:
		return article(w.one) + " " + w.one
	case n == 2 && sure && whose == "its" && ids[0].Kind == telltale.IMEI:
		return "both IMEIs"
	default:
		return fmt.Sprintf("%d %s", n, w.many)
	}
}

// whom names up to two parties and counts more.
func whom(told []*party) string {
	var names []string
	has := map[string]bool{}
	for _, p := range told {
		name := p.name
		if p.toGroup() {
			name = everyoneNear
		}
		if !has[name] {
			has[name] = true
			names = append(names, name)
		}
	}
	if len(names) > 2 {
		return fmt.Sprintf("%d destinations", len(names))
	}
	for i := range names {
		names[i] = fitEnd(names[i], 40)
	}
	return listed(names)
}

// everyoneNear is who gets what is sent to a group.
const everyoneNear = "everyone in the network"

// toGroup reports whether the party is no one far end, but all that are in the same
// network and care to listen.
func (p *party) toGroup() bool {
	return p.text.IsZero() && p.ip.IsValid() && (p.ip.IsMulticast() || p.ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}))
}
