package main

// floodsHead and floodsTail are what stands around the table of floods.
const (
	floodsHead = `# Floods

Written by ` + "`make floods`" + ` on %s, on %d cores of %s, %s. Every capture tries to exhaust whoever reads it, and
has one genuine connection in it, its packets at random places, that tells an IMEI cut over two segments. An audit may
take %d MiB, whatever it reads.

CPU is user and system time of one audit, as many workers as cores; beside it stands by how much that is more than the
same with an eighth of the capture: 8 is linear, less is what an audit costs in any case. Peak memory is the most of all
runs. "Told" is the name under which coverage counts what was too much, and how many bytes, packets or flows that were.

## Run it yourself
` + "```" + `
telltale lab hostile syn -o syn
telltale audit syn/capture.pcapng --device syn/device.yaml --json records.ndjson
make floods                 # all of it; FLOODS=20 for fewer seeds
` + "```" + `

## Captures
| sort | made of | MB | CPU | for 8 times as much | peak memory | IMEI found | told | exit |
|---|---|---|---|---|---|---|---|---|
`
	floodsTail = `
## What gives way
A shard's table has room of its own for each class of flows: a flood pushes out its like. So half-open flows and
datagrams hide nothing, in whatever number. Connections that carry bytes are all alike to a table: where more than 1,024
of them are open in one shard, the one that was silent longest gives way. All its bytes are searched, and its last 48
bytes are kept of the 8,192 connections of a shard that gave way last: if what goes on begins at the very next sequence
number, what lies across the cut is searched as well, plain text and not what was compressed. A value in clear that is
cut by more than that is not seen; coverage counts these connections and the audit is not complete. So of ` + "`streams`" + `
a connection is overlooked whose packets lie some 9,000 other connections between the same two hosts apart.

A pair of hosts is always one shard, and which shard is no secret: whoever floods between two hosts, or between
addresses chosen for it, floods one shard. That takes no more memory than any other flood, and no more work: within a
shard, flows are found by a hash with a secret seed.

## All at once
Each table keeps to its bound, but the bounds of all together are more than an audit may take: where every class of every
shard is full at once, in ` + "`everything`" + `, that is 500 MiB. Half of it is flows and what reads them: up to 65,536 connections that
carry bytes, of some 3 KiB each, beside as many that are half open or datagrams. Room for half as many of every class
was measured and took 321 MiB, so it is not enough and was not kept: it would cut honest connections. What is missing is
one budget that the classes share. Past 192 MiB the collector works harder, which is why eight times as much takes more
than eight times the time there.
`
)
