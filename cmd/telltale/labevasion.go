package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale/internal/lab"
)

func labEvasionCommand(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "evasion",
		Short: "Make captures that keep bytes from an observer",
		Long: `Writes a folder with a capture for every way to have a receiver read something
else than an observer does, a device file, and truth.json: what each capture
hides, and what a socket of Linux and tshark made of it. Every identifier is
made up. No network is used; the bytes are always the same.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return labEvasion(t, dir) },
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "the new `folder` to write")
	return cmd
}

func labEvasion(t *terminal, dir string) error {
	if dir == "" {
		return usage("telltale lab evasion -o FOLDER", "no folder named")
	}
	n, err := lab.WriteEvasions(dir)
	if err != nil {
		return labFailure(err)
	}
	_, err = fmt.Fprintf(t.out, "SIMULATED: %d captures in %s, what they hide in truth.json. Next:\n  telltale %s/E10-wrong-checksum-first.pcapng --device %s/device.yaml\n", n, dir, dir, dir)
	return err
}
