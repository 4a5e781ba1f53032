package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	engine "github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/report"
)

// listFlags are the flags of the commands that list records of one type.
type listFlags struct {
	eventType string // of the records
	devices   []string
	where     []string
	json, ecs bool
}

func flowsCommand(t *terminal) *cobra.Command {
	return listCommand(t, &listFlags{eventType: "flow"}, "flows", `  telltale flows capture.pcapng
  telltale flows capture.pcapng --where dest_port=80 --where names.name~example
  telltale flows records.ndjson --json --ecs`)
}

func messagesCommand(t *terminal) *cobra.Command {
	return listCommand(t, &listFlags{eventType: "message"}, "messages", `  telltale messages capture.pcapng --where app_proto=http
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
	f := cmd.Flags()
	f.StringArrayVarP(&o.devices, "device", "d", nil, "device `file` with values never to show (may be repeated)")
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
	if records, err := allRecords(inputs); err != nil {
		return err
	} else if records {
		err = l.saved(inputs)
		return errors.Join(err, l.close(noun))
	}
	files, _, err := capture.Expand(inputs)
	if err != nil {
		return err
	}
	opts := engine.Options{Inputs: files, Devices: devices, Messages: o.eventType == "message", Workers: runtime.GOMAXPROCS(0), Version: version()}
	result, err := l.audit(ctx, opts)
	if err := errors.Join(err, l.close(noun)); err != nil {
		return err
	}
	return incomplete(result.Report)
}

// allRecords reports whether the inputs are records and not captures.
func allRecords(inputs []string) (bool, error) {
	n := 0
	for _, name := range inputs {
		if startsRecord(name) {
			n++
		}
	}
	if n > 0 && n < len(inputs) {
		return false, usage("list them one after the other", "some inputs are saved records and some are not")
	}
	return n > 0, nil
}

// startsRecord reports whether a file begins as saved records do.
func startsRecord(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false // whoever reads it will say why
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, len(recordHead))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == recordHead
}

// recordHead is how every record begins.
const recordHead = `{"schema":`

// A lister takes records and writes those that are wanted.
type lister struct {
	o       *listFlags
	filters []ndjson.Filter
	out     *bufio.Writer
	table   *report.List
	all     int
}

// saved reads files of records.
func (l *lister) saved(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = l.read(f)
		_ = f.Close() // opened for reading only
		if err != nil {
			return &failure{exitInput, fmt.Errorf("%s: %w", name, err), "the records of this version begin with \"schema\":" + strconv.Itoa(telltale.Schema)}
		}
	}
	return nil
}

// audit lists the records of an audit.
func (l *lister) audit(ctx context.Context, opts engine.Options) (*engine.Result, error) {
	r, w := io.Pipe()
	opts.Records = w
	read := make(chan error, 1)
	go func() {
		err := l.read(r)
		_ = r.CloseWithError(err) // so that the audit stops where nobody reads on
		read <- err
	}()
	result, err := engine.Run(ctx, opts)
	_ = w.Close()
	if rerr := <-read; err == nil {
		err = rerr
	}
	return result, err
}

// read takes records until there are no more.
func (l *lister) read(from io.Reader) error {
	r := ndjson.NewReader(from)
	for {
		line, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case line.EventType != l.o.eventType:
			continue
		}
		l.all++
		if l.wanted(line) {
			if err := l.put(line); err != nil {
				return err
			}
		}
	}
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
