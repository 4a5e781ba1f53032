package destination

// A Link is one step from bytes on the wire to a statement about somebody:
// that this was an identifier, that this is the far end's name, that this is
// who stands behind the name.
type Link struct {
	What       string  // "name", "organisation", "country"
	Confidence float64 // from 0 to 1
}

// Weakest returns the link that a chain is no stronger than. A chain's
// confidence is its smallest, not the product: the steps are not independent.
// It reports false where there is none.
func Weakest(links ...Link) (Link, bool) {
	if len(links) == 0 {
		return Link{}, false
	}
	least := links[0]
	for _, l := range links[1:] {
		if l.Confidence < least.Confidence {
			least = l
		}
	}
	return least, true
}
