package main

import (
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/report"
)

func whereCommand(t *terminal) *cobra.Command {
	var claims []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "where NAME|IP",
		Short: "Say who is said to be behind a name or an address, by which source, of which date",
		Long: `Prints what the built-in tables say of a far end: the domain that somebody
registered, the organisation, the network, the country by two tables. Claims
that conflict are all shown. Nothing is asked on the network.`,
		Example: `  telltale where zzhc.vnet.cn
  telltale where 8.8.8.8 --json
  telltale where example.com --claims claims.yaml`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("telltale where zzhc.vnet.cn", "name one far end, by name or address")
			}
			far, err := farEnd(args[0])
			if err != nil {
				return err
			}
			files, err := readClaims(claims)
			if err != nil {
				return err
			}
			return where(t, far, destination.NewBook(files...), asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&claims, "claims", nil, "`file` with what you know of far ends (may be repeated)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the record of the far end")
	return cmd
}

// farEnd returns the far end that a person means.
func farEnd(arg string) (destination.Far, error) {
	var far destination.Far
	if a, err := netip.ParseAddr(arg); err == nil && a.Zone() == "" {
		far.Addrs = []netip.Addr{new(destination.Translator).Unmap(a)}
		return far, nil
	}
	far.Name = destination.HostName(arg)
	if _, ok := destination.DomainOf(far.Name); !ok {
		return far, usage("give a name as it stands in a report (zzhc.vnet.cn), or an IP address; no URL", "%q is no name that somebody registered, and no address", arg)
	}
	return far, nil
}

// where shows what the book knows of a far end.
func where(t *terminal, far destination.Far, b *destination.Book, asJSON bool) error {
	d := telltale.Destination{ID: "d1", Name: telltale.NewText(far.Name), DestIP: far.Addrs, Claims: b.Claims(far)}
	if domain, ok := destination.DomainOf(far.Name); ok {
		d.Domain = telltale.NewText(domain.Registrable)
	}
	m := telltale.NewMasker(false)
	if asJSON {
		_, err := t.out.Write(ndjson.Append(nil, &d, m))
		return err
	}
	dossier := report.Dossier{Destination: d, Tables: destination.Tables()}
	return dossier.Terminal(t.out, m, t.style())
}
