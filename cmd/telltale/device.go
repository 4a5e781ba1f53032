package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
		Long: `Asks for one identifier at a time, says where to find each, checks the digits,
and writes a device file that only you can read. Press Enter to leave one out.
The file stays on this computer; give it to an audit with --device.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return newDevice(t, name) },
	}
	cmd.Flags().StringVarP(&name, "output", "o", "phone.yaml", "the `file` to write")
	return cmd
}

// asked lists what is asked for, the most telling first, with what a second
// value of the kind would be of: "" where a phone has one.
var asked = []struct {
	kind   telltale.Kind
	second string
}{
	{telltale.IMEI, "the second SIM slot"},
	{telltale.ICCID, "a second SIM"},
	{telltale.IMSI, "a second SIM"},
	{telltale.MAC, "Bluetooth"},
	{telltale.Serial, ""},
	{telltale.MSISDN, "a second SIM"},
	{telltale.MEID, ""},
}

// welcomeDevice opens the dialogue.
const welcomeDevice = `What identifies your phone? One question at a time; Enter leaves one out. Spaces and dashes do not matter. The answers go to %s, which only you can read, and nowhere else.
`

// newDevice asks for the identifiers of a device and writes its file.
func newDevice(t *terminal, name string) error {
	if _, err := os.Lstat(name); err == nil {
		return &failure{exitStore, fmt.Errorf("write %s: %w", name, fs.ErrExist), "name another file with -o, or edit that one"}
	}
	if err := report.Prose(t.out, fmt.Sprintf(welcomeDevice, name), t.style()); err != nil {
		return err
	}
	in := bufio.NewReader(t.in)
	f := &device.File{Facts: map[string]string{}}
	label, more := t.question(in, "\nA name for the phone, such as: my phone\n  > ")
	f.Label = label
	for i := 0; more && i < len(asked); i++ {
		more = t.askFor(in, f, asked[i].kind, asked[i].second)
	}
	if len(f.Values) == 0 {
		return usage("start with the IMEI: dial *#06#", "no identifier was given, so no file was written")
	}
	if err := writeWhole(name, func(w io.Writer) error { _, err := w.Write(f.Encode()); return err }); err != nil {
		return err
	}
	return t.deviceWritten(name, len(f.Values))
}

// deviceWritten says what there is now, and what to do with it.
func (t *terminal) deviceWritten(name string, n int) error {
	noun := "identifiers"
	if n == 1 {
		noun = "identifier"
	}
	_, err := fmt.Fprintf(t.out, `
Wrote %s with %d %s. Keep it to yourself: it identifies your phone.

Next, capture what the phone sends while you restart and unlock it, then:
  telltale YOUR.pcapng --device %s
`, name, n, noun, name)
	return err
}

// askFor asks for the values of one kind: again where the digits do not check,
// and for a second one where phones have two. It reports false at the end of
// the input.
func (t *terminal) askFor(in *bufio.Reader, f *device.File, k telltale.Kind, second string) bool {
	e, _ := report.Explain(k)
	fmt.Fprintf(t.out, "\n%s\n", e.Name)
	t.say(upperFirst(strings.TrimRight(device.Where(k), " .")) + ".")
	for {
		line, ok := t.question(in, "  > ")
		if line == "" {
			return ok
		}
		raw, err := device.Check(k, line)
		if err != nil {
			t.say(upperFirst(plainReason(err)) + ". Try again, or Enter to leave it out.")
			continue
		}
		v := telltale.NewValue(k, raw)
		if slices.Contains(f.Values, v) {
			t.say("That one is noted already. Another, or Enter to go on.")
			continue
		}
		f.Values = append(f.Values, v)
		if second == "" {
			t.say("Noted.")
			return ok
		}
		t.say("Noted. Another, for " + second + "? Enter for no.")
		second = ""
	}
}

// say writes an indented sentence to the person who is asked.
func (t *terminal) say(text string) {
	_ = report.Prose(t.out, "  "+text, t.style()) // a failure shows at the next question
}

// plainReason returns an error's reason without its place.
func plainReason(err error) string {
	if e, ok := errors.AsType[*telltale.FileError](err); ok {
		return e.Why
	}
	return err.Error()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
