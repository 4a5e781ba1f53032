package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// cut copies the packets of a finding from its captures.
type cut struct {
	e       *exhibits
	want    map[spot]string // their comments
	out     *capture.Writer
	link    packet.Link
	written int
}

func (c *cut) write(ctx context.Context, w io.Writer, files []captureFile) error {
	for _, f := range files {
		if err := c.file(ctx, w, f); err != nil {
			return err
		}
	}
	if c.out == nil {
		var names []string
		for _, f := range files {
			names = append(names, f.name)
		}
		return &failure{exitInput, errors.New("none of the finding's packets is in " + strings.Join(names, ", ")), "name the capture that the finding is of"}
	}
	return c.out.Flush()
}

// file copies the wanted packets of one capture. It fails where that is not the one
// that the records are of.
func (c *cut) file(ctx context.Context, w io.Writer, from captureFile) error {
	f, err := capture.Open(from.name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // opened for reading only
	var batch capture.Batch
	for err == nil {
		err = f.Read(ctx, &batch)
		for i := range batch.Packets {
			p := &batch.Packets[i]
			at := spot{from.input, p.Number}
			comment, ok := c.want[at]
			if !ok {
				continue
			}
			if err := c.packet(w, p, comment); err != nil {
				return err
			}
			delete(c.want, at)
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	_, err = c.e.isOf(f.Input().SHA256, from.name)
	return err
}

func (c *cut) packet(w io.Writer, p *capture.Packet, comment string) (err error) {
	if c.out == nil {
		c.link = p.Link
		if c.out, err = capture.NewWriter(w, capture.Pcapng, p.Link, "cut by telltale: the packets of one finding"); err != nil {
			return err
		}
	}
	if p.Link != c.link {
		return &failure{exitInput, errors.New("the finding's packets are of several link types"), "cut them with other tools; the report names their numbers"}
	}
	c.written++
	return c.out.Write(p.Time, p.Data, comment)
}

// left names the captures that hold packets of the finding and were not named; ""
// if there are none.
func (c *cut) left() string {
	var names []string
	for at := range c.want {
		if name := c.e.name(at.input); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
