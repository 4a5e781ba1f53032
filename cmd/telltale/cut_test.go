package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
)

var everyCut = flag.Bool("every-cut", false, "audit files cut at every byte of 64 KiB instead of one in 499 and those near some records' ends")

// TestCutExits audits files that are cut in the first 64 KiB: within a record
// this is told with exit 3, between two with 0, and what was whole is reported.
func TestCutExits(t *testing.T) {
	const size = 64 << 10
	for _, format := range []capture.Format{capture.Pcap, capture.Pcapng} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(requestsAs(t, format, slices.Repeat([]string{request}, 150)...))
			if err != nil {
				t.Fatal(err)
			}
			blocks := blocksOf(t, format, raw)
			name := filepath.Join(t.TempDir(), "cut."+string(format))
			cuts, exits, next := 0, map[int]int{}, 0
			for n := range size {
				for blocks[next].end <= n {
					next++ // the first block that is not whole
				}
				near := next%50 == 1 && (n-blocks[next-1].end < 2 || blocks[next].end-n < 2)
				if !*everyCut && !near && n%499 != 0 && n > blocks[1].end {
					continue
				}
				if err := os.WriteFile(name, raw[:n], 0o600); err != nil {
					t.Fatal(err)
				}
				code, out, errs := telltaleRun(t, "audit", name, "--json", "-")
				checkCut(t, n, blocks[:next], code, out, errs)
				exits[code]++
				cuts++
			}
			t.Logf("%d cuts: exit codes %v", cuts, exits)
		})
	}
}

// checkCut checks what an audit told of a file that was cut at n, behind these
// blocks.
func checkCut(t *testing.T, n int, whole []block, code int, out, errs string) {
	t.Helper()
	if len(whole) == 0 {
		if code != exitInput {
			t.Fatalf("cut at %d, in the file's header: exit %d: %s", n, code, errs)
		}
		return
	}
	last, want := whole[len(whole)-1], exitSkipped
	if last.end == n {
		want = exitDone
	}
	if code != want || (code == exitDone) != (errs == "") {
		t.Fatalf("cut at %d: exit %d, want %d: %s", n, code, want, errs)
	}
	in := func(packets int) bool {
		return strings.Contains(out, fmt.Sprintf(`"event_type":"coverage","packets":{"in":%d,`, packets))
	}
	// What follows a packet's data in its block may be missing.
	if !in(last.packets) && (last.end == n || !in(last.packets+1)) {
		t.Fatalf("cut at %d: want %d packets: %s", n, last.packets, out)
	}
}

// A block is a part of a capture: its header, or a record.
type block struct {
	end     int
	packets int // that lie before its end
}

// blocksOf returns the blocks of a capture of our own.
func blocksOf(t *testing.T, format capture.Format, raw []byte) (all []block) {
	t.Helper()
	const fileHeader, recordHeader, packetBlock = 24, 16, 6
	number := func(at int) int { return int(binary.LittleEndian.Uint32(raw[at:])) }
	b := block{}
	if format == capture.Pcap {
		b.end = fileHeader
		all = append(all, b)
	}
	for b.end < len(raw) {
		switch at := b.end; {
		case format == capture.Pcap:
			b = block{at + recordHeader + number(at+8), b.packets + 1}
		case number(at) == packetBlock:
			b = block{at + number(at+4), b.packets + 1}
		default:
			b.end += number(at + 4)
		}
		all = append(all, b)
	}
	return all
}
