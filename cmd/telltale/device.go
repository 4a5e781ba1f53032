package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/report"
)

func deviceCommand(t *terminal) *cobra.Command {
	cmd := &cobra.Command{Use: "device", Short: "Make the file that says what identifies your phone"}
	cmd.RunE = func(*cobra.Command, []string) error {
		return usage("telltale device new", "name what to do with the device file")
	}
	cmd.AddCommand(deviceNewCommand(t))
	return cmd
}

func deviceNewCommand(t *terminal) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Ask for your phone's identifiers, one at a time, and write the device file",
		Long: `Asks for one identifier at a time, says where to find each, checks the digits, and writes a device file that only
you can read. Press Enter to leave one out. The file stays on this computer; give it to an audit with --device.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return newDevice(t, name) },
	}
	cmd.Flags().StringVarP(&name, "output", "o", "phone.yaml", "the `file` to write")
	return cmd
}

// asked lists what is asked for, the most telling first.
var asked = []telltale.Kind{
	telltale.IMEI, telltale.ICCID, telltale.IMSI, telltale.MAC, telltale.Serial, telltale.MSISDN, telltale.MEID,
}

// newDevice asks for the identifiers of a device and writes its file.
func newDevice(t *terminal, name string) error {
	if _, err := os.Lstat(name); err == nil {
		return &failure{exitStore, fmt.Errorf("write %s: %w", name, fs.ErrExist), "name another file with -o, or edit that one"}
	}
	fmt.Fprintf(t.out, "What identifies your phone? Enter leaves one out. The answers go to %s, readable by you only.\n\n", name)
	in := bufio.NewReader(t.in)
	f := &device.File{Facts: map[string]string{}}
	f.Label, _ = t.question(in, "A name for the phone (such as: my phone): ")
	for _, k := range asked {
		if !t.askFor(in, f, k) {
			break
		}
	}
	if len(f.Values) == 0 {
		return usage("start with the IMEI: dial *#06#", "no identifier was given, so no file was written")
	}
	if err := writeWhole(name, func(w io.Writer) error { _, err := w.Write(f.Encode()); return err }); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "\nWrote %s with %d identifiers. Next:\n  telltale YOUR.pcapng --device %s\n", name, len(f.Values), name)
	return nil
}

// askFor asks for the values of one kind: again where the digits do not check,
// and for a second one where phones have two. It reports false at the end of
// the input.
func (t *terminal) askFor(in *bufio.Reader, f *device.File, k telltale.Kind) bool {
	e, _ := report.Explain(k)
	fmt.Fprintf(t.out, "\n%s\n  %s\n", e.Name, device.Where(k))
	for {
		line, ok := t.question(in, "  > ")
		if line == "" {
			return ok
		}
		v, err := device.Check(k, line)
		if err != nil {
			fmt.Fprintf(t.out, "  %s. Try again, or Enter to leave it out.\n", plainReason(err))
			continue
		}
		f.Values = append(f.Values, telltale.NewValue(k, v))
		if k != telltale.IMEI && k != telltale.ICCID && k != telltale.IMSI {
			return true
		}
		fmt.Fprintln(t.out, "  Noted. Another one (a second SIM)? Enter for no.")
	}
}

// plainReason returns an error's reason as the start of a sentence.
func plainReason(err error) string {
	s := err.Error()
	if e, ok := errors.AsType[*device.Error](err); ok {
		s = e.Why
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
