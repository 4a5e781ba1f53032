package lab

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// words is what texts of bulk captures are tossed from.
var words = strings.Fields(`about account active after again also animal answer around battery before began better between
black blue boat body book both bring build call came carry change city class clear close cold color come common complete
country course cover cross dark decide deep differ direct door draw drive early earth ease east enough ever example face
fall family farm fast father field figure final find fire first five follow food form four free friend front full game
gave general girl give gold good govern great green ground group grow half hand happen hard head heard heat help here
high hold home horse hour house hundred inch island keep kind king knew know land language large last late laugh lead
learn leave left letter life light line list listen little live long look love machine made main make many map mark mean
measure men might mile mind minute money moon more morning most mother mountain move much music must name near need
network never next night north note nothing notice noun number numeral object ocean often once only open order other
over page paper part pass pattern people perhaps person picture piece place plain plan plane plant play point port pose
position possible power press problem produce product pull question quick rain reach read ready real receive record red
remember rest right river road rock room round rule sail same school science screen second seem sentence serve set shape
ship short should show side simple since sing size sleep slow small snow some song soon sound south special spell stand
star start state stay step still stood stop story street strong study sun sure surface system table take talk teach tell
test thing think those thought thousand three through time together took town travel tree true turn under unit until
usual very voice vowel wait walk want warm watch water week weigh well west wheel while white whole wind wood work world
write year young`)

func (c *crowd) word() string { return words[c.rng.IntN(len(words))] }

// appendProse appends n words.
func (c *crowd) appendProse(b []byte, n int) []byte {
	for i := range n {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, c.word()...)
	}
	return b
}

// appendEvents appends a JSON array of events, of about n bytes, with what is
// told before them if that is not empty.
func (c *crowd) appendEvents(b []byte, n int, told string) []byte {
	end := len(b) + n
	b = append(b, '[')
	if told != "" {
		b = append(append(append(b, `{"id":"`...), told...), `"},`...)
	}
	for {
		b = c.appendEvent(b)
		if len(b) >= end {
			return append(b, ']')
		}
		b = append(b, ',')
	}
}

// appendEvent appends a JSON object as programs report events in: a time, a
// name, numbers, some prose, now and then a reference.
func (c *crowd) appendEvent(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"t":`...), bulkStart/1e6+c.rng.Int64N(1e8), 10)
	b = append(append(append(append(b, `,"event":"`...), c.word()...), '.'), c.word()...)
	b = strconv.AppendUint(append(b, `","ms":`...), uint64(c.rng.Uint32N(100000)), 10)
	b = strconv.AppendUint(append(b, `,"share":0.`...), uint64(c.rng.Uint32N(10000)), 10)
	b = strconv.AppendBool(append(b, `,"ok":`...), c.rng.IntN(8) > 0)
	if c.rng.IntN(4) == 0 {
		b = append(appendUUID(append(b, `,"ref":"`...), c.rng), '"')
	}
	b = c.appendProse(append(b, `,"text":"`...), 4+c.rng.IntN(16))
	return append(b, `"}`...)
}

// appendForm appends a form of about n bytes (application/x-www-form-urlencoded),
// with what is told before the rest if that is not empty.
func (c *crowd) appendForm(b []byte, n int, told string) []byte {
	end := len(b) + n
	if told != "" {
		b = append(append(append(b, "id="...), told...), '&')
	}
	for {
		b = append(append(b, c.word()...), '=')
		b = append(append(b, c.word()...), '+')
		b = strconv.AppendUint(b, uint64(c.rng.Uint32N(1e6)), 10)
		if len(b) >= end {
			return b
		}
		b = append(b, '&')
	}
}

// appendUUID appends a random UUID (RFC 9562, 5.4).
func appendUUID(b []byte, rng *rand.Rand) []byte {
	const digits = "0123456789abcdef"
	high, low := rng.Uint64(), rng.Uint64()
	for i := range 36 {
		switch i {
		case 8, 13, 18, 23:
			b = append(b, '-')
			continue
		case 14:
			b = append(b, '4')
			continue
		case 19:
			b = append(b, digits[8+low&3])
		default:
			if i < 19 {
				b = append(b, digits[high&15])
			} else {
				b = append(b, digits[low&15])
			}
		}
		if i < 19 {
			high >>= 4
		} else {
			low >>= 4
		}
	}
	return b
}
