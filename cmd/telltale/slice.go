package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	engine "github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
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
		Use:   "slice FINDING CAPTURE",
		Short: "Write the packets of a finding to a capture of their own, each with a comment",
		Long: `Writes the packets that a finding rests on to a new pcapng file, each with a
comment that says what is in it. The file holds personal data as it was
captured: only you can read it.`,
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
	case len(args) != 2 || !findingName.MatchString(args[0]):
		return usage("telltale slice F-de3acabf capture.pcapng -o proof.pcapng; the report names the findings", "name one finding and one capture")
	case o.output == "":
		return usage("-o proof.pcapng", "no file to write")
	}
	source := args[1:]
	if o.records != "" {
		source = []string{o.records}
	}
	e, err := gather(ctx, t, &o.from, args[0], source)
	if err != nil {
		return err
	}
	if len(e.inputs) > 1 { // the same packet number stands in each of them
		return &failure{exitInput, errors.New(o.records + " holds records of several captures"), "leave --records out: then this capture alone is audited"}
	}
	if err := e.unfold(ctx, args[1]); err != nil {
		return err
	}
	want := e.packets()
	var n int
	err = writeWhole(o.output, func(w io.Writer) (err error) {
		n, err = cut(ctx, w, args[1], e, want)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %d packets of %s, with comments. It holds personal data as captured.\n", o.output, n, args[0])
	return nil
}

// unfold puts in all packet numbers of messages of which the records name only
// the first and the last: the capture knows them.
func (e *exhibits) unfold(ctx context.Context, name string) error {
	folded := map[string]map[string]any{}
	for _, x := range e.transmissions {
		if p, ok := x["packets"].(map[string]any); ok {
			folded[fmt.Sprint(x["flow_id"], p["first"], "-", p["last"], "/", p["count"])] = x
		}
	}
	if len(folded) == 0 {
		return nil
	}
	_, err := engine.Run(ctx, engine.Options{
		Inputs: []string{name}, Messages: true, Workers: runtime.GOMAXPROCS(0), Version: version(),
		Heard: func(flow string, packets telltale.Packets) {
			if len(packets) <= telltale.MaxPackets {
				return
			}
			if x := folded[fmt.Sprint(flow, packets[0], "-", packets[len(packets)-1], "/", len(packets))]; x != nil {
				x["packets"] = slices.Clone(packets)
			}
		},
	})
	return err
}

// packets returns the finding's packet numbers with a comment for each. A packet
// with parts of several messages tells of all of them.
func (e *exhibits) packets() map[int64]string {
	want := map[int64]string{}
	for _, x := range e.transmissions {
		comment := e.comment(x)
		for _, n := range packetsOf(x["packets"]) {
			switch said := want[n]; {
			case said == "":
				want[n] = comment
			case len(said)+len(comment) < maxComment:
				want[n] = said + "\n" + comment
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

// cut copies the wanted packets of a capture. It fails where the capture is
// not the one that the records are of.
func cut(ctx context.Context, w io.Writer, name string, e *exhibits, want map[int64]string) (n int, err error) {
	f, err := capture.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // opened for reading only
	var out *capture.Writer
	link := -1
	var batch capture.Batch
	for err == nil {
		err = f.Read(ctx, &batch)
		for i := range batch.Packets {
			p := &batch.Packets[i]
			comment, ok := want[p.Number]
			if !ok {
				continue
			}
			if out == nil {
				link = int(p.Link)
				if out, err = capture.NewWriter(w, capture.Pcapng, p.Link, "cut by telltale: the packets of one finding"); err != nil {
					return n, err
				}
			}
			if int(p.Link) != link {
				return n, &failure{exitInput, errors.New("the finding's packets are of several link types"), "cut them with other tools; the report names their numbers"}
			}
			if err := out.Write(p.Time, p.Data, comment); err != nil {
				return n, err
			}
			n++
		}
	}
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if err := e.isOf(f.Input().SHA256, name); err != nil {
		return n, err
	}
	if out == nil {
		return 0, &failure{exitInput, errors.New("none of the finding's packets is in " + name), "name the capture that the finding is of"}
	}
	return n, out.Flush()
}

// isOf checks that the records are of the capture with this hash.
func (e *exhibits) isOf(hash, name string) error {
	for _, in := range e.inputs {
		if in["sha256"] == hash {
			return nil
		}
	}
	return &failure{exitInput, fmt.Errorf("%s is not the capture that the records are of: its SHA-256 differs", name), "name that capture, or leave --records out"}
}
