package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale/internal/lab"
)

func labHostileCommand(t *terminal) *cobra.Command {
	var count int
	var seed uint64
	var dir string
	var sorts []string
	for _, h := range lab.Hostiles {
		sorts = append(sorts, fmt.Sprintf("%-13s %s", h.Name, h.About))
	}
	cmd := &cobra.Command{
		Use:   "hostile SORT",
		Short: "Make a capture that tries to exhaust whoever reads it",
		Long: `Writes a folder with capture.pcapng and device.yaml: so many of one thing, and
one genuine connection in between that tells an IMEI. Every identifier is made
up. No network is used; the same options give the same bytes.

Sorts:
  ` + strings.Join(sorts, "\n  "),
		RunE: func(_ *cobra.Command, args []string) error { return labHostile(t, args, seed, count, dir) },
	}
	f := cmd.Flags()
	f.IntVar(&count, "count", 0, "how many of what it is made of; 0: the whole size")
	f.Uint64Var(&seed, "seed", 1, "choose other numbers, and where the genuine connection is")
	f.StringVarP(&dir, "output", "o", "", "the new `folder` to write")
	return cmd
}

func labHostile(t *terminal, args []string, seed uint64, count int, dir string) error {
	const example = "telltale lab hostile syn -o FOLDER"
	switch {
	case len(args) != 1:
		return usage(example, "name one sort")
	case dir == "":
		return usage(example, "no folder named")
	case count < 0:
		return usage(example, "a count of %d", count)
	}
	h := hostileOf(args[0])
	if h == nil {
		return usage("'telltale lab hostile --help' lists the sorts", "no sort %q", args[0])
	}
	if count == 0 {
		count = h.Full
	}
	if err := lab.WriteHostile(dir, h, seed, count); err != nil {
		return labFailure(err)
	}
	_, err := fmt.Fprintf(t.out, "SIMULATED: %d %s in %s/capture.pcapng. Next:\n  telltale %s/capture.pcapng --device %s/device.yaml\n",
		count, h.About, dir, dir, dir)
	return err
}

func hostileOf(name string) *lab.Hostile {
	for _, h := range lab.Hostiles {
		if h.Name == name {
			return h
		}
	}
	return nil
}
