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
make floods                 # all of it; FLOODS=20 for fewer seeds, ONLY=syn for one sort
` + "```" + `

## Captures
| sort | made of | MB | CPU | for 8 times as much | peak memory | IMEI found | told | exit |
|---|---|---|---|---|---|---|---|---|
`
	floodsTail = `
## What gives way
A shard's table has room of its own for each class of flows: a flood pushes out its like. So half-open flows and
datagrams hide nothing, in whatever number. Connections of which one segment was read are one class, those that have gone
on from there another: whoever says one thing in each of a million connections hides none that says two. Where some 500 to 700
of a class are open in one shard, the one that was silent longest gives way. All its bytes are searched, and its last 48
bytes are kept of the 8,192 connections of a shard that gave way last: if what goes on begins at the very next sequence
number, what lies across the cut is searched as well, plain text and not what was compressed. A value in clear that is
cut by more than that is not seen; coverage counts these connections and the audit is not complete. So a connection is
overlooked whose packets lie some 9,000 others between the same two hosts apart that have gone on as well.

A pair of hosts is always one shard, and which shard is no secret: whoever floods between two hosts, or between
addresses chosen for it, floods one shard. That takes no more memory than any other flood, and no more work: within a
shard, flows are found by a hash with a secret seed.

## All at once
All classes of a shard share one budget of 2.5 MiB, half of it for flows: from 0.5 KiB for a half-open one to 2.5 KiB for a
connection that is in the middle of a request, as measured. Where more is asked for, the first class gives way that has
more than its share: half-open flows first, then datagrams, then connections of one segment, those that have gone on
last. The other half is for messages that are not whole and for segments that wait for others; they may have what flows
leave. So ` + "`everything`" + `, where every class of every shard is full at once, takes no more than other floods. No ordinary
capture that was tried had more than 24 connections or 0.5 MiB in a shard.

An eighth of ` + "`everything`" + ` does not fill the tables yet, so it takes less than an eighth of the CPU: of 75,000 turns 12 % of
the packets make a connection give way that was read, of 600,000 22 %, of 1,200,000 23 %. What that takes is counted
(` + "`TestWork`" + `): a packet takes 3 to 5 steps and 1.7 calls in each of them, 285 bytes given to parsers, 257 searched and 435
looked at.

` + "`streams`" + ` comes to its end in a control group of 128 MiB with ` + "`GOMEMLIMIT=100MiB`" + `, and without that in one of 140 MiB.
`
)
