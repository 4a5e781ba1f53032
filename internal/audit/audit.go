// Package audit is one run: captures go through the pipeline, what comes out
// is joined with names, devices and destinations, and leaves as records and
// as the summary a report is written from.
package audit

import (
	"context"
	"io"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
	"github.com/telltale-audit/telltale/internal/signature"
)

// Options say what to audit and how.
type Options struct {
	Inputs  []string            // capture files in order; "-" is standard input
	Devices []*device.File      // what is known of the owner's devices
	Claims  []*destination.File // what the user knows of far ends

	// Signatures are the user's own; they come before the built-in ones.
	Signatures []*signature.Signature

	Reveal   bool      // show values whole
	Messages bool      // a record for every message
	Whole    bool      // exhibits show the whole message
	Plain    bool      // decode nothing
	Everyone bool      // tell what undeclared devices did beside a declared one
	Workers  int       // goroutines; the output does not depend on it
	Version  string    // of this program
	Records  io.Writer // where the records go; nil: nowhere

	// Crashed is told what a parser that failed was given, and in which flow.
	// The bytes are as they were captured. nil: nobody is told.
	Crashed func(flow string, c *pipeline.Crash)

	// Heard is told of every message with identifiers, and with Messages of every
	// other one, in which packets it came, counted from the beginning of the input
	// that the first is in; a record names no more than [telltale.MaxPackets] of
	// them. nil: nobody is told.
	Heard func(flow string, input int, packets telltale.Packets)

	// Follow has a file that ends waited on for more until Follow is done;
	// nil: the end is the end.
	Follow context.Context
}

// Result is what an audit found.
type Result struct {
	Report *report.Audit
	Masker *telltale.Masker
}

// Run audits the inputs one after the other, in the order of their first packets
// where these are known; one that goes on where another stopped is read as one
// with it. A file that cannot be opened ends the run before anything is read; one
// that breaks off later is told as damage, and what was found before stays.
func Run(ctx context.Context, o Options) (*Result, error) {
	inputs, err := survey(ctx, &o)
	if err != nil {
		return nil, err
	}
	out := newSpool(o.Records)
	defer out.close()
	r := newRecorder(o, out)
	engine := detect.New(seeds(o.Devices))
	engine.Plain = o.Plain
	for len(inputs) > 0 {
		if inputs, err = r.read(ctx, inputs, engine); err != nil {
			return nil, err
		}
	}
	letGo()
	strangers := r.strangers()
	rep := r.finish(strangers)
	r.tail(rep, strangers)
	return &Result{rep, r.masker}, out.write(r.head(rep), strangers)
}

// read runs the first of some inputs through the engine, with those that go on from
// it, and returns the others.
func (r *recorder) read(ctx context.Context, inputs []input, engine *detect.Engine) (rest []input, err error) {
	s := &series{rest: inputs[1:], done: r.accountInput}
	if r.o.Follow != nil {
		s.how = append(s.how, capture.Follow(r.o.Follow))
	}
	if r.o.Workers > 1 {
		s.how = append(s.how, capture.HashAside)
	}
	if err := s.begin(inputs[0], 0); err != nil {
		return nil, err
	}
	r.series = s
	tally, err := pipeline.Run(ctx, s, pipeline.Config{Workers: r.o.Workers, Messages: r.o.Messages, Prints: r.out.out != nil, Crashes: r.o.Crashed != nil, Whole: r.o.Whole, Engine: engine}, r)
	s.end()
	r.account(tally)
	return s.rest, err
}

// seeds returns every value of the device files.
func seeds(files []*device.File) []detect.Seed {
	var out []detect.Seed
	for i, f := range files {
		for _, v := range f.Values {
			out = append(out, detect.Seed{Kind: v.Kind(), Value: v, Device: i})
		}
	}
	return out
}

// known returns the values that must never show, in whatever spelling.
func known(files []*device.File) []telltale.Value {
	var out []telltale.Value
	for _, f := range files {
		out = append(out, f.Values...)
	}
	return out
}
