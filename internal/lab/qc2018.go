package lab

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
)

// qc2018 is the registration client of the incident as public reporting and
// public sources describe it: it holds its first attempt for 60 s after the
// start, tries again whenever the network changes, and stops once the server
// answers "Success", which this server never does. Its hourly retry is not
// re-enacted: every send follows an event of the script.
var qc2018 = Client{
	Name:  "qc2018",
	About: "The registration client of the 2019 incident: Base64 over plain HTTP at each start and each network join.",
	run: func(w *world) {
		order := w.rng.Perm(registrationKeys)
		for _, e := range w.truth.Events {
			switch {
			case e.Kind == boot:
				w.register(w.soon(e.Time, 60800*time.Millisecond, 61600*time.Millisecond), e.ID, order)
			case e.Kind == networkJoin && !w.justBooted(e):
				w.register(w.soon(e.Time, 600*time.Millisecond, 1100*time.Millisecond), e.ID, order)
			}
		}
		w.decoys()
	},
}

const (
	registrationHost  = "zzhc.vnet.cn"
	registrationReply = `{"resultCode":"1","resultDesc":"Check error"}`
	registrationKeys  = 27

	lineLetters = 76 // of Base64, before a line feed
)

// justBooted reports whether e came with a boot, whose attempt is held.
func (w *world) justBooted(e Event) bool {
	return e.Cause != 0 && w.truth.Events[e.Cause-1].Kind == boot
}

// register sends one registration message and the server's answer to it.
func (w *world) register(at telltale.Time, cause int, order []int) {
	message, sightings := w.registration(at, order)
	body := wrapped(message)
	head := HTTP("POST / HTTP/1.1", []string{
		"Content-Type: application/encrypted-json", contentLength(body), "Host: " + registrationHost,
		"Connection: Keep-Alive", "User-Agent: Apache-HttpClient/UNAVAILABLE (java 1.4)",
	}, nil)
	answer := HTTP("HTTP/1.1 200 OK", []string{
		"Server: nginx", "Date: " + httpDate(at), "Content-Type: application/json",
		contentLength([]byte(registrationReply)), "Connection: keep-alive",
	}, []byte(registrationReply))
	c := w.dial(at, registrationHost, 80)
	opened := telltale.Time(c.Now() + step)
	asked := w.ask(c, append(head, body...), answer)
	for i := range sightings {
		s := &sightings[i]
		s.Range = wrappedRange(s.Range, asked.Start+int64(len(head)))
	}
	w.open = append(w.open, openSend{Send{
		Time: opened, Cause: cause, Destination: registrationHost, Response: registrationReply, Sightings: sightings,
	}, c})
}

// A pair is a key of the registration message and its value.
type pair struct {
	key, value string
	kind       telltale.Kind // of an identifier
}

// pairs returns the message's keys in no particular order. Keys of the second
// SIM slot and of networks the phone is not in are there and empty.
func (w *world) pairs(at telltale.Time) []pair {
	id := w.identity
	meid := pair{"MEID", id.MEID, telltale.MEID}
	if w.MEIDHolds == "imei" {
		meid = pair{"MEID", id.IMEI[0], telltale.IMEI}
	}
	return []pair{
		{"REGVER", "5.0", ""},
		{"UETYPE", "1", ""},
		{"MODEL", "NOK-Nokia 7 plus", ""},
		{"SWVER", "00WW_3_22C", ""},
		{"OSVER", "Android 8.1.0", ""},
		{"HWVER", "B2N/1.0", ""},
		{"ACCESSTYPE", "2", ""},
		{"REGDATE", at.Std().Add(time.Hour).Format("2006-01-02 15:04:05"), ""}, // the phone's zone is UTC+1
		meid,
		{"IMEI1", id.IMEI[0], telltale.IMEI},
		{"IMEI2", id.IMEI[1], telltale.IMEI},
		{"SIM1ICCID", id.ICCID, telltale.ICCID},
		{"SIM2ICCID", "", ""},
		{"SIM1CDMAIMSI", "", ""},
		{"SIM1LTEIMSI", id.IMSI, telltale.IMSI},
		{"SIM2LTEIMSI", "", ""},
		{"SIM1TYPE", "2", ""},
		{"SIM2TYPE", "", ""},
		{"MACID", id.MAC, telltale.MAC},
		{"SID", "", ""},
		{"NID", "", ""},
		{"BASEID", "", ""},
		{"SIM1CELLID", strconv.FormatUint(uint64(id.ECI&0xff), 10), telltale.Cell},
		{"SIM2CELLID", "", ""},
		{"MMEID", "", ""},
		{"MLPLVER", "", ""},
		{"MSPLVER", "", ""},
	}
}

// registration returns the message as JSON, its keys in the given order, and
// the identifiers in it with their ranges in the JSON.
func (w *world) registration(at telltale.Time, order []int) ([]byte, []Sighting) {
	all := w.pairs(at)
	b := []byte{'{'}
	var sightings []Sighting
	for i, k := range order {
		p := all[k]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `"`+p.key+`":"`...)
		start := int64(len(b))
		b = append(b, strings.ReplaceAll(p.value, "/", `\/`)...)
		if p.kind != "" {
			sightings = append(sightings, Sighting{
				Kind: p.kind, Value: p.value, Form: "base64>json", Field: "http.body > base64 > json:$." + p.key,
				Range: telltale.Range{Start: start, End: int64(len(b))},
			})
		}
		b = append(b, '"')
	}
	return append(b, '}'), sightings
}

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
