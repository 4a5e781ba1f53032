package audit_test

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/packet"
)

// The made-up network of the tests: two phones, their gateway, far ends.
const (
	imei   = "001012704839210"
	imei2  = "001012704839392"
	begins = int64(1547456400e9)
	second = int64(time.Second)
)

var (
	gateway = [6]byte{2, 0, 0x5e, 0, 0x53, 1}
	phone   = at("192.168.7.23", 2, 0, 0x5e, 0x10, 0x7a, 0xc4)
	tablet  = at("192.168.7.24", 2, 0, 0x5e, 0x10, 0x7a, 0xc5)
	router  = at("192.168.7.1", gateway[:]...)
	far     = at("203.0.113.10", gateway[:]...)
	far2    = at("203.0.113.11", gateway[:]...)
	group   = at("224.0.0.251", 1, 0, 0x5e, 0, 0, 0xfb)
)

func at(addr string, mac ...byte) lab.Host {
	return lab.Host{MAC: [6]byte(mac), Addr: netip.MustParseAddr(addr)}
}

// post is an HTTP request to a host, which may be "" for none.
func post(host, body string) []byte {
	headers := []string{"Content-Type: application/x-www-form-urlencoded"}
	if host != "" {
		headers = append(headers, "Host: "+host)
	}
	return lab.HTTP("POST /register HTTP/1.1", append(headers, "Content-Length: "+itoa(len(body))), []byte(body))
}

// sends has a send the bytes to b over TCP and get a short answer.
func sends(c *lab.Capture, when int64, a, b lab.Host, request []byte) {
	conn := c.Conn(begins+when, a, b, 80, lab.Carriage{})
	conn.Open()
	conn.Send(telltale.ToServer, request)
	conn.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	conn.Close(telltale.ToServer)
}

// looksUp has a phone ask the router for a name, and get one address.
func looksUp(c *lab.Capture, when int64, name string, h lab.Host, ttl uint32) {
	u := c.Datagrams(begins+when, phone, router, 53)
	q := lab.DNSQuery(7, name, lab.TypeA)
	u.Send(telltale.ToServer, q)
	u.Send(telltale.ToClient, lab.DNSAnswer(q, h.Addr, ttl))
}

// write writes a capture, with Ethernet headers or without, and returns its
// name.
func write(t *testing.T, c *lab.Capture, link packet.Link) string {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.Pcapng, link, "")
	for _, p := range c.Packets() {
		if link == packet.LinkRaw {
			p.Data = p.Data[14:]
		}
		if err == nil {
			err = w.Write(p.Time, p.Data, "")
		}
	}
	if err == nil {
		err = w.Flush()
	}
	name := filepath.Join(t.TempDir(), "capture.pcapng")
	if err == nil {
		err = os.WriteFile(name, b.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// listen audits captures and holds every record to the contract.
func listen(t *testing.T, o audit.Options, names ...string) (*audit.Result, []line) {
	t.Helper()
	result, raw := listenRaw(t, o, names...)
	lines := parse(t, bytes.Join(raw, nil))
	checkBooks(t, lines)
	return result, lines
}

// listenRaw is listen, with the records as they were written.
func listenRaw(t *testing.T, o audit.Options, names ...string) (*audit.Result, [][]byte) {
	t.Helper()
	var out bytes.Buffer
	o.Inputs, o.Records, o.Version, o.Messages = names, &out, "test", true
	result, err := audit.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for l := range bytes.Lines(out.Bytes()) {
		if err := ndjson.Validate(bytes.TrimSuffix(l, []byte("\n"))); err != nil {
			t.Errorf("%v: %s", err, l)
		}
	}
	return result, slices.Collect(bytes.Lines(out.Bytes()))
}

// owned is a device file with values and addresses.
func owned(addresses []string, imeis ...string) *device.File {
	f := &device.File{Name: "phone.txt", Label: "my phone", Addresses: addresses}
	for _, v := range imeis {
		f.Values = append(f.Values, telltale.NewValue(telltale.IMEI, v))
	}
	return f
}
