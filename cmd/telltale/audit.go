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
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
	"github.com/telltale-audit/telltale/internal/signature"
)

// auditFlags are the flags of an audit.
type auditFlags struct {
	devices  []string
	claims   []string
	sigs     []string
	json     string
	html     string
	csv      string
	markdown string
	reveal   bool
	messages bool
	plain    bool
	everyone bool
	workers  int
	follow   bool
	crashes  string
	why      string
}

func (o *auditFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&o.devices, "device", "d", nil, "device `file` with the values to look for (may be repeated)")
	f.StringArrayVar(&o.sigs, "signatures", nil, "`folder` with signatures of your own (may be repeated)")
	f.StringArrayVar(&o.claims, "claims", nil, "`file` with what you know of far ends (may be repeated)")
	f.StringVar(&o.json, "json", "", "write the records to `file`, one JSON object a line; - is standard output")
	f.StringVar(&o.html, "html", "", "write the report to `file` as one page for a browser: it runs nothing and loads nothing")
	f.StringVar(&o.csv, "csv", "", "write the findings to `file` as a table, a row for each identifier")
	f.StringVar(&o.markdown, "markdown", "", "write the report to `file` as text for an issue or a letter")
	f.StringVar(&o.why, "why", "", "instead of the report, say what the `finding` rests on; FILE may be records saved with --json")
	f.BoolVar(&o.reveal, "reveal", false, "write identifiers out whole")
	f.BoolVar(&o.messages, "messages", false, "write a record for every message, not only for those with identifiers")
	f.BoolVar(&o.plain, "plain", false, "search text as it stands for known values and shapes: quicker, and blind to what is encoded, compressed, or told by its field's name")
	f.BoolVar(&o.everyone, "everyone", false, "tell also what devices did that no device file declares: they may be other people's")
	f.BoolVar(&o.follow, "follow", false, "wait for more at a file's end, until interrupted (Ctrl-C)")
	f.StringVar(&o.crashes, "save-crash", "", "save what a parser that failed was given in `folder`, as captured")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many cores to use; the output does not depend on it")
}

func auditCommand(t *terminal) *cobra.Command {
	var o auditFlags
	cmd := &cobra.Command{
		Use:   "audit FILE...",
		Short: "Audit captures: what the device told, to whom, readable by whom",
		Long: `Reads packet captures (pcap, pcapng) and says what the device told, to whom,
and who could read it on the way. "-" reads a capture from standard input; a
folder stands for the captures in it; .gz and .zst are unpacked. With --why,
records saved with --json do as well as the capture.

Exit codes:
  0  done, with or without findings
  2  the command was not understood
  3  done, but something was skipped or damaged, as COVERAGE says
  4  an input cannot be read
  5  an output cannot be written`,
		Example: `  telltale audit capture.pcapng --device phone.yaml
  telltale audit --json - capture.pcapng
  telltale audit records.ndjson --why F-de3acabf`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("telltale audit CAPTURE.pcapng", "no capture named")
			}
			return audit(cmd.Context(), t, &o, args)
		},
	}
	o.register(cmd)
	return cmd
}

// audit runs an audit and shows it.
func audit(ctx context.Context, t *terminal, o *auditFlags, inputs []string) error {
	for _, name := range inputs {
		if err := unknownCommand(name); err != nil {
			return err
		}
	}
	if o.reveal {
		if err := t.confirmReveal(); err != nil {
			return err
		}
	}
	opts, err := o.options()
	if err != nil {
		return err
	}
	if o.why != "" {
		return o.explain(ctx, t, opts, inputs)
	}
	files, left, err := capture.Expand(inputs)
	if err != nil {
		return err
	}
	crashes, err := openCrashFolder(o.crashes)
	if err != nil {
		return err
	}
	opts.Inputs = files
	result, err := o.run(ctx, t, opts, crashes)
	unsaved := crashes.close(t)
	if err != nil {
		return err
	}
	if err := o.files(result); err != nil {
		return err
	}
	if o.json != "-" {
		style := t.style()
		style.Command = command(o, inputs)
		if err := report.Terminal(t.out, result.Report, result.Masker, style); err != nil {
			return err
		}
	}
	for _, l := range left {
		fmt.Fprintf(t.err, "telltale: left out of the folder: %v\n", l)
	}
	if unsaved != nil {
		return unsaved
	}
	return incomplete(result.Report)
}

// options returns what the flags tell the engine.
func (o *auditFlags) options() (opts engine.Options, err error) {
	opts = engine.Options{Reveal: o.reveal, Messages: o.messages, Whole: o.html != "", Plain: o.plain, Everyone: o.everyone, Workers: o.workers, Version: version()}
	if opts.Devices, err = readDevices(o.devices); err != nil {
		return opts, err
	}
	if opts.Claims, err = readClaims(o.claims); err != nil {
		return opts, err
	}
	opts.Signatures, err = readSignatures(o.sigs)
	return opts, err
}

// explain says what a finding rests on.
func (o *auditFlags) explain(ctx context.Context, t *terminal, opts engine.Options, inputs []string) error {
	if !findingName.MatchString(o.why) {
		return usage("telltale audit FILE --why F-de3acabf; the report names the findings", "%q names no finding", o.why)
	}
	for flag, value := range map[string]string{"--json": o.json, "--html": o.html, "--csv": o.csv, "--markdown": o.markdown} {
		if value != "" {
			return usage("leave "+flag+" out, or --why", "--why writes no report")
		}
	}
	return explainFinding(ctx, t, &recordSource{devices: o.devices, how: opts}, o.why, inputs)
}

// files writes the reports that go into files.
func (o *auditFlags) files(result *engine.Result) error {
	for _, r := range []struct {
		name  string
		write func(io.Writer, *report.Audit, *telltale.Masker) error
	}{
		{o.html, report.HTML}, {o.csv, report.CSV}, {o.markdown, report.Markdown},
	} {
		if r.name == "" {
			continue
		}
		err := writeWhole(r.name, func(w io.Writer) error { return r.write(w, result.Report, result.Masker) })
		if err != nil {
			return err
		}
	}
	return nil
}

func readDevices(names []string) ([]*device.File, error) {
	var out []*device.File
	for _, name := range names {
		f, err := device.Read(name)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func readSignatures(dirs []string) ([]*signature.Signature, error) {
	var out []*signature.Signature
	for _, dir := range dirs {
		list, err := signature.ReadFolder(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func readClaims(names []string) ([]*destination.File, error) {
	var out []*destination.File
	for _, name := range names {
		f, err := destination.Read(name)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// run runs the engine and writes the records where they were asked for.
func (o *auditFlags) run(ctx context.Context, t *terminal, opts engine.Options, crashes *crashFolder) (*engine.Result, error) {
	if err := enoughRoom(); err != nil {
		return nil, err
	}
	if crashes != nil {
		opts.Crashed = func(flow string, c *pipeline.Crash) { crashes.save(t, flow, c) }
	}
	if o.follow { // an interruption ends the waiting, not the audit
		opts.Follow, ctx = ctx, context.WithoutCancel(ctx)
	}
	switch o.json {
	case "":
		return engine.Run(ctx, opts)
	case "-":
		opts.Records = t.out
		return engine.Run(ctx, opts)
	}
	var result *engine.Result
	err := writeWhole(o.json, func(w io.Writer) (err error) {
		opts.Records = w
		result, err = engine.Run(ctx, opts)
		return err
	})
	return result, err
}

// maxNamed is how many inputs the report's last lines name.
const maxNamed = 3

// command is how this audit would be run again, for the report's last lines.
func command(o *auditFlags, inputs []string) string {
	args := []string{"telltale", "audit"}
	if len(inputs) > maxNamed {
		inputs = []string{"FILE..."}
	}
	args = append(args, inputs...)
	for _, d := range o.devices {
		args = append(args, "--device", d)
	}
	if o.plain {
		args = append(args, "--plain")
	}
	if o.everyone {
		args = append(args, "--everyone")
	}
	for _, c := range o.claims {
		args = append(args, "--claims", c)
	}
	for _, dir := range o.sigs {
		args = append(args, "--signatures", dir)
	}
	for i, a := range args {
		if strings.ContainsAny(a, " \t'\"$&;|<>()*?\\`") {
			args[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(args, " ")
}

// incomplete returns the failure of an audit that could not look at
// everything: what it found stands, and the user is told what is missing.
func incomplete(a *report.Audit) error {
	if a.Coverage.Complete {
		return nil
	}
	var parts []string
	for _, why := range telltale.SkipReasons {
		if n := a.Coverage.Payload.Skipped[why]; n > 0 {
			parts = append(parts, report.Skipped(n, why, a.Info.Options))
		}
	}
	for _, r := range a.Coverage.Suppressed {
		if slices.Contains(report.Cuts, r.Rule) {
			parts = append(parts, report.Suppressed(r))
		}
	}
	for _, in := range a.Inputs {
		for _, d := range in.Damage[:min(len(in.Damage), 3)] {
			parts = append(parts, fmt.Sprintf("%s is damaged at byte %d: %s", in.Name, d.Offset, d.Reason))
		}
	}
	parts = slices.Compact(parts)
	hint := "what was found beside that stands; COVERAGE counts all of it"
	if a.Coverage.Payload.Skipped[telltale.SkipParserPanic]+a.Coverage.Payload.Skipped[telltale.SkipParserStuck] > 0 {
		hint += "; this is also a fault of telltale: --save-crash keeps what shows it"
	}
	return &failure{exitSkipped, errors.New("not everything could be read: " + strings.Join(parts, "; ")), hint}
}
