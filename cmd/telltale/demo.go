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
// did, and no private person.
const story = `In 2019 the broadcaster NRK reported, from an owner's capture, that Nokia 7 Plus phones had sent such messages
unencrypted to a server of China Telecom. The maker, HMD Global, said in March 2019 that an activation client
meant for another country had been packed into one batch by mistake, and that an update had corrected it.
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
	capture, device, records := filepath.Join(dir, "capture.pcapng"), filepath.Join(dir, "device.yaml"), filepath.Join(dir, "records.ndjson")
	devices, err := readDevices([]string{device})
	if err != nil {
		return err
	}
	var result *engine.Result
	err = writeWhole(records, func(w io.Writer) (err error) {
		result, err = engine.Run(ctx, engine.Options{
			Inputs: []string{capture}, Devices: devices, Workers: runtime.GOMAXPROCS(0), Version: version(), Records: w,
		})
		return err
	})
	if err != nil {
		return err
	}
	style := t.style()
	if err := report.Terminal(t.out, result.Report, result.Masker, style); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, `
%s
In %s: capture.pcapng, device.yaml, records.ndjson, truth.json (what was planted), events.json. The same again:
  telltale lab incident --client qc2018 --seed 1 -o FOLDER
  telltale audit %s --device %s --json %s
`, strings.TrimSpace(story), dir, capture, device, records)
	return err
}

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
		switch e.Name() {
		case "capture.pcapng", "device.yaml", "records.ndjson", "truth.json", "events.json":
		default:
			return &failure{exitStore, fmt.Errorf("%s holds more than an earlier demo left there", dir), "name another folder with -o"}
		}
	}
	return os.RemoveAll(dir)
}
