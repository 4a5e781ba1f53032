package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// rootCommand returns the program's command line. Without a subcommand, files
// are audited, and no arguments at all show where to begin.
func rootCommand(t *terminal) *cobra.Command {
	var o auditFlags
	root := &cobra.Command{
		Use:           "telltale [FILE...]",
		Short:         "Shows what a phone tells, to whom, when, and who could read it on the way",
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return welcome(t)
			}
			return audit(cmd.Context(), t, &o, args)
		},
	}
	o.register(root)
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		auditCommand(t), demoCommand(t), deviceCommand(t), explainCommand(t), flowsCommand(t), labCommand(t), messagesCommand(t), schemaCommand(t), sliceCommand(t), versionCommand(t), whereCommand(t),
	)
	return root
}

func flagError(cmd *cobra.Command, err error) error {
	return usage("'"+cmd.CommandPath()+" --help' lists the flags", "%w", err)
}

// welcome is what someone sees who has never used the program.
func welcome(t *terminal) error {
	_, err := fmt.Fprint(t.out, `telltale shows what a phone tells, to whom, when, and who could read it on the way.

  telltale demo           see it work: re-enacts the Nokia 7 Plus of 2019
  telltale device new     write down your phone's own numbers, to find them for certain
  telltale YOUR.pcapng    audit a capture of your own

telltale --help lists everything. Nothing is sent anywhere; identifiers are masked.
`)
	return err
}

// unknownCommand says what to do about an argument that is no file. Someone
// who mistyped a command should not be told about files.
func unknownCommand(arg string) error {
	if _, err := os.Lstat(arg); err == nil || strings.ContainsAny(arg, "./\\") || arg == "-" {
		return nil
	}
	return usage("'telltale --help' lists the commands; a file in this folder can be named ./"+arg, "no command and no file %q", arg)
}
