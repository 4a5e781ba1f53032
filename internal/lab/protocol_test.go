package lab

import (
	"bytes"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/miekg/dns"
)

func TestDNS(t *testing.T) {
	for _, addr := range []string{"203.0.113.10", "2001:db8:113::a"} {
		a := netip.MustParseAddr(addr)
		query := DNSQuery(0x1234, "zzhc.vnet.cn", rrtypeOf(a))
		var m dns.Msg
		if err := m.Unpack(DNSAnswer(query, a, 300)); err != nil {
			t.Fatal(err)
		}
		if m.Id != 0x1234 || !m.Response || m.Question[0].Name != "zzhc.vnet.cn." || len(m.Answer) != 1 {
			t.Errorf("answer reads %v", &m)
		}
		if h := m.Answer[0].Header(); h.Name != "zzhc.vnet.cn." || h.Ttl != 300 || h.Rrtype != rrtypeOf(a) {
			t.Errorf("record reads %v", h)
		}
		if err := m.Unpack(query); err != nil || m.Response || !m.RecursionDesired {
			t.Errorf("query reads %v, %v", &m, err)
		}
	}
}

// TestClientHello has a real TLS server read the hello.
func TestClientHello(t *testing.T) {
	near, far := net.Pipe()
	read := errors.New("hello was read")
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(far, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			if h.ServerName != "push.example" || !slices.Contains(h.SupportedVersions, tls.VersionTLS13) || len(h.SupportedProtos) != 2 {
				return nil, errors.New("the hello says something else")
			}
			return nil, read
		}}).Handshake()
		far.Close()
	}()
	if _, err := near.Write(ClientHello("push.example", rand.New(rand.NewPCG(1, 1)))); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = new(bytes.Buffer).ReadFrom(near) }()
	if err := <-done; !errors.Is(err, read) {
		t.Error(err)
	}
}
