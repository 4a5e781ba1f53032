package audit

import (
	"context"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/numbering"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
	"github.com/telltale-audit/telltale/internal/signature"
)

// recorder is the sink of the pipeline: it joins events with names, devices
// and destinations, in the order they closed, and writes their records.
type recorder struct {
	o         Options
	out       *spool
	masker    *telltale.Masker
	line      []byte        // reused
	closed    telltale.Flow // reused for the record of each flow
	series    *series       // in hand
	devices   *devices
	names     *destination.Names
	book      *destination.Book
	dests     *destinations
	ids       *identifiers
	sends     *sends
	services  *services
	joins     joins
	tags      tags
	toldAddr  map[toldAddress]bool
	lookups   bool // names were looked up over sealed channels
	nTx       int
	nSeen     int
	inputs    []telltale.Input
	cover     telltale.Coverage
	unchecked int64
	first     telltale.Time
	last      telltale.Time
	sim       bool
}

func newRecorder(o Options, out *spool) *recorder {
	return &recorder{
		o: o, out: out, masker: telltale.NewMasker(o.Reveal, known(o.Devices)...),
		devices: newDevices(o.Devices), names: destination.NewNames(), book: destination.NewBook(o.Claims...), dests: newDestinations(), ids: newIdentifiers(),
		sends: newSends(), services: newServices(o.Signatures), tags: tags{byValue: map[telltale.Value]string{}}, toldAddr: map[toldAddress]bool{}, cover: newCoverage(), inputs: make([]telltale.Input, len(o.Inputs)),
	}
}

// Put implements [pipeline.Sink].
func (r *recorder) Put(_ context.Context, events []*pipeline.Event) error {
	r.heardLast(events)
	for _, e := range events {
		switch {
		case e.Crash != nil:
			r.o.Crashed(r.flowID(e.Flow), e.Crash)
		case e.Told != nil:
			r.told(e)
		case e.Message != nil:
			r.message(e)
		default:
			r.flow(e.Flow)
		}
	}
	return r.out.err
}

// heardLast takes what the flows call their servers that close as the capture
// ends, all together: which of them began first tells nothing.
func (r *recorder) heardLast(events []*pipeline.Event) {
	for _, e := range events {
		if e.At == math.MaxInt64 {
			r.names.Say(e.Flow.Key.Dst.Netip(), toldBy(e.Flow.Names))
		}
	}
}

// record writes one record.
func (r *recorder) record(rec telltale.Record) {
	if r.out.out == nil {
		return
	}
	r.line = ndjson.Append(r.line[:0], rec, r.masker)
	r.out.put(r.line)
}

// flowID names a flow by its input and first packet and, as one packet may
// begin a tunnel and a flow inside, by how many tunnels it came through; and
// by which packet it was of a Wi-Fi frame that holds several.
func (r *recorder) flowID(f *pipeline.FlowInfo) string {
	var room [32]byte
	at := r.series.place(f.ID)
	id := append(strconv.AppendInt(room[:0], int64(at.number), 10), '-')
	id = strconv.AppendInt(id, f.ID-at.base, 10)
	if f.Key.Depth > 0 {
		id = strconv.AppendInt(append(id, '.'), int64(f.Key.Depth), 10)
	}
	if f.Part > 0 {
		id = strconv.AppendInt(append(id, '+'), int64(f.Part), 10)
	}
	return string(id)
}

// flow records a flow that closed.
func (r *recorder) flow(f *pipeline.FlowInfo) {
	dev, isSrc := r.devices.of(f)
	if f.Joins && !r.joins.add(dev, f.Start) {
		r.cover.Suppressed = suppress(r.cover.Suppressed, "joins_beyond_bound", 1)
	}
	names, via := r.names.Of(dev.ID, f.Key.Dst.Netip(), f.Start, toldBy(f.Names))
	r.names.Say(f.Key.Dst.Netip(), toldBy(f.Names))
	end := r.far(f, isSrc, names, via)
	service := r.services.contact(end)
	r.dests.contact(f, isSrc, end, service, r.met(dev))
	r.address(f, dev, isSrc, end)
	lookup := sealedLookup(f, names)
	r.lookups = r.lookups || lookup != ""
	if r.out.out == nil {
		return
	}
	tunnel := ""
	if f.Tunnel != nil {
		tunnel = r.flowID(f.Tunnel)
	}
	r.closed = telltale.Flow{
		ID: r.flowID(f), Tunnel: tunnel, Input: r.series.place(f.ID).number, Device: dev.ID,
		SrcIP: f.Key.Src.Netip(), SrcPort: f.Key.SrcPort, DestIP: f.Key.Dst.Netip(), DestPort: f.Key.DstPort,
		Proto: protoName(f.Key.Proto), AppProto: f.AppProto, CommunityID: communityID(f.Key),
		Start: f.Start, End: f.End, Ended: f.Ended,
		PktsToServer: f.Packets[0], ByteToServer: f.Bytes[0], PktsToClient: f.Packets[1], ByteToClient: f.Bytes[1],
		Names: names, Protection: f.Protection, Signature: service,
	}
	if f.Prints != nil {
		r.closed.JA3, r.closed.JA4 = f.Prints.JA3, f.Prints.JA4
	}
	if lookup != "" {
		r.closed.AppProto = lookup
	}
	r.closed.App, r.closed.AppPackage = program(f.Program)
	r.record(&r.closed)
}

// message records a message and, with sightings, the transmission it is.
func (r *recorder) message(e *pipeline.Event) {
	m, f := e.Message, e.Flow
	if len(m.Sightings) == 0 && !r.o.Messages {
		return
	}
	in, packets := r.series.places(m.Packets)
	if r.o.Heard != nil {
		r.o.Heard(r.flowID(f), in, packets)
	}
	dev, isSrc := r.devices.of(f)
	sentBy := speaker(dev, isSrc, m.Dir)
	if r.o.Messages {
		service := r.services.message(e, r.farEnd(e, dev, isSrc))
		veil(m)
		r.record(&telltale.Message{
			FlowID: r.flowID(f), Time: m.Time, Input: in, Device: dev.ID, AppProto: m.Proto, Direction: m.Dir, SentBy: sentBy,
			Protection: m.Protection, Packets: packets, HTTP: m.HTTP, DNS: m.DNS, TLS: m.TLS, Facts: m.Facts, Signature: service,
		})
	}
	if len(m.Sightings) > 0 {
		r.transmission(e, dev, isSrc, sentBy)
	}
}

// speaker says who sent in direction d of a flow whose client is the device
// if isSrc.
func speaker(dev *owner, isSrc bool, d telltale.Direction) telltale.SentBy {
	switch {
	case dev.How == "unknown":
		return telltale.SentByUnknown
	case isSrc == (d == telltale.ToServer):
		return telltale.SentByDevice
	}
	return telltale.SentByPeer
}

// transmission records a message that carried identifiers.
func (r *recorder) transmission(e *pipeline.Event, dev *owner, isSrc bool, sentBy telltale.SentBy) {
	m, f := e.Message, e.Flow
	end := r.farEnd(e, dev, isSrc)
	dest := r.dests.of(end)
	dest.meet(r.met(dev))
	far, addr := dest.record(), end.addr
	r.nTx++
	values := held(m)
	in, packets := r.series.places(m.Packets)
	t := &telltale.Transmission{
		ID: "x" + strconv.Itoa(r.nTx), Time: m.Time, Input: in, FlowID: r.flowID(f), Device: dev.ID, Direction: m.Dir, SentBy: sentBy,
		Destination: far.ID, Template: veiled(template(m), values), Protection: protection(m), Packets: packets,
		Answered: m.Answered, Response: veiled(telltale.NewText(m.Response), values),
		Signature: r.services.message(e, end),
	}
	t.ReadableBy = readableBy(f, t.Protection)
	t.App, _ = program(f.Program)
	seen := make([]*telltale.Sighting, len(m.Sightings))
	for i, s := range m.Sightings {
		seen[i] = r.sighting(s, t)
		if s.Seed >= 0 && dev.file < 0 {
			dev.file = s.Seed
		}
	}
	r.record(t)
	for i, s := range seen {
		r.record(s)
		if !r.ids.add(s, far.ID) {
			r.cover.Suppressed = suppress(r.cover.Suppressed, "identifiers_beyond_bound", 1)
		}
		if !r.sends.add(t, m.Sightings[i], values, r.ids.of(s), &far, addr) {
			r.cover.Suppressed = suppress(r.cover.Suppressed, "sends_beyond_bound", 1)
		}
	}
	r.sends.keepWhole(t.ID, m)
}

// sighting completes a sighting with what only the audit knows.
func (r *recorder) sighting(s *pipeline.Sighting, t *telltale.Transmission) *telltale.Sighting {
	r.nSeen++
	out := &s.Sighting
	out.ID = "s" + strconv.Itoa(r.nSeen)
	out.Input, out.Packets = r.series.places(out.Packets)
	out.FlowID, out.Transmission, out.Device = t.FlowID, t.ID, t.Device
	out.Protection, out.ReadableBy, out.Tag = t.Protection, t.ReadableBy, r.tags.of(out.Value)
	t.Sightings = append(t.Sightings, out.ID)
	t.Kinds = addKind(t.Kinds, out.Kind)
	return out
}

// told learns what a DNS answer told whom.
func (r *recorder) told(e *pipeline.Event) {
	client := destination.Everyone
	if !e.Flow.Key.Dst.Netip().IsMulticast() {
		dev, _ := r.devices.of(e.Flow)
		client = dev.ID
	}
	for _, a := range e.Told.Answers {
		if a.Kind == destination.Own {
			r.names.Learn(destination.Everyone, e.Told.Time, a)
		} else {
			r.names.Learn(client, e.Told.Time, a)
		}
	}
}

func toldBy(n pipeline.Names) destination.Told {
	return destination.Told{Host: n.Host, SNI: n.SNI, Cert: n.Cert}
}

// far returns the far end of a flow whose server has these names.
func (r *recorder) far(f *pipeline.FlowInfo, isSrc bool, names []telltale.Name, via string) far {
	if !isSrc {
		return far{addr: f.Key.Src.Netip()}
	}
	out := far{addr: r.names.Unmap(f.Key.Dst.Netip())}
	if len(names) > 0 && destination.Stands(names[0]) {
		out.name, out.via = names[0].Name.Raw(), via
	}
	return out
}

// farEnd returns the destination of a message and its address there: what the
// message itself names outranks what the flow is known by.
func (r *recorder) farEnd(e *pipeline.Event, dev *owner, isSrc bool) far {
	names, via := r.names.Of(dev.ID, e.Flow.Key.Dst.Netip(), e.Flow.Start, toldBy(e.Message.Names))
	out := r.far(e.Flow, isSrc, names, via)
	if h := e.Message.HTTP; isSrc && h != nil && e.Message.Dir == telltale.ToServer && !h.Hostname.IsZero() {
		out.name = destination.HostName(h.Hostname.Raw())
	}
	return out
}

// protection of what was found in a message: an identifier that was read
// without a key lay open, whatever the protocol is.
func protection(m *pipeline.Message) telltale.Protection {
	if m.Protection == telltale.UnknownProtection {
		return telltale.Open
	}
	return m.Protection
}

// readableBy says who could read a message on its way.
func readableBy(f *pipeline.FlowInfo, p telltale.Protection) telltale.ReadableBy {
	dst := f.Key.Dst.Netip()
	switch {
	case p == telltale.Sealed:
		return telltale.DestinationOnly
	case isLocal(dst) && isLocal(f.Key.Src.Netip()), dst.IsMulticast(), dst == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return telltale.LocalNetwork
	}
	return telltale.AnyoneOnPath
}

// maxTemplate is how much of a path tells messages apart, in bytes: groups of
// them are kept to the end.
const maxTemplate = 1024

// template is what messages of one sort share.
func template(m *pipeline.Message) telltale.Text {
	if m.HTTP == nil || m.HTTP.Method.IsZero() {
		return telltale.NewText(m.Proto)
	}
	path := m.HTTP.URL.Raw()
	for i := range path {
		if path[i] == '?' || path[i] == '#' {
			path = path[:i]
			break
		}
	}
	if len(path) > maxTemplate { // no value may be cut in two: masking would not know it
		path = path[:strings.LastIndexByte(path[:maxTemplate], '/')+1] + "…"
	}
	t := m.HTTP.Method.Raw() + " " + path
	if m.ContentType != "" {
		t += " " + m.ContentType
	}
	return telltale.NewText(t)
}

func addKind(kinds []telltale.Kind, k telltale.Kind) []telltale.Kind {
	if slices.Contains(kinds, k) {
		return kinds
	}
	return append(kinds, k)
}

// accountInput adds an input that was read.
func (r *recorder) accountInput(f *capture.File, in telltale.Input) {
	r.inputs[in.Input-1] = in
	r.sim = r.sim || f.Simulated()
	addUnread(&r.cover, f.Skipped(), f.Drops())
}

// account adds what a run through the engine counted.
func (r *recorder) account(t *pipeline.Tally) {
	addCoverage(&r.cover, t)
	r.unchecked += t.Unchecked
	if t.Packets.In > 0 {
		if r.first == 0 || t.First < r.first {
			r.first = t.First
		}
		r.last = max(r.last, t.Last)
	}
}

// head returns the records that open the output.
func (r *recorder) head(rep *report.Audit) []byte {
	b := ndjson.Append(nil, &rep.Info, r.masker)
	for i := range rep.Devices {
		b = ndjson.Append(b, &rep.Devices[i], r.masker)
	}
	return b
}

// info returns the record that opens the output.
func (r *recorder) info() *telltale.Audit {
	a := &telltale.Audit{Version: r.o.Version, Simulated: r.sim, Data: slices.Concat(numbering.Tables(), []telltale.Table{detect.Table(), detect.HeaderTable(), signature.Table()}, destination.Tables()), Options: telltale.Options{Reveal: r.o.Reveal, Messages: r.o.Messages, Plain: r.o.Plain, Everyone: r.o.Everyone}}
	for _, in := range r.inputs {
		a.Inputs = append(a.Inputs, in.Name)
	}
	for _, d := range r.o.Devices {
		a.Options.Devices = append(a.Options.Devices, d.Name)
	}
	return a
}

// tail writes the records that close the output.
func (r *recorder) tail(rep *report.Audit, strangers map[string]bool) {
	if r.out.out != nil {
		for _, d := range r.dests.list {
			if d.strange(strangers) {
				continue
			}
			rec := r.dests.described(d, r.book)
			r.record(&rec)
		}
	}
	for i := range rep.Identifiers {
		id := rep.Identifiers[i]
		if i >= maxOrigins {
			id.Origin = origin(&id)
		}
		r.record(&id)
	}
	if r.out.out != nil {
		fs := report.Findings(rep, r.masker)
		for i := range fs {
			r.record(&fs[i])
		}
	}
	for i := range r.inputs {
		r.record(&r.inputs[i])
	}
	r.record(&r.cover)
}

// finish closes the books.
func (r *recorder) finish(strangers map[string]bool) *report.Audit {
	r.setAside(strangers)
	devs := slices.DeleteFunc(r.devices.records(), func(d telltale.Device) bool { return strangers[d.ID] })
	rep := &report.Audit{
		Info: *r.info(), Inputs: r.inputs, Devices: devs, Identifiers: r.ids.records(), Destinations: r.dests.records(r.book, r.ids.sentTo(), strangers),
		Services: r.services.records(), Sends: r.sends.records(r.masker), Contacts: r.dests.contacts(strangers),
		Start: r.first, End: r.last, Joins: r.joins.count(strangers), Packets: r.cover.Packets.In,
	}
	if len(rep.Sends) > 0 {
		rep.Exhibit = rep.Sends[0].Exhibit
	}
	for _, in := range r.inputs {
		rep.Bytes += in.Size
	}
	if n := r.devices.beyond; n > 0 {
		r.cover.Suppressed = suppress(r.cover.Suppressed, "devices_beyond_bound", n)
	}
	if n := r.devices.unlisted + r.dests.unlisted; n > 0 {
		r.cover.Suppressed = suppress(r.cover.Suppressed, "addresses_beyond_bound", n)
	}
	if n := r.dests.beyond; n > 0 {
		r.cover.Suppressed = suppress(r.cover.Suppressed, "destinations_beyond_bound", n)
	}
	settle(&r.cover, r.unchecked, r.o.Plain, rep.Identifiers, r.inputs)
	if r.lookups {
		r.cover.BlindSpots = append(r.cover.BlindSpots, "names looked up over sealed channels (DoT, DoQ, DoH)")
	}
	rep.Coverage = r.cover
	return rep
}
