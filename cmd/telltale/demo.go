package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	engine "github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/report"
)

func demoCommand(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Re-enact the incident of 2019 with made-up numbers, audit it, and show what is seen",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), t, dir) },
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "telltale-demo", "the `folder` to leave")
	return cmd
}

// story is what the demo is about. It names the companies as public reporting
// did, says who said what and when, and names no private person.
const story = `In March 2019 the Norwegian broadcaster NRK reported that Nokia 7 Plus phones, when switched on or unlocked, had sent their SIM number, IMEI, hardware address and cell unencrypted to a server whose domain, the .cn registry told NRK, belonged to China Telecom. The maker, HMD Global, said that an activation client meant for another country had been put into a single batch by mistake, that the data had not been processed, and that an update of February 2019 had corrected it.

This re-enacts such a phone with made-up numbers. No network is used.
`

// left says what the demo leaves in a folder.
const left = `Left in %s: capture.pcapng, device.yaml, records.ndjson, and what was planted: truth.json, events.json.
`

// again are the commands that do the same by hand, and those that come next.
const again = `The same by hand:
  telltale lab incident --client qc2018 --seed 1 -o FOLDER
  telltale audit FOLDER/capture.pcapng --device FOLDER/device.yaml --json records.ndjson
Then a capture of your own:
  telltale device new
  telltale YOUR.pcapng --device phone.yaml
`

// demo re-enacts the incident, audits it and leaves everything in dir.
func demo(ctx context.Context, t *terminal, dir string) error {
	if err := clearDemo(dir); err != nil {
		return err
	}
	s, err := lab.Incident(lab.Options{Client: "qc2018", Seed: 1})
	if err != nil {
		return err
	}
	if err := lab.Write(dir, s); err != nil {
		return &failure{exitStore, err, "choose a place that exists and that you may write to, with -o"}
	}
	o := auditFlags{
		devices: []string{filepath.Join(dir, "device.yaml")}, json: filepath.Join(dir, "records.ndjson"), workers: runtime.GOMAXPROCS(0),
	}
	inputs := []string{filepath.Join(dir, "capture.pcapng")}
	opts, err := o.options()
	if err != nil {
		return err
	}
	opts.Inputs = inputs
	result, err := o.run(ctx, t, opts, nil)
	if err != nil {
		return err
	}
	style := t.style()
	style.Command = command(&o, inputs)
	return showDemo(t, dir, result, style)
}

// showDemo tells the story, what the audit saw, and how to go on.
func showDemo(t *terminal, dir string, result *engine.Result, style report.Style) error {
	if err := report.Prose(t.out, story, style); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	if err := report.Terminal(t.out, result.Report, result.Masker, style); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	if err := report.Prose(t.out, fmt.Sprintf(left, dir), style); err != nil {
		return err
	}
	_, err := io.WriteString(t.out, again)
	return err
}

// demoFiles are what a demo leaves.
var demoFiles = []string{"capture.pcapng", "device.yaml", "records.ndjson", "truth.json", "events.json"}

// clearDemo removes what an earlier demo left in dir, and nothing else.
func clearDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &failure{exitStore, err, "name another folder with -o"}
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, tempPrefix): // a demo was interrupted
		case slices.Contains(demoFiles, name):
		default:
			return &failure{exitStore, fmt.Errorf("%s holds more than an earlier demo left there", dir), "name another folder with -o"}
		}
	}
	return os.RemoveAll(dir)
}
