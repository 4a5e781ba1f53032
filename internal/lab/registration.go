package lab

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
)

// registrationHost is where the clients of this family announce a phone, as
// NRKbeta (21 March 2019) and Tweakers (item 150576) reported it.
const registrationHost = "zzhc.vnet.cn"

// A registrar is a client that announces a phone by one POST of a flat JSON
// object in Base64. The clients of the family differ in what is here and in
// when they try. Sources: the reports above; the public source code of the
// Nordic client (nrfconnect/sdk-nrf, zzhc); the operator's requirements as
// summed up in CSDN article 128186943.
type registrar struct {
	port    uint16
	address string // dialled without asking for a name; "": registrationHost is asked for
	head    func(w *world, port uint16, body []byte) []byte
	pairs   func(w *world, at telltale.Time) []pair
	agent   []telltale.Value // what the user agent in every head tells; noted of the first
	android bool             // Base64.DEFAULT: a line feed after 76 letters and at the end; "/" is escaped in the JSON
	nul     bool             // the length that is encoded counts the end of the string
}

// An attempt sends one registration because of an event, and reports whether
// the server answered that all is well, which ends all attempts.
type attempt func(at telltale.Time, cause int) (done bool)

// announce has the client announce the phone whenever when tries.
func (w *world) announce(r *registrar, when func(*world, attempt)) {
	order := w.rng.Perm(len(r.pairs(w, w.Start)))
	when(w, func(at telltale.Time, cause int) bool {
		w.register(r, at, cause, order)
		return servers[w.Server].done
	})
}

// register sends one registration message and what the server makes of it.
func (w *world) register(r *registrar, at telltale.Time, cause int, order []int) {
	message, sightings := w.registration(r, at, order)
	write, place := oneLine, lineRange
	if r.android {
		write, place = wrapped, wrappedRange
	}
	body := write(message)
	head := r.head(w, r.port, body)
	var c *Conn
	if r.address != "" {
		c = w.capture.Conn(int64(at), w.phone, Host{gatewayMAC, w.fallback(r.address)}, r.port, w.Carriage)
	} else {
		c = w.dial(at, registrationHost, r.port)
	}
	opened := telltale.Time(c.Now() + step)
	asked, response := w.askServer(c, append(head, body...), at)
	for i := range sightings {
		s := &sightings[i]
		s.Range = place(s.Range, asked.Start+int64(len(head)))
	}
	for _, v := range r.agent {
		from := asked.Start + int64(bytes.Index(head, []byte(v.Raw())))
		sightings = append(sightings, Sighting{
			Kind: v.Kind(), Value: v.Raw(), Form: "plain", Field: "http.header:user-agent",
			Range: telltale.Range{Start: from, End: from + int64(len(v.Raw()))},
		})
	}
	r.agent = nil
	send := Send{Time: opened, Cause: cause, Destination: registrationHost, Response: response, Sightings: sightings}
	if r.address != "" {
		send.Destination = c.hosts[telltale.ToClient].Addr.String()
	}
	w.open = append(w.open, openSend{send, c})
}

// A pair is a key of the registration message and its value.
type pair struct {
	key, value string
	kind       telltale.Kind // of an identifier
	means      string        // the identifier, where it is written otherwise
	bare       bool          // a number without quotes
}

func text(key, value string) pair { return pair{key: key, value: value} }

func number(key, value string) pair { return pair{key: key, value: value, bare: true} }

func identifier(key, value string, kind telltale.Kind) pair {
	return pair{key: key, value: value, kind: kind}
}

// registration returns the message as JSON, its keys in the given order, and
// the identifiers in it with their ranges in the JSON.
func (w *world) registration(r *registrar, at telltale.Time, order []int) ([]byte, []Sighting) {
	all := r.pairs(w, at)
	b := []byte{'{'}
	var sightings []Sighting
	for i, k := range order {
		p := all[k]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `"`+p.key+`":`...)
		if !p.bare {
			b = append(b, '"')
		}
		start := int64(len(b))
		if r.android {
			b = append(b, strings.ReplaceAll(p.value, "/", `\/`)...)
		} else {
			b = append(b, p.value...)
		}
		if p.kind != "" {
			sightings = append(sightings, Sighting{
				Kind: p.kind, Value: cmp.Or(p.means, p.value), Form: "base64>json", Field: "http.body > base64 > json:$." + p.key,
				Range: telltale.Range{Start: start, End: int64(len(b))},
			})
		}
		if !p.bare {
			b = append(b, '"')
		}
	}
	b = append(b, '}')
	if r.nul {
		b = append(b, 0)
	}
	return b, sightings
}

// localTime is how the message tells the time: the phone's, whose zone is
// UTC+1.
func localTime(at telltale.Time) string {
	return at.Std().Add(time.Hour).Format("2006-01-02 15:04:05")
}

const lineLetters = 76 // of Base64, before a line feed

// wrapped returns b in Base64 with a line feed after every full line and at
// the end.
func wrapped(b []byte) []byte {
	letters := base64.StdEncoding.EncodeToString(b)
	var out []byte
	for len(letters) > 0 {
		n := min(lineLetters, len(letters))
		out = append(append(out, letters[:n]...), '\n')
		letters = letters[n:]
	}
	return out
}

// wrappedRange returns where the letters lie that hold the bytes r of what was
// wrapped, if the first letter is at base.
func wrappedRange(r telltale.Range, base int64) telltale.Range {
	l := lettersOf(r.Start, r.End)
	return telltale.Range{Start: base + l.Start + l.Start/lineLetters, End: base + l.End + (l.End-1)/lineLetters}
}

// oneLine returns b in Base64.
func oneLine(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

// lineRange does for oneLine what wrappedRange does for wrapped.
func lineRange(r telltale.Range, base int64) telltale.Range {
	l := lettersOf(r.Start, r.End)
	return telltale.Range{Start: base + l.Start, End: base + l.End}
}
