package lab

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
)

// coap is the variant for things that sleep: the same Base64 in a datagram of
// CoAP (RFC 7252).
var coap = Client{
	Name:  "coap",
	About: "The variant for things that sleep: the same Base64 over CoAP, in one datagram.",
	run: func(w *world) {
		order := w.rng.Perm(len(coapPairs(w, w.Start)))
		afterBoot(40*time.Second, 4*time.Minute, time.Hour, 3)(w, func(at telltale.Time, cause int) bool {
			w.registerByCoAP(at, cause, order)
			return servers[w.Server].done
		})
		w.decoys()
	},
}

func coapPairs(w *world, _ telltale.Time) []pair { return modulePairs(w, "2", "23", w.identity.ICCID) }

const coapPort = 5683

// CoAP message types, codes and options (RFC 7252, 3, 5.10 and 12.1).
const (
	coapConfirmable = 0
	coapAck         = 2
	coapReset       = 3

	coapPOST    = 2
	coapChanged = 2<<5 | 4

	coapURIHost       = 3
	coapURIPath       = 11
	coapContentFormat = 12
	coapJSON          = 50
)

// registerByCoAP sends one registration and what the server makes of it.
func (w *world) registerByCoAP(at telltale.Time, cause int, order []int) {
	message, sightings := w.registration(&registrar{pairs: coapPairs}, at, order)
	h, known := w.resolve(at, registrationHost)
	u := w.capture.Datagrams(known, w.phone, h, coapPort)
	id, token := uint16(w.rng.Uint32()), noise(4, w.rng)
	head := coapHead(coapConfirmable, coapPOST, id, token)
	head = coapOption(head, 0, coapURIHost, registrationHost)
	head = coapOption(head, coapURIHost, coapURIPath, "nb")
	head = coapOption(head, coapURIPath, coapContentFormat, string(rune(coapJSON)))
	head = append(head, 0xff)
	p := u.Send(telltale.ToServer, append(head, oneLine(message)...))
	response := w.answerByCoAP(u, id, token)
	for i := range sightings {
		s := &sightings[i]
		s.Range = lineRange(s.Range, int64(len(head)))
		s.Field = strings.Replace(s.Field, "http.body", "coap.payload", 1)
	}
	w.packets = append(w.packets, packetSend{Send{
		Time: telltale.Time(p.Time), Cause: cause, Destination: registrationHost, Response: response, Sightings: sightings,
	}, p})
}

// answerByCoAP has the server do as the options say.
func (w *world) answerByCoAP(u *Datagrams, id uint16, token []byte) (response string) {
	switch s := servers[w.Server]; {
	case s.reset:
		u.Send(telltale.ToClient, coapHead(coapReset, 0, id, nil))
	case s.answer != "":
		head := coapHead(coapAck, coapChanged, id, token)
		u.Send(telltale.ToClient, append(append(head, 0xff), s.answer...))
		return s.answer
	}
	return ""
}

// coapHead returns the header and the token of a message (RFC 7252, 3).
func coapHead(sort, code byte, id uint16, token []byte) []byte {
	b := []byte{1<<6 | sort<<4 | byte(len(token)), code}
	return append(binary.BigEndian.AppendUint16(b, id), token...)
}

// coapOption appends an option of up to 268 bytes whose number is within 12 of
// the one before (RFC 7252, 3.1).
func coapOption(b []byte, before, number int, value string) []byte {
	delta := byte(number-before) << 4
	if len(value) < 13 {
		b = append(b, delta|byte(len(value)))
	} else {
		b = append(b, delta|13, byte(len(value)-13))
	}
	return append(b, value...)
}
