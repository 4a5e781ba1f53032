package destination

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/netip"

	"github.com/telltale-audit/telltale"
)

// The tables of addresses. They are packed by TestPackTables; DATA-LICENCES.md
// says from what.
var (
	//go:embed tables/country.bin
	countryFile string
	//go:embed tables/country.txt
	countryCodes string
	//go:embed tables/operator.bin
	operatorFile string
	//go:embed tables/operator.txt
	operatorCodes string
	//go:embed tables/asn.bin
	asnFile string
	//go:embed tables/asnames.bin
	asnamesFile string
)

var (
	countrySpans  = readSpans(countryFile)
	operatorSpans = readSpans(operatorFile)
	asnSpans      = readSpans(asnFile)
	asNames       = readOperators(asnamesFile)
)

// tablesDate and tablesVersion are those of the addresses' tables: the newest that could be had.
const (
	tablesDate    = "2026-06-17"
	tablesVersion = "2.3.2026061719"
)

// What the tables of addresses are called where they are cited.
const (
	countrySource  = "ip-location-db, from geofeeds, WHOIS and the statistics of NRO"
	operatorSource = "ip-location-db, from IPtoASN"
	asnSource      = "ip-location-db, from RouteViews, NRO and DB-IP.com"
)

// Tables names the state of every table, for the records of a run.
func Tables() []telltale.Table {
	return append([]telltale.Table{suffixTable(), organisationsTable()}, packed[:]...)
}

// packed are the tables of addresses. Their hashes are written down, as
// reading seven megabytes to hash them would cost every run; a test holds them
// to the files.
var packed = [...]telltale.Table{
	{Name: "country-of-address", Version: tablesVersion, Date: tablesDate, SHA256: "d3cae4b697536f6d613b7bdde44429bb2f524ce1991f79c3af65eab72bca4ebc"},
	{Name: "country-of-operator", Version: tablesVersion, Date: tablesDate, SHA256: "2e9adb959f50a6ce740fd1962bb2f1a7713a45cbaf7931e28827a586ae8f6289"},
	{Name: "autonomous-systems", Version: tablesVersion, Date: tablesDate, SHA256: "b00e0ca70bd3f44da6bb6b3cefbf804b7c22cb4dbe47c53eac31ba825ecdd1fb"},
	{Name: "autonomous-system-names", Version: tablesVersion, Date: tablesDate, SHA256: "6ad2fd4826d2bba197c3b4f361a146d2367819ba8952b675e7db51d51d99875d"},
}

func sum(file string) string {
	s := sha256.Sum256([]byte(file))
	return hex.EncodeToString(s[:])
}

// CountryOfAddress returns the ISO 3166-1 letters of the country that a's
// block is registered to or announced for by its holder, or "".
func CountryOfAddress(a netip.Addr) string { return code(countryCodes, countrySpans.of(a)) }

// CountryOfOperator returns the ISO 3166-1 letters of the country of the
// network that announces a, or "".
func CountryOfOperator(a netip.Addr) string { return code(operatorCodes, operatorSpans.of(a)) }

// code returns the i-th line of two letters, from 1.
func code(list string, i int) string {
	if i == 0 {
		return ""
	}
	return list[3*(i-1) : 3*(i-1)+2]
}

// System returns the number of the autonomous system that announces a, 0 where
// none is known, and the name of who runs it.
func System(a netip.Addr) (asn uint32, name string) {
	i := asnSpans.of(a)
	if i == 0 {
		return 0, ""
	}
	return asNames.at(i - 1)
}

// operators are autonomous systems with their names, most ranges first. The
// file is their count, their numbers (4 bytes each), where each block of names
// begins, and the names, each behind a byte for its length.
type operators struct {
	numbers, blocks, names string
}

const (
	nameBlock   = 16 // names in a block
	maxOperator = 56 // bytes of a name
)

func readOperators(file string) operators {
	n := word(file, 0)
	blocks := 4 + 4*n
	names := blocks + 4*((n+nameBlock-1)/nameBlock)
	return operators{file[4:blocks], file[blocks:names], file[names:]}
}

func (o *operators) at(i int) (asn uint32, name string) {
	rest := o.names[word(o.blocks, i/nameBlock):]
	for range i % nameBlock {
		rest = rest[1+int(rest[0]):]
	}
	return uint32(word(o.numbers, i)), rest[1 : 1+int(rest[0])]
}
