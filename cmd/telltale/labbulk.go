package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale/internal/lab"
)

// labBulkCommands returns a command for every sort of bulk capture.
func labBulkCommands(t *terminal) []*cobra.Command {
	var out []*cobra.Command
	for _, b := range lab.Bulks {
		out = append(out, labBulkCommand(t, b))
	}
	return out
}

func labBulkCommand(t *terminal, b *lab.Bulk) *cobra.Command {
	size := byteSize(200e6)
	var seed uint64
	var dir string
	cmd := &cobra.Command{
		Use:   b.Name,
		Short: "Make a large capture: " + b.About,
		Long: "Writes a folder with capture.pcapng, nine device files and truth.json. The capture holds " + b.About + `.
Nine phones talk to many far ends; truth.json counts what they tell of themselves, plain, encoded and hashed.
Every identifier is made up. No network is used; the same size and seed give the same bytes.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return labBulk(t, b, seed, int64(size), dir) },
	}
	f := cmd.Flags()
	f.Var(&size, "size", "about how large the capture is, as in 500KB, 200MB or 1GB")
	f.Uint64Var(&seed, "seed", 1, "choose other conversations, other made-up identifiers")
	f.StringVarP(&dir, "output", "o", "", "the new `folder` to write")
	return cmd
}

func labBulk(t *terminal, b *lab.Bulk, seed uint64, size int64, dir string) error {
	if dir == "" {
		return usage("telltale lab "+b.Name+" --size 200MB -o FOLDER", "no folder named")
	}
	if size < lab.MinBulk {
		return usage("telltale lab "+b.Name+" --size 200MB -o FOLDER", "a capture of %d bytes is too small; %d is the least", size, lab.MinBulk)
	}
	truth, err := lab.WriteBulk(dir, b, seed, size)
	if err != nil {
		return labFailure(err)
	}
	var told int64
	for _, s := range truth.Told {
		told += s.Count
	}
	_, err = fmt.Fprintf(t.out, "SIMULATED: %d packets and %d flows in %s/capture.pcapng, %d identifiers told in truth.json. Next:\n  telltale %s/capture.pcapng --device %s/device-1.yaml\n",
		truth.Packets, truth.Flows, dir, told, dir, dir)
	return err
}

// A byteSize is a number of bytes on the command line, as in 200MB. Units are
// powers of ten.
type byteSize int64

var byteUnits = []struct {
	name string
	n    int64
}{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}}

// Set implements [github.com/spf13/pflag.Value].
func (s *byteSize) Set(text string) error {
	number, unit := strings.ToUpper(strings.TrimSpace(text)), int64(1)
	for _, u := range byteUnits {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.n
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > 1e15/unit {
		return fmt.Errorf("%q is no size; write 500KB, 200MB or 1GB", text)
	}
	*s = byteSize(n * unit)
	return nil
}

// String implements [github.com/spf13/pflag.Value].
func (s *byteSize) String() string {
	for _, u := range byteUnits {
		if n := int64(*s); n >= u.n && n%u.n == 0 {
			return strconv.FormatInt(n/u.n, 10) + u.name
		}
	}
	return "0B"
}

// Type implements [github.com/spf13/pflag.Value].
func (s *byteSize) Type() string { return "size" }
