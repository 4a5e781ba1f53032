package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale/internal/lab"
)

func labCommand(t *terminal) *cobra.Command {
	cmd := &cobra.Command{Use: "lab", Short: "Make captures with known truth, from made-up identifiers"}
	cmd.RunE = func(*cobra.Command, []string) error {
		return usage("telltale lab incident --client qc2018 -o FOLDER", "name what to make")
	}
	cmd.AddCommand(labIncidentCommand(t), labEvasionCommand(t))
	cmd.AddCommand(labBulkCommands(t)...)
	cmd.AddCommand(labHostileCommand(t))
	return cmd
}

func labIncidentCommand(t *terminal) *cobra.Command {
	var o lab.Options
	var dir string
	var reordered bool
	cmd := &cobra.Command{
		Use:   "incident",
		Short: "Re-enact a phone that sends its identifiers: capture, device file, truth",
		Long: `Writes a folder with capture.pcapng, device.yaml, truth.json and events.json.
Every identifier is made up and every packet says that it is simulated. No
network is used; the same options give the same bytes.

Clients that announce a phone as in the incident of 2019, and the phone after its
update:
  ` + strings.Join(clientNames(lab.Clients), "\n  ") + `

Siblings, other cases that became known:
  ` + strings.Join(clientNames(lab.Siblings), "\n  "),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if reordered {
				o.Order = lab.Reordered
			}
			return labIncident(t, o, dir)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Client, "client", "qc2018", "which `client` to re-enact")
	f.Uint64Var(&o.Seed, "seed", 1, "choose another script, other made-up identifiers")
	f.StringVarP(&dir, "output", "o", "", "the new `folder` to write")
	f.BoolVar(&o.IPv6, "ipv6", false, "over IPv6")
	f.IntVar(&o.Segment, "segment", 0, "cut streams into segments of so many `bytes`; 0: as the path allows")
	f.BoolVar(&reordered, "reordered", false, "let segments arrive out of order")
	f.IntVar(&o.Repeat, "repeat", 0, "capture every `n`th segment twice; 1: all")
	f.StringVar(&o.Server, "server", "check-error", "what the far end of a registration does: "+strings.Join(lab.Servers(), ", "))
	f.StringVar(&o.MEIDHolds, "meid-holds", "meid", "what the field MEID carries: meid, or imei to make its name lie")
	f.IntVar(&o.Boots, "boots", 0, "restarts in the script (default 3)")
	f.IntVar(&o.ScreenOns, "screen-ons", 0, "times the screen is switched on (default 12)")
	return cmd
}

func clientNames(clients []*lab.Client) []string {
	var out []string
	for _, c := range clients {
		out = append(out, c.Name+": "+c.About)
	}
	return out
}

func labIncident(t *terminal, o lab.Options, dir string) error {
	if dir == "" {
		return usage("telltale lab incident --client qc2018 -o FOLDER", "no folder named")
	}
	s, err := lab.Incident(o)
	if err != nil {
		return usage("'telltale lab incident --help' lists clients and options", "%w", err)
	}
	if err := lab.Write(dir, s); err != nil {
		return labFailure(err)
	}
	_, err = fmt.Fprintf(t.out, "SIMULATED: %d packets in %s/capture.pcapng, %d sends in truth.json. Next:\n  telltale %s/capture.pcapng --device %s/device.yaml\n",
		len(s.Packets), dir, len(s.Truth.Sends), dir, dir)
	return err
}

// labFailure says what to do where a folder could not be written.
func labFailure(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return &failure{exitStore, err, "name a folder that does not exist yet"}
	}
	return &failure{exitStore, err, "choose a place that exists and that you may write to"}
}
