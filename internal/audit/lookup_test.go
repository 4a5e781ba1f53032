package audit_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestSealedLookups knows look-ups over TLS and HTTPS by port and by name, and
// says that they cannot be seen.
func TestSealedLookups(t *testing.T) {
	const spot = "names looked up over sealed channels (DoT, DoQ, DoH)"
	for name, c := range map[string]struct {
		port uint16
		sni  string
		want string
	}{
		"by port": {853, "made-up.example", "dot"},
		"by name": {443, "chrome.cloudflare-dns.com", "doh"},
		"neither": {443, "made-up.example", "tls"},
	} {
		capture := lab.NewCapture(1)
		conn := capture.Conn(begins, phone, far, c.port, lab.Carriage{})
		conn.TLS(c.sni, 50, 50, rand.New(rand.NewPCG(1, 1)))
		result, lines := listen(t, audit.Options{}, write(t, capture, packet.LinkEthernet))
		if got := ofType(lines, "flow")[0].AppProto; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := slices.Contains(result.Report.Coverage.BlindSpots, spot); got != (c.want != "tls") {
			t.Errorf("%s: blind spots %q", name, result.Report.Coverage.BlindSpots)
		}
	}
}

// TestLookupsByAgreement knows look-ups over TLS at any port by what the client
// offers to speak, and by that alone.
func TestLookupsByAgreement(t *testing.T) {
	for want, offers := range map[string][]string{"dot": {"dot"}, "tls": {"h2", "dot"}} {
		capture := lab.NewCapture(1)
		conn := capture.Conn(begins, phone, far, 4711, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, greeting(t, offers))
		_, lines := listen(t, audit.Options{}, write(t, capture, packet.LinkEthernet))
		if got := ofType(lines, "flow")[0].AppProto; got != want {
			t.Errorf("offers %q: %s, want %s", offers, got, want)
		}
	}
}

// greeting returns a ClientHello as Go's own client writes it.
func greeting(t *testing.T, offers []string) []byte {
	t.Helper()
	near, far := net.Pipe()
	go func() {
		_ = tls.Client(near, &tls.Config{ServerName: "made-up.example", NextProtos: offers, MinVersion: tls.VersionTLS12}).Handshake()
	}()
	defer near.Close()
	head := make([]byte, 5)
	if _, err := io.ReadFull(far, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

// TestOpenLookupsOverHTTP has names looked up over plain HTTP name the flows that
// follow, as those over port 53 do.
func TestOpenLookupsOverHTTP(t *testing.T) {
	capture := lab.NewCapture(1)
	conn := capture.Conn(begins, phone, far2, 80, lab.Carriage{})
	conn.Open()
	ask := lab.DNSQuery(7, "plant.example", lab.TypeA)
	answer := lab.DNSAnswer(ask, far.Addr, 60)
	dns := []string{"Content-Type: application/dns-message", "Host: resolver.example"}
	conn.Send(telltale.ToServer, lab.HTTP("POST /dns-query HTTP/1.1", append(dns, "Content-Length: "+strconv.Itoa(len(ask))), ask))
	conn.Send(telltale.ToClient, lab.HTTP("HTTP/1.1 200 OK", append(dns[:1:1], "Content-Length: "+strconv.Itoa(len(answer))), answer))
	conn.Close(telltale.ToServer)
	sends(capture, 9*second, phone, far, post("", "a=1"))
	_, lines := listen(t, audit.Options{Reveal: true, Messages: true}, write(t, capture, packet.LinkEthernet))
	flows := ofType(lines, "flow")
	if got := fmt.Sprint(flows[len(flows)-1].Names); got != "[{plant.example dns}]" {
		t.Errorf("names %s", got)
	}
}
