package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/report"
)

func explainCommand(t *terminal) *cobra.Command {
	var from recordSource
	cmd := &cobra.Command{
		Use:   "explain IDENTIFIER | FINDING FILE...",
		Short: "Say what an identifier is, or what a finding rests on",
		Long: `Says what an identifier is, who can do what with it, and whether it can be
changed; or of a finding, from saved records or from a capture, what it rests
on: the bytes, how they were decoded, the packets, and how sure it is.`,
		Example: `  telltale explain IMEI
  telltale explain F-de3acabf records.ndjson`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && findingName.MatchString(args[0]) {
				return explainFinding(cmd.Context(), t, &from, args[0], args[1:])
			}
			if len(args) != 1 {
				return usage("telltale explain IMEI", "name one identifier")
			}
			e, ok := report.Explain(kindNamed(args[0]))
			if !ok {
				return usage("there are: "+strings.Join(kindNames(), " "), "no identifier is called %q", args[0])
			}
			return e.Terminal(t.out, t.style())
		},
	}
	from.register(cmd)
	return cmd
}

// kindNamed returns the kind that a person means.
func kindNamed(s string) telltale.Kind {
	s = strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(s))
	switch s {
	case "sim", "sim_number", "simnumber":
		return telltale.ICCID
	case "phone", "phone_number", "number":
		return telltale.MSISDN
	case "wifi", "wi_fi", "mac_address":
		return telltale.MAC
	}
	return telltale.Kind(s)
}

func kindNames() []string {
	var out []string
	for _, k := range telltale.Kinds {
		if _, ok := report.Explain(k); ok {
			out = append(out, string(k))
		}
	}
	return out
}
