package audit

import (
	"bufio"
	"bytes"
	"io"
)

// Strangers are devices that took part beside one that a device file declares:
// whose they are, nobody said. What they told is counted, and not passed on.

// strangers returns the ids of the devices that are strangers, nil where no
// declared device took part: it may be any of them.
func (d *devices) strangers() map[string]bool {
	declared := false
	out := map[string]bool{}
	for _, o := range d.list {
		switch {
		case o.file >= 0:
			declared = true
		case o.How != unknownOwner.how:
			out[o.ID] = true
		}
	}
	if !declared || len(out) == 0 {
		return nil
	}
	return out
}

// setAside takes out of the summary what strangers told, and counts it.
func (r *recorder) setAside(strangers map[string]bool) {
	if strangers == nil {
		return
	}
	kept := r.ids.list[:0]
	for _, id := range r.ids.list {
		if strangers[id.Device] {
			r.cover.Suppressed = suppress(r.cover.Suppressed, "undeclared_devices", id.Count)
			continue
		}
		kept = append(kept, id)
	}
	clear(r.ids.list[len(kept):])
	r.ids.list = kept
	sends := r.sends.list[:0]
	for _, g := range r.sends.list {
		if !strangers[g.Device] {
			sends = append(sends, g)
		}
	}
	clear(r.sends.list[len(sends):])
	r.sends.list = sends
}

// tellingRecords are the records of what a device told.
var tellingRecords = [][]byte{[]byte(`"event_type":"message"`), []byte(`"event_type":"sighting"`), []byte(`"event_type":"transmission"`)}

// A discreet writer passes on whole lines, but for those of what strangers told.
type discreet struct {
	out       io.Writer
	strangers map[string]bool
}

// ReadFrom implements [io.ReaderFrom]: it reads lines to the end of src.
func (w discreet) ReadFrom(src io.Reader) (n int64, err error) {
	in := bufio.NewReaderSize(src, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		n += int64(len(line))
		if len(line) > 0 && !w.hides(line) {
			if _, err := w.out.Write(line); err != nil {
				return n, err
			}
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// hides reports whether a record is of what a stranger told. Its keys come in the
// order of the contract, and no text in it can look like one: quotes in text are
// escaped.
func (w discreet) hides(line []byte) bool {
	telling := false
	for _, t := range tellingRecords {
		telling = telling || bytes.Contains(line[:min(len(line), 64)], t)
	}
	if !telling {
		return false
	}
	_, rest, found := bytes.Cut(line, []byte(`"device_id":"`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return found && w.strangers[string(id)]
}
