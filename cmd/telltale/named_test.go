package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/destination"
)

// nameCount counts, over captures that hold an answer of DNS or a greeting, the
// flows to machines on the internet and what those are called. Left out are flows
// of a machine to itself.
//
// Some have no name in the capture at all: nobody looks up a resolver, the capture
// began after the look-up, or an address was written into a program. These are
// called by whose network they are in. What a capture does name is judged by
// tshark, and there look-ups do not count.
type nameCount struct {
	flows, hosts, networks int // flows, those with a host's name, and those with a network's
	known, found           int // flows to an address that tshark sees a name for, and those with one
	missing, alien         []string
}

// mayLack is the share of flows that may have no name: of all, and of those to
// addresses that the capture has a name for.
const mayLack = 0.02

// contact is what is read of a flow's record.
type contact struct {
	EventType string     `json:"event_type"`
	Src       netip.Addr `json:"src_ip"`
	Dst       netip.Addr `json:"dest_ip"`
	Port      int        `json:"dest_port"`
	Proto     string     `json:"proto"`
	AppProto  string     `json:"app_proto"`
	Names     []struct{ Name, Source string }
}

// add counts the flows of one capture.
func (n *nameCount) add(t *testing.T, name string, out []byte) {
	t.Helper()
	flows, holds := contacts(t, name, out)
	if !holds || len(flows) == 0 {
		return
	}
	told := namedBy(t, filepath.Join(*corpusDir, name))
	for _, f := range flows {
		line := fmt.Sprintf("%s %s %s port %d    %s", f.Proto, f.AppProto, f.Dst, f.Port, name)
		have := hasName(f)
		n.flows++
		switch {
		case have:
			n.hosts++
		case len(f.Names) > 0:
			n.networks++
			n.alien = append(n.alien, line+"    "+f.Names[0].Name)
		default:
			n.alien = append(n.alien, line+"    called nothing")
		}
		if told[f.Dst] && f.AppProto != "dns" {
			n.known++
			if have {
				n.found++
			} else {
				n.missing = append(n.missing, line)
			}
		}
	}
}

// contacts returns the flows that count, and whether the capture holds an
// answer of DNS or a greeting.
func contacts(t *testing.T, name string, out []byte) (flows []contact, holds bool) {
	t.Helper()
	s := bufio.NewScanner(bytes.NewReader(out))
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		line := s.Bytes()
		holds = holds || bytes.Contains(line, []byte(`"ja3":"`)) || bytes.Contains(line, []byte(`"dns":{"type":"answer"`))
		if !bytes.Contains(line, []byte(`"event_type":"flow"`)) {
			continue
		}
		var f contact
		if err := json.Unmarshal(line, &f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if destination.IsPublic(f.Dst) && f.Src != f.Dst {
			flows = append(flows, f)
		}
	}
	return flows, holds
}

// hasName reports whether a flow has a name that is no address and no network's.
func hasName(f contact) bool {
	for _, n := range f.Names {
		if isHost(n.Name) && n.Source != "network" {
			return true
		}
	}
	return false
}

// namedBy returns the addresses that tshark sees a name for anywhere in a
// capture: in answers of DNS, in greetings and in requests. Without tshark
// there are none.
func namedBy(t *testing.T, name string) map[netip.Addr]bool {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		return nil
	}
	out, err := exec.Command(tshark, "-n", "-r", name, "-T", "fields",
		"-Y", "dns.flags.response == 1 || tls.handshake.extensions_server_name || http.host",
		"-e", "dns.a", "-e", "dns.aaaa", "-e", "tls.handshake.extensions_server_name", "-e", "http.host", "-e", "ip.dst", "-e", "ipv6.dst").Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	told := map[netip.Addr]bool{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 6 {
			continue
		}
		addrs := f[0] + "," + f[1]
		if isHost(f[2]) || isHost(f[3]) {
			addrs += "," + f[4] + "," + f[5]
		}
		for a := range strings.SplitSeq(addrs, ",") {
			if addr, err := netip.ParseAddr(a); err == nil {
				told[addr] = true
			}
		}
	}
	return told
}

// isHost reports whether s is a name and no address.
func isHost(s string) bool {
	_, err := netip.ParseAddr(s)
	return s != "" && err != nil
}

// print tells the figures and holds them to their bound.
func (n *nameCount) print(t *testing.T) {
	t.Helper()
	if *corpusVerbose {
		for _, l := range n.alien {
			fmt.Println("no name        ", l)
		}
	}
	none := n.flows - n.hosts - n.networks
	fmt.Printf("names: of %d flows to the internet %d have a host's name, %d that of a network, %d none; of %d whose far end the capture names, %d have that\n",
		n.flows, n.hosts, n.networks, none, n.known, n.found)
	if float64(none) > mayLack*float64(n.flows) {
		t.Errorf("%d of %d flows are called nothing:\n%s", none, n.flows, strings.Join(n.alien, "\n"))
	}
	if float64(n.known-n.found) > mayLack*float64(n.known) {
		t.Errorf("%d of %d flows have no name although the capture has one:\n%s", n.known-n.found, n.known, strings.Join(n.missing, "\n"))
	}
}
