package lab

import (
	"time"

	"github.com/telltale-audit/telltale"
)

const checkHost = "connect.example"

// ordinary adds what any phone does: a connectivity check after each network
// join, and sealed traffic to its usual services.
func (w *world) ordinary() {
	for _, e := range w.truth.Events {
		switch e.Kind {
		case networkJoin:
			w.checkConnectivity(w.soon(e.Time, 120*time.Millisecond, 260*time.Millisecond))
		case screenOn:
			w.seal(w.soon(e.Time, time.Second, 20*time.Second), "apps.example", 3000, 9000)
		case unlock:
			w.seal(w.soon(e.Time, 3*time.Second, time.Minute), "apps.example", 2000, 14000)
		}
	}
	w.every(9*time.Minute, func(at telltale.Time) { w.seal(at, "push.example", 1800, 2600) })
	w.every(20*time.Minute, func(at telltale.Time) { w.seal(at, "apps.example", 900, 5000) })
	w.every(55*time.Minute, func(at telltale.Time) { w.seal(at, "weather.example", 700, 15000) })
}

// every calls do about every d until the capture ends.
func (w *world) every(d time.Duration, do func(telltale.Time)) {
	at := w.Start
	for {
		at = w.soon(at, d*8/10, d*12/10)
		if at >= w.end {
			return
		}
		do(at)
	}
}

// checkConnectivity asks for an empty page, as a phone does to learn whether
// a network has a login page.
func (w *world) checkConnectivity(at telltale.Time) {
	request := HTTP("GET /generate_204 HTTP/1.1", []string{
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/60.0.3112.32 Safari/537.36",
		"Host: " + checkHost, "Connection: Keep-Alive", "Accept-Encoding: gzip",
	}, nil)
	answer := HTTP("HTTP/1.1 204 No Content", []string{contentLength(nil), "Date: " + httpDate(at)}, nil)
	w.ask(w.dial(at, checkHost, 80), request, answer)
}

// seal has a conversation of about up and down sealed bytes.
func (w *world) seal(at telltale.Time, name string, up, down int) {
	c := w.dial(at, name, 443)
	c.TLS(name, up/2+w.rng.IntN(up), down/2+w.rng.IntN(down), w.rng)
	c.Close(telltale.ToServer)
}

func httpDate(at telltale.Time) string { return at.Std().Format("Mon, 02 Jan 2006 15:04:05 GMT") }
