package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
)

// compared is what a run and a truth file are compared by.
var compared = []string{"flows", "inner", "dns", "sni", "quic", "http", "http2", "websocket", "mqtt", "ja3", "ja4"}

// seen is what a run or a truth file says there is: comparable lines and how
// many there are of each, by what is [compared].
//
//	flows  "tcp 192.0.2.1:80 198.51.100.7:40000", ends in order; outermost IP layer
//	inner  the same of what tunnels carry
//	dns    names that were asked for, by DNS, mDNS or LLMNR
//	sni    name and flow
//	quic   name in a greeting of QUIC, and flow
//	websocket, mqtt  kinds of frames and packets
//	http, http2  method, host and target of requests
//	ja3, ja4  fingerprints of ClientHellos
type seen map[string]map[string]int

func newSeen() seen {
	s := seen{}
	for _, what := range compared {
		s[what] = map[string]int{}
	}
	return s
}

// A difference is a line that a run and a truth file have not equally often.
type difference struct {
	what, side, line string // side is who has more of them: "ours" or "tshark"
	n                int
}

// differences compares a run with a truth file. Lists of the truth that are
// capped are left out.
func differences(have, want seen, capped map[string]bool) (out []difference, agreed map[string]int) {
	agreed = map[string]int{}
	for _, what := range compared {
		if capped[what] {
			continue
		}
		for line, n := range want[what] {
			agreed[what] += min(n, have[what][line])
			if d := n - have[what][line]; d > 0 {
				out = append(out, difference{what, "tshark", line, d})
			}
		}
		for line, n := range have[what] {
			if d := n - want[what][line]; d > 0 {
				out = append(out, difference{what, "ours", line, d})
			}
		}
	}
	return out, agreed
}

// maxTruth is where the lists of a truth file end.
const maxTruth = 1500

func readTruth(name string) (out seen, capped map[string]bool, err error) {
	var d struct {
		Flows, Inner [][]any
		DNS          map[string][]string
		MDNS, LLMNR  []string
		SNI, HTTP    [][]any
		HTTP2        [][]any
		QUIC         [][]any `json:"quic_sni"`
		WebSocket    map[string]int
		MQTT         map[string]int
		JA3          map[string]int
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, nil, err
	}
	out = newSeen()
	for _, f := range d.Flows {
		out["flows"][truthFlow(f)] = 1
	}
	for _, f := range d.Inner {
		out["inner"][truthFlow(f)] = 1
	}
	for n := range d.DNS {
		out["dns"][dnsName(n)] = 1
	}
	for _, n := range append(d.MDNS, d.LLMNR...) {
		out["dns"][dnsName(n)] = 1
	}
	for _, v := range d.SNI {
		a, ap := truthEnd(text(v[1]))
		b, bp := truthEnd(text(v[2]))
		out["sni"][strings.ToLower(text(v[0]))+" "+flowLine("tcp", a, ap, b, bp)] = 1
	}
	for _, v := range d.QUIC {
		a, ap := truthEnd(text(v[1]))
		b, bp := truthEnd(text(v[2]))
		out["quic"][strings.ToLower(text(v[0]))+" "+flowLine("udp", a, ap, b, bp)] = 1
	}
	for code, n := range d.WebSocket {
		out["websocket"][socketKinds[code]] += n
	}
	for code, n := range d.MQTT {
		out["mqtt"][packetKinds[code]] += n
	}
	for hash, n := range d.JA3 {
		out["ja3"][hash] += n
	}
	for _, v := range d.HTTP {
		out["http"][requestLine(fmt.Sprint(v[0]), text(v[1]), text(v[2]))]++
	}
	for _, v := range d.HTTP2 {
		out["http2"][requestLine(fmt.Sprint(v[0]), text(v[1]), text(v[2]))]++
	}
	return out, map[string]bool{
		"flows": len(d.Flows) >= maxTruth, "inner": len(d.Inner) >= maxTruth, "dns": len(d.DNS) >= maxTruth,
		"sni": len(d.SNI) >= maxTruth, "http": len(d.HTTP) >= maxTruth, "http2": len(d.HTTP2) >= maxTruth, "quic": len(d.QUIC) >= maxTruth,
	}, nil
}

// socketKinds and packetKinds name what the truth files count by number.
var (
	socketKinds = map[string]string{"0": "continuation", "1": "text", "2": "binary", "8": "close", "9": "ping", "10": "pong"}
	packetKinds = map[string]string{
		"1": "connect", "2": "connack", "3": "publish", "4": "puback", "5": "pubrec", "6": "pubrel", "7": "pubcomp", "8": "subscribe",
		"9": "suback", "10": "unsubscribe", "11": "unsuback", "12": "pingreq", "13": "pingresp", "14": "disconnect", "15": "auth",
	}
)

// text returns a string of a truth file, where nothing is null.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// truthFlow names a flow of a truth file: protocol, address, port, address,
// port.
func truthFlow(f []any) string {
	return flowLine(text(f[0]), text(f[1]), int(f[2].(float64)), text(f[3]), int(f[4].(float64)))
}

// truthEnd splits an address and a port; IPv6 addresses have no brackets.
func truthEnd(s string) (addr string, port int) {
	i := strings.LastIndexByte(s, ':')
	port, _ = strconv.Atoi(s[i+1:])
	return s[:i], port
}

// maxTarget is where a truth file cuts the target of a request.
const maxTarget = 400

func requestLine(method, host, target string) string {
	return method + " " + host + " " + target[:min(len(target), maxTarget)]
}

// dnsName brings a name to one form; the truth files write the root so.
func dnsName(s string) string {
	if s == "<root>" || s == "." {
		return "."
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// flowLine names a flow whichever side opened it.
func flowLine(proto, a string, ap int, b string, bp int) string {
	x, y := endpoint(a, ap), endpoint(b, bp)
	if x > y {
		x, y = y, x
	}
	return proto + " " + x + " " + y
}

func endpoint(a string, port int) string {
	if ip, err := netip.ParseAddr(a); err == nil {
		a = ip.Unmap().WithZone("").String()
	}
	return fmt.Sprintf("%s:%d", a, port)
}

// record is what is read of the records of a run.
type record struct {
	EventType string `json:"event_type"`
	FlowID    string `json:"flow_id"`
	Proto     string
	SrcIP     string `json:"src_ip"`
	SrcPort   int    `json:"src_port"`
	DestIP    string `json:"dest_ip"`
	DestPort  int    `json:"dest_port"`
	Tunnel    string
	HTTP      struct {
		Hostname   string
		HTTPMethod string `json:"http_method"`
		URL        string
	}
	DNS struct {
		RRName    string
		Questions []struct{ RRName string }
	}
	TLS      struct{ SNI, JA3, JA4 string }
	AppProto string `json:"app_proto"`
	Facts    []struct{ Name, Value string }
}

func readRecords(t *testing.T, name string, out []byte) seen {
	t.Helper()
	got, c := newSeen(), carriage{hellos: map[string][]string{}, flows: map[string]record{}, prints: map[string]map[fingerprint]int{}, most: map[string]map[fingerprint]int{}}
	s := bufio.NewScanner(bytes.NewReader(out))
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		if !bytes.Contains(s.Bytes(), []byte(`"event_type":"flow"`)) && !bytes.Contains(s.Bytes(), []byte(`"event_type":"message"`)) {
			continue
		}
		var r record
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Errorf("%s: %v: %.100s", name, err, s.Bytes())
			continue
		}
		got.add(&r, &c)
	}
	for _, r := range c.flows {
		got.addFlow(&r, &c)
	}
	for _, of := range c.most {
		for p, n := range of {
			got[p.what][p.hash] += n
		}
	}
	return got
}

// carriage is what tells where a message or a flow belongs.
type carriage struct {
	hellos map[string][]string // names in TLS greetings, by flow
	flows  map[string]record
	prints map[string]map[fingerprint]int // of greetings, by flow
	most   map[string]map[fingerprint]int // the most that flows between the same ends have: a witness tells no tunnels apart
}

// fingerprint is one of a greeting: JA3 or JA4.
type fingerprint struct{ what, hash string }

// addFlow notes a flow that has ports. A truth file names the outermost ports
// a packet has: what lies in a tunnel without ports stands among the flows.
func (s seen) addFlow(r *record, c *carriage) {
	if r.Proto != "TCP" && r.Proto != "UDP" {
		return
	}
	line, what := flowLine(strings.ToLower(r.Proto), r.SrcIP, r.SrcPort, r.DestIP, r.DestPort), "flows"
	for around := r.Tunnel; around != ""; around = c.flows[around].Tunnel {
		if p := c.flows[around].Proto; p == "TCP" || p == "UDP" {
			what = "inner"
		}
	}
	s[what][line] = 1
	if c.most[line] == nil {
		c.most[line] = map[fingerprint]int{}
	}
	for p, n := range c.prints[r.FlowID] {
		c.most[line][p] = max(c.most[line][p], n)
	}
	greeting := map[string]string{"TCP": "sni", "UDP": "quic"}[r.Proto]
	for _, name := range c.hellos[r.FlowID] {
		s[greeting][name+" "+line] = 1
	}
}

// add notes what a record says.
func (s seen) add(r *record, c *carriage) {
	switch {
	case r.EventType == "flow":
		c.flows[r.FlowID] = *r
	case r.AppProto == "mqtt" || r.AppProto == "websocket":
		for _, f := range r.Facts {
			if f.Name == "type" {
				s[r.AppProto][f.Value]++
			}
		}
	case r.AppProto == "http2":
		if r.HTTP.HTTPMethod != "" {
			s["http2"][requestLine(r.HTTP.HTTPMethod, r.HTTP.Hostname, r.HTTP.URL)]++
		}
		s.addNames(r)
	case r.HTTP.HTTPMethod != "":
		s["http"][requestLine(r.HTTP.HTTPMethod, r.HTTP.Hostname, r.HTTP.URL)]++
	case r.TLS.JA3 != "":
		c.addGreeting(r)
	case r.DNS.RRName != "":
		s.addNames(r)
	}
}

// addNames notes the names that a DNS message asks for.
func (s seen) addNames(r *record) {
	if r.DNS.RRName == "" {
		return
	}
	s["dns"][dnsName(r.DNS.RRName)] = 1
	for _, q := range r.DNS.Questions {
		s["dns"][dnsName(q.RRName)] = 1
	}
}

// addGreeting notes a ClientHello. Those of DTLS no truth file has.
func (c *carriage) addGreeting(r *record) {
	if r.AppProto != "dtls" {
		if c.prints[r.FlowID] == nil {
			c.prints[r.FlowID] = map[fingerprint]int{}
		}
		c.prints[r.FlowID][fingerprint{"ja3", r.TLS.JA3}]++
		c.prints[r.FlowID][fingerprint{"ja4", r.TLS.JA4}]++
	}
	if r.TLS.SNI != "" {
		c.hellos[r.FlowID] = append(c.hellos[r.FlowID], strings.ToLower(r.TLS.SNI))
	}
}
