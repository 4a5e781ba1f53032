package lab

import (
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// A server is what the far end of a registration does. The words of its
// answers are those that public source code of the clients compares with.
type server struct {
	answer string // in JSON; "": none
	done   bool   // the client is content and stops
	reset  bool   // the connection is reset
}

var servers = map[string]server{
	"success":      {answer: `{"resultCode":"0","resultDesc":"Success"}`, done: true},
	"decode-error": {answer: `{"resultCode":"1","resultDesc":"Decode error"}`},
	"check-error":  {answer: `{"resultCode":"1","resultDesc":"Check error"}`},
	"silent":       {},
	"reset":        {reset: true},
}

// Servers lists what the far end of a registration may do, by name.
func Servers() []string {
	var names []string
	for name := range servers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// askServer sends one request to the far end of a registration, which does as
// the options say.
func (w *world) askServer(c *Conn, request []byte, at telltale.Time) (asked telltale.Range, response string) {
	s := servers[w.Server]
	if s.answer != "" {
		return w.ask(c, request, HTTP("HTTP/1.1 200 OK", []string{
			"Server: nginx", "Date: " + httpDate(at), "Content-Type: application/json",
			contentLength([]byte(s.answer)), "Connection: keep-alive",
		}, []byte(s.answer))), s.answer
	}
	c.Open()
	asked = c.Send(telltale.ToServer, request)
	if s.reset {
		c.Wait(9 * time.Millisecond)
		c.Reset(telltale.ToClient)
		return asked, ""
	}
	c.Wait(10 * time.Second) // what a client of the family waits
	c.Close(telltale.ToServer)
	return asked, ""
}

// fallback returns the address of a far end that is written into a client. By
// IPv6 a network translates it (RFC 6052, 2.1).
func (w *world) fallback(address string) netip.Addr {
	a := netip.MustParseAddr(address)
	if !w.IPv6 {
		return a
	}
	b := netip.MustParseAddr("64:ff9b::").As16()
	v4 := a.As4()
	copy(b[12:], v4[:])
	return netip.AddrFrom16(b)
}

// apacheHead is the head of a request by the HTTP client that Android had
// before 6.0 (AOSP, org.apache.http).
func apacheHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Content-Type: application/encrypted-json", contentLength(body), "Host: " + authority(port),
		"Connection: Keep-Alive", "User-Agent: Apache-HttpClient/UNAVAILABLE (java 1.4)",
	}, nil)
}

// authority is the host as a request for a port names it.
func authority(port uint16) string {
	if port == 80 {
		return registrationHost
	}
	return registrationHost + ":" + strconv.Itoa(int(port))
}
