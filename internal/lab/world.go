package lab

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
)

// A world is a phone, the network it is in, and the far ends it talks to.
// All addresses are documentation or private ones (RFC 5737, 3849, 1918), but
// for one that a client has written into it.
type world struct {
	Options
	capture  *Capture
	rng      *rand.Rand // decides contents and times, never how they are carried
	identity Identity
	phone    Host
	resolver Host
	far      map[string]Host
	end      telltale.Time
	truth    *Truth
	open     []openSend
	packets  []packetSend
	more     []telltale.Value // that the device file declares beside the identity
}

var gatewayMAC = [6]byte{0x02, 0x00, 0x5e, 0x00, 0x53, 0x01}

func newWorld(o Options) *world {
	id := NewIdentity(o.Seed)
	w := &world{
		Options: o, capture: NewCapture(o.Seed), rng: rand.New(rand.NewPCG(o.Seed, scriptStream)),
		identity: id, far: map[string]Host{}, truth: &Truth{Simulated: true, Client: o.Client, Seed: o.Seed, Sends: []Send{}, Decoys: []Decoy{}},
	}
	w.phone, w.resolver = lan(o.IPv6, id.MAC)
	w.truth.Events, w.end = makeScript(o, w.rng)
	return w
}

// scriptStream picks the stream of chance that a seed's world is made from;
// this one gives seed 1 the 10 rejoins in 12 screen-ons of the documentation.
const scriptStream = 2

// lan returns the phone and the resolver, which is the gateway.
func lan(v6 bool, mac string) (phone, resolver Host) {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err) // identities have valid addresses
	}
	phone, resolver = Host{[6]byte(hw), netip.MustParseAddr("192.168.7.23")}, Host{gatewayMAC, netip.MustParseAddr("192.168.7.1")}
	if v6 {
		// A temporary address (RFC 8981), so that it does not hold the MAC.
		phone.Addr = netip.MustParseAddr("fd00:7:7:1:5c1e:88a3:4be0:91d2")
		resolver.Addr = netip.MustParseAddr("fd00:7:7:1::1")
	}
	return phone, resolver
}

// host returns the far end of a name.
func (w *world) host(name string) Host {
	h, ok := w.far[name]
	if !ok {
		h = Host{gatewayMAC, farAddr(w.IPv6, len(w.far))}
		w.far[name] = h
	}
	return h
}

// farAddr returns the nth documentation address. IPv4 has 735 of them here;
// then they come again.
func farAddr(v6 bool, n int) netip.Addr {
	if v6 {
		return netip.MustParseAddr(fmt.Sprintf("2001:db8:113::%x", 10+n))
	}
	const perBlock = 245
	blocks := [][3]byte{{203, 0, 113}, {198, 51, 100}, {192, 0, 2}}
	b := blocks[n/perBlock%len(blocks)]
	return netip.AddrFrom4([4]byte{b[0], b[1], b[2], byte(10 + n%perBlock)})
}

// resolve looks name up at time at and returns its host and when that is known.
func (w *world) resolve(at telltale.Time, name string) (Host, int64) {
	h := w.host(name)
	u := w.capture.Datagrams(int64(at), w.phone, w.resolver, 53)
	query := DNSQuery(uint16(w.rng.Uint32()), name, rrtypeOf(h.Addr))
	u.Send(telltale.ToServer, query)
	u.Send(telltale.ToClient, DNSAnswer(query, h.Addr, 300))
	return h, u.Now() + step
}

// dial looks name up at time at and prepares a conversation with it.
func (w *world) dial(at telltale.Time, name string, port uint16) *Conn {
	h, known := w.resolve(at, name)
	return w.capture.Conn(known, w.phone, h, port, w.Carriage)
}

// ask has one HTTP request answered. Request and answer have the same bytes
// whatever the carriage.
func (w *world) ask(c *Conn, request, answer []byte) (asked telltale.Range) {
	c.Open()
	asked = c.Send(telltale.ToServer, request)
	c.Wait(9 * time.Millisecond)
	c.Send(telltale.ToClient, answer)
	c.Close(telltale.ToServer)
	return asked
}

// declare has the device file hold a value that the identity's does not.
func (w *world) declare(kind telltale.Kind, value string) string {
	v := telltale.NewValue(kind, value)
	if !slices.Contains(w.more, v) {
		w.more = append(w.more, v)
	}
	return value
}

// soon returns a time between at+low and at+high, in whole milliseconds.
func (w *world) soon(at telltale.Time, low, high time.Duration) telltale.Time {
	d := low + time.Duration(w.rng.Int64N((high-low).Milliseconds()))*time.Millisecond
	return at + telltale.Time(d)
}

// scenario numbers the packets and completes the truth with them.
func (w *world) scenario() *Scenario {
	s := &Scenario{
		Comment: fmt.Sprintf("%s: %s, seed %d", Marker, w.Client, w.Seed),
		Packets: w.capture.Packets(), Device: w.identity.File(), Truth: w.truth,
	}
	s.Device.Values = append(s.Device.Values, w.more...)
	w.truth.Packets, w.truth.Flows, w.truth.Sealed = int64(len(s.Packets)), w.capture.Flows(), w.capture.Sealed()
	for _, o := range w.open {
		w.truth.Sends = append(w.truth.Sends, o.resolved())
	}
	for _, p := range w.packets {
		w.truth.Sends = append(w.truth.Sends, p.resolved())
	}
	slices.SortStableFunc(w.truth.Sends, func(a, b Send) int { return cmp.Compare(a.Time, b.Time) })
	return s
}
