package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	engine "github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/report"
)

// slice is a command that writes a finding's packets.
type slice struct {
	from    recordSource
	records string
	output  string
}

func sliceCommand(t *terminal) *cobra.Command {
	var o slice
	cmd := &cobra.Command{
		Use:   "slice FINDING CAPTURE...",
		Short: "Write the packets of a finding to a capture of their own, each with a comment",
		Long: `Writes the packets that a finding rests on to a new pcapng file, each with a
comment that says what is in it. The file holds personal data as it was
captured: only you can read it. Where the finding is of several captures, name
all that hold packets of it, or their folder.`,
		Example: `  telltale slice F-de3acabf capture.pcapng --device phone.yaml -o proof.pcapng
  telltale slice F-de3acabf capture.pcapng --records records.ndjson -o proof.pcapng`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), t, args) },
	}
	o.from.register(cmd)
	cmd.Flags().StringVar(&o.records, "records", "", "`file` of records saved with --json; without it the capture is audited again")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "the pcapng `file` to write")
	return cmd
}

func (o *slice) run(ctx context.Context, t *terminal, args []string) error {
	switch {
	case len(args) < 2 || !findingName.MatchString(args[0]):
		return usage("telltale slice F-de3acabf capture.pcapng -o proof.pcapng; the report names the findings", "name one finding and its capture")
	case o.output == "":
		return usage("-o proof.pcapng", "no file to write")
	}
	captures, _, err := capture.Expand(args[1:])
	if err != nil {
		return err
	}
	source := captures
	if o.records != "" {
		source = []string{o.records}
	}
	e, err := gather(ctx, t, &o.from, args[0], source)
	if err != nil {
		return err
	}
	files, err := e.files(captures, args[1:], o.records != "")
	if err != nil {
		return err
	}
	if err := e.unfold(ctx, files); err != nil {
		return err
	}
	c := cut{e: e, want: e.packets()}
	if err := writeWhole(o.output, func(w io.Writer) error { return c.write(ctx, w, files) }); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %d packets of %s, with comments. It holds personal data as captured.\n", o.output, c.written, args[0])
	if left := c.left(); left != "" {
		return report.Prose(t.out, "It is not the whole finding: packets of "+left+" are not in it.", t.style()) // names are anyone's to choose
	}
	return nil
}

// captureFile is a capture to cut packets from, and its number in the records.
type captureFile struct {
	name  string
	input int
}

// files returns those of the captures that the records are of, in the order of
// their packets. Saved records know them by their hash; of those that were not named
// but lie in a named folder, others may be there too.
func (e *exhibits) files(captures, named []string, saved bool) (out []captureFile, err error) {
	var other error
	for i, name := range captures {
		f := captureFile{name, i + 1}
		if saved {
			f.input, err = e.inputOf(name)
		}
		switch {
		case err != nil && slices.Contains(named, name):
			return nil, err
		case err != nil:
			other, err = err, nil
		case !slices.Contains(out, f):
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil, other
	}
	slices.SortStableFunc(out, func(a, b captureFile) int { return e.begins(a.input).Compare(e.begins(b.input)) })
	return out, nil
}

// inputOf returns the number that the records give a capture. Where they are of
// one only, its hash is compared as it is cut.
func (e *exhibits) inputOf(name string) (int, error) {
	if len(e.inputs) == 1 {
		return numberOf(e.inputs[0]["input"]), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // opened for reading only
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return 0, err
	}
	in, err := e.isOf(hex.EncodeToString(hash.Sum(nil)), name)
	return numberOf(in["input"]), err
}

// begins returns when an input's first packet came.
func (e *exhibits) begins(input int) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, textOf(e.input(input)["first"]))
	return t
}

// unfold puts in all packet numbers of messages of which the records name only
// the first and the last: the captures know them.
func (e *exhibits) unfold(ctx context.Context, files []captureFile) error {
	const message = "flow %v, input %v, packets %v to %v: %v"
	folded := map[string]map[string]any{}
	for _, x := range e.transmissions {
		if p, ok := x["packets"].(map[string]any); ok {
			folded[fmt.Sprintf(message, x["flow_id"], x["input"], p["first"], p["last"], p["count"])] = x
		}
	}
	if len(folded) == 0 {
		return nil
	}
	if len(files) != len(e.inputs) {
		return &failure{exitInput, fmt.Errorf("the records do not list each packet of this finding, and %d of their %d captures are missing", len(e.inputs)-len(files), len(e.inputs)), "name all captures that the records are of"}
	}
	files = slices.SortedFunc(slices.Values(files), func(a, b captureFile) int { return a.input - b.input })
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	_, err := engine.Run(ctx, engine.Options{
		Inputs: names, Messages: true, Workers: runtime.GOMAXPROCS(0), Version: version(),
		Heard: func(flow string, input int, packets telltale.Packets) {
			if len(packets) <= telltale.MaxPackets {
				return
			}
			if x := folded[fmt.Sprintf(message, flow, input, packets[0], packets[len(packets)-1], len(packets))]; x != nil {
				x["packets"] = slices.Clone(packets)
			}
		},
	})
	return err
}

// packets returns the finding's packets with a comment for each. A packet with
// parts of several messages tells of all of them.
func (e *exhibits) packets() map[spot]string {
	want := map[spot]string{}
	for _, x := range e.transmissions {
		comment := e.comment(x)
		for _, n := range packetsOf(x["packets"]) {
			at := e.spot(numberOf(x["input"]), n)
			switch said := want[at]; {
			case said == "":
				want[at] = comment
			case len(said)+len(comment) < maxComment:
				want[at] = said + "\n" + comment
			}
		}
	}
	return want
}

// maxComment is the length of a packet's comment in bytes.
const maxComment = 4000

// comment says what a transmission carried, masked as the records are.
func (e *exhibits) comment(x map[string]any) string {
	var b strings.Builder
	f := e.findingOf(x)
	fmt.Fprintf(&b, "telltale %v, %v: %v", f["finding_id"], x["transmission_id"], f["sentence"])
	id, _ := x["transmission_id"].(string)
	for _, s := range e.sightings[id] {
		line := fmt.Sprintf("\n%v %v in %v, bytes %s of the stream", s["kind"], s["value"], s["field"], rangesOf(s["ranges"]))
		if b.Len()+len(line) > maxComment {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

func rangesOf(v any) string {
	list, _ := v.([]any)
	var parts []string
	for _, r := range list {
		m, _ := r.(map[string]any)
		parts = append(parts, fmt.Sprintf("%v-%v", m["start"], m["end"]))
	}
	return strings.Join(parts, ", ")
}

// isOf returns the input with this hash that the records are of.
func (e *exhibits) isOf(hash, name string) (map[string]any, error) {
	for _, in := range e.inputs {
		if in["sha256"] == hash {
			return in, nil
		}
	}
	return nil, &failure{exitInput, fmt.Errorf("%s is not the capture that the records are of: its SHA-256 differs", name), "name that capture, or leave --records out"}
}
