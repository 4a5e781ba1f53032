package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	engine "github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/report"
)

// recordSource reads records: saved ones, or those of an audit made now.
type recordSource struct {
	devices  []string
	messages bool           // records of all messages, where an audit is made
	how      engine.Options // what else the audit is told
	made     *report.Audit  // the audit that was made, nil if none
}

func (s *recordSource) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&s.devices, "device", "d", nil, "device `file`, where a capture is named and no saved records (may be repeated)")
	cmd.Flags().BoolVar(&s.how.Everyone, "everyone", false, "with a device file: tell also of devices that none declares")
}

// each calls f with every record of the files: records that were saved with
// --json, or captures, which are audited first. Both are masked.
func (s *recordSource) each(ctx context.Context, t *terminal, files []string, f func(ndjson.Line) error) error {
	var captures []string
	for _, name := range files {
		saved, err := isRecords(name)
		switch {
		case err != nil:
			return err
		case !saved:
			captures = append(captures, name)
			continue
		}
		if err := readSaved(t, name, f); err != nil {
			return err
		}
	}
	if len(captures) == 0 {
		return nil
	}
	return s.audited(ctx, captures, f)
}

// isRecords reports whether a file begins as records do; "-" stands for some.
func isRecords(name string) (bool, error) {
	if name == "-" {
		return true, nil
	}
	if err := unknownCommand(name); err != nil {
		return false, err
	}
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	var first [1]byte
	n, err := file.Read(first[:])
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return n == 1 && first[0] == '{', nil
}

// readSaved reads records from a file, or from standard input.
func readSaved(t *terminal, name string, f func(ndjson.Line) error) error {
	in := t.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	return readLines(in, name, f)
}

func readLines(in io.Reader, name string, f func(ndjson.Line) error) error {
	r := ndjson.NewReader(bufio.NewReaderSize(in, 64<<10))
	for {
		l, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &failure{exitInput, fmt.Errorf("%s: %w", name, err), "these are not whole records of this version; make them again with --json"}
		}
		if err := f(l); err != nil {
			return err
		}
	}
}

// audited audits captures and hands over the records as they are written.
func (s *recordSource) audited(ctx context.Context, captures []string, f func(ndjson.Line) error) error {
	if err := enoughRoom(); err != nil {
		return err
	}
	devices, err := readDevices(s.devices)
	if err != nil {
		return err
	}
	files, _, err := capture.Expand(captures)
	if err != nil {
		return err
	}
	r, w := io.Pipe()
	done := make(chan error, 1)
	o := s.how
	o.Inputs, o.Devices, o.Messages, o.Version, o.Records = files, devices, s.messages, version(), w
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	go func() {
		result, err := engine.Run(ctx, o)
		if err == nil {
			s.made = result.Report
		}
		_ = w.Close() // of a pipe: cannot fail
		done <- err
	}()
	err = readLines(r, "the audit", f)
	_ = r.CloseWithError(errors.New("no more records are wanted")) // of a pipe: cannot fail
	if failed := <-done; failed != nil && err == nil {
		return failed
	}
	return err
}
