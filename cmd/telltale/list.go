package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/report"
)

// listFlags are the flags of the commands that list records of one type.
type listFlags struct {
	recordSource
	eventType string // of the records
	where     []string
	json, ecs bool
}

func flowsCommand(t *terminal) *cobra.Command {
	return listCommand(t, &listFlags{eventType: "flow"}, "flows", `  telltale flows capture.pcapng
  telltale flows capture.pcapng --where dest_port=80 --where names.name~example
  telltale flows records.ndjson --json --ecs`)
}

func messagesCommand(t *terminal) *cobra.Command {
	return listCommand(t, &listFlags{eventType: "message", recordSource: recordSource{messages: true}}, "messages", `  telltale messages capture.pcapng --where app_proto=http
  telltale messages capture.pcapng --where dns.rrname~example --json
  telltale messages records.ndjson --where 'http.status>=400'`)
}

func listCommand(t *terminal, o *listFlags, name, example string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   name + " FILE...",
		Short: "List the " + name + " of captures or saved records, all or those that fit",
		Long: `Lists the ` + name + ` of captures, or of records that an audit saved with --json, a
line each. --where FIELD=VALUE leaves out what does not fit; several must all
fit. Beside = there are != ~ (contains) > >= < <=. Fields are:
  ` + wrapWords(ndjson.Fields(o.eventType)),
		Example: example,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("telltale "+name+" CAPTURE.pcapng", "no capture and no records named")
			}
			return list(cmd.Context(), t, o, name, args)
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.where, "where", nil, "only those that fit the `filter`, such as dest_port=443 (may be repeated)")
	f.BoolVar(&o.json, "json", false, "write records, one JSON object a line")
	f.BoolVar(&o.ecs, "ecs", false, "with --json, in the words of the Elastic Common Schema")
	return cmd
}

// wrapWords sets words in lines of a help text.
func wrapWords(words []string) string {
	const width = 78
	var b strings.Builder
	at := 2
	for _, w := range words {
		if at+len(w) > width {
			b.WriteString("\n  ")
			at = 2
		}
		b.WriteString(w + " ")
		at += len(w) + 1
	}
	return strings.TrimSuffix(b.String(), " ")
}

// list lists the records that the inputs hold, or that an audit of them makes.
func list(ctx context.Context, t *terminal, o *listFlags, noun string, inputs []string) error {
	var filters []ndjson.Filter
	for _, s := range o.where {
		f, err := ndjson.ParseFilter(o.eventType, s)
		if err != nil {
			return usage("'telltale "+noun+" --help' lists the fields; quote a filter with < or >", "%w", err)
		}
		filters = append(filters, f)
	}
	if o.ecs && !o.json {
		return usage("add --json", "--ecs says how to write records, and a table is none")
	}
	devices, err := readDevices(o.devices)
	if err != nil {
		return err
	}
	var known []telltale.Value
	for _, d := range devices {
		known = append(known, d.Values...)
	}
	l := &lister{o: o, filters: filters, out: bufio.NewWriter(t.out)}
	l.table = report.NewList(l.out, telltale.NewMasker(false, known...), t.style())
	err = o.each(ctx, t, inputs, l.take)
	if err := errors.Join(err, l.close(noun)); err != nil || o.made == nil {
		return err
	}
	for _, r := range o.made.Coverage.Suppressed {
		if r.Rule == "undeclared_devices" {
			fmt.Fprintf(t.err, "telltale: devices that no device file declares are left out: %d; --everyone lists them too\n", r.Count)
		}
	}
	return incomplete(o.made)
}

// A lister takes records and writes those that are wanted.
type lister struct {
	o       *listFlags
	filters []ndjson.Filter
	out     *bufio.Writer
	table   *report.List
	all     int // of the type, wanted or not
}

// take takes the next record.
func (l *lister) take(line ndjson.Line) error {
	if line.EventType != l.o.eventType {
		return nil
	}
	l.all++
	if !l.wanted(line) {
		return nil
	}
	return l.put(line)
}

func (l *lister) wanted(line ndjson.Line) bool {
	for _, f := range l.filters {
		if !f.Match(line) {
			return false
		}
	}
	return true
}

func (l *lister) put(line ndjson.Line) error {
	switch {
	case !l.o.json:
		return l.table.Add(line)
	case l.o.ecs:
		_, err := l.out.Write(append(line.ECS(), '\n'))
		return err
	}
	_, err := l.out.Write(append(slices.Clip(line.Raw), '\n'))
	return err
}

func (l *lister) close(noun string) error {
	var err error
	if !l.o.json {
		err = l.table.Close(strings.TrimSuffix(noun, "s"), l.all)
	}
	return errors.Join(err, l.out.Flush())
}
