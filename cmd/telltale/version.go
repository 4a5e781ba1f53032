package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale/internal/ndjson"
)

// release is the version of this program until it has one of its own.
const release = "0.1.0-dev"

// version returns the program's version: the module's where it was installed
// as one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return release
}

func versionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(t.out, "telltale", version())
			return err
		},
	}
}

func schemaCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the records", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := t.out.Write(ndjson.Schema())
			return err
		},
	}
}
