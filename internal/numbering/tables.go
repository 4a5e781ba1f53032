package numbering

import "github.com/telltale-audit/telltale"

// Tables names the state of the tables, for the records of a run.
func Tables() []telltale.Table { return tables[:] }

// tables have their hashes written down: reading a megabyte to hash it would
// cost every run. A test holds them to the files.
var tables = [...]telltale.Table{
	{Name: "mobile-country-codes", Version: "1", Date: "2026-11-22", SHA256: "6013bb265a81a9c95280b8f2c87ebff6d463a2c1d5582b3f7a36a89c631f8fd9"},
	{Name: "mobile-networks", Version: "1.1.11", Date: "2026-11-26", SHA256: "ea75bf69c232dba57751f6149058fac9cfd8887356622a72ff36d0f91a370d17"},
	{Name: "hardware-makers", Version: "2.1.9", Date: "2026-11-26", SHA256: "d7c45553ee777fec56bf987bd5805ecc9b11f6b646f6e65abd55c2dfb26df7ec"},
	{Name: "calling-codes", Version: "1.13.16", Date: "2026-11-26", SHA256: "61d7ab05eee2c31ed6ec98dc7e27a90ce7ebc6ca28f18a78a4e6ae5de906a4a1"},
	{Name: "card-issuers", Version: "1", Date: "2026-11-26", SHA256: "9582ed21d7140daae870e25405d0f1c642cf8ce86c78df836f3c1de45c7e1201"},
	{Name: "countries", Version: "2025b", Date: "2025-03-22", SHA256: "f3433daddd65d928fc771a54988027116ea914c97bd0884695101ce1a1f7d480"},
}
