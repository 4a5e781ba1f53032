package lab

import (
	"encoding/binary"
	"time"

	"github.com/telltale-audit/telltale"
)

// A Datagrams is a UDP conversation in the making.
type Datagrams struct {
	capture *Capture
	hosts   [2]Host
	ports   [2]uint16
	now     int64
}

// Datagrams starts a UDP conversation at time at (nanoseconds) from client to
// a port of server.
func (c *Capture) Datagrams(at int64, client, server Host, port uint16) *Datagrams {
	source, _ := c.flow()
	return &Datagrams{c, [2]Host{client, server}, [2]uint16{source, port}, at}
}

// Now returns the conversation's time in nanoseconds.
func (u *Datagrams) Now() int64 { return u.now }

// Wait lets time pass.
func (u *Datagrams) Wait(d time.Duration) { u.now += int64(d) }

// Send captures one datagram (RFC 768) in direction d.
func (u *Datagrams) Send(d telltale.Direction, b []byte) *Packet {
	if d == telltale.ToClient {
		u.now += delay / 4
	}
	u.now += step
	t := make([]byte, 0, 8+len(b))
	t = binary.BigEndian.AppendUint16(t, u.ports[d])
	t = binary.BigEndian.AppendUint16(t, u.ports[d.Reverse()])
	t = binary.BigEndian.AppendUint16(t, uint16(8+len(b)))
	t = append(t, 0, 0)
	return u.capture.put(u.now, u.hosts[d], u.hosts[d.Reverse()], protoUDP, append(t, b...), 6)
}
