// Package destination knows who is behind a far end: the registrable domain
// of its name, the organisation, network and country that tables and people
// claim for it. Every claim keeps its source and date, and those that
// conflict stay side by side. Nothing here asks the network.
package destination
