package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
)

// TestTshark has another reader of captures look for anything malformed, and
// count the sends.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("SKIPPED: tshark is not installed, so no other reader checks the lab's captures (Debian: apt-get install tshark)")
	}
	for name, o := range map[string]Options{
		"whole":           {Seed: 1},
		"IPv6, 1280":      {Seed: 1, IPv6: true, Carriage: Carriage{Segment: 1280}},
		"IPv6, reordered": short(Options{Seed: 2, IPv6: true, Carriage: Carriage{Segment: 7, Order: Reordered, Repeat: 3}}),
		"fixed":           {Seed: 1, Client: "fixed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := incident(t, o)
			file := filepath.Join(t.TempDir(), captureName)
			writeTo(t, file, s)
			fields := shark(t, tshark, file, "tcp.checksum.status", "udp.checksum.status", "ip.checksum.status", "_ws.malformed", "http.request.method", "http.host", "frame.comment", "tcp.analysis.flags")
			if len(fields) != len(s.Packets) {
				t.Fatalf("%d frames, want %d", len(fields), len(s.Packets))
			}
			posts := 0
			for i, f := range fields {
				if f[0]+f[1] != "1" || f[2] == "0" || f[3] != "" || !strings.HasPrefix(f[6], Marker) {
					t.Fatalf("frame %d: %q", i+1, f)
				}
				if o.Order == InOrder && f[7] != "" {
					t.Fatalf("frame %d is not as a sound sender would send it", i+1)
				}
				if f[4] == "POST" && f[5] == registrationHost {
					posts++
				}
			}
			if posts != len(s.Truth.Sends) {
				t.Errorf("%d POST requests, want %d", posts, len(s.Truth.Sends))
			}
		})
	}
}

func writeTo(t *testing.T, file string, s *Scenario) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.WriteCapture(f, capture.Pcapng); err != nil {
		t.Fatal(err)
	}
}

// shark returns the named fields of every frame.
func shark(t *testing.T, tshark, file string, names ...string) [][]string {
	t.Helper()
	args := []string{"-r", file, "-n", "-T", "fields", "-E", "separator=|"}
	for _, layer := range []string{"tcp", "udp", "ip"} {
		args = append(args, "-o", layer+".check_checksum:TRUE")
	}
	args = append(args, "-o", "tcp.reassemble_out_of_order:TRUE")
	for _, n := range names {
		args = append(args, "-e", n)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var frames [][]string
	for line := range strings.Lines(string(out)) {
		frames = append(frames, strings.Split(strings.TrimSuffix(line, "\n"), "|"))
	}
	return frames
}
