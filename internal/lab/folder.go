package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
)

// The files of a scenario's folder.
const (
	captureName = "capture.pcapng"
	deviceName  = "device.yaml"
	truthName   = "truth.json"
	eventsName  = "events.json"
)

// Write writes the scenario into the new folder dir: capture.pcapng,
// device.yaml, truth.json and events.json, for the owner's eyes only. The
// folder appears whole or not at all; one that exists is left alone.
func Write(dir string, s *Scenario) error { return newFolder(dir, s.fill) }

// WriteBulk writes a bulk capture of about size bytes into the new folder dir,
// as [Write] does: capture.pcapng, truth.json and a device file for each phone.
func WriteBulk(dir string, b *Bulk, seed uint64, size int64) (*BulkTruth, error) {
	var truth *BulkTruth
	err := newFolder(dir, func(dir string) error {
		err := writeCapture(dir, func(w io.Writer) (err error) {
			truth, err = b.Write(w, seed, size)
			return err
		})
		if err != nil {
			return err
		}
		files := map[string][]byte{}
		for _, d := range truth.Devices {
			files[d.Name] = d.Encode()
		}
		return writeAll(dir, files, map[string]any{truthName: truth})
	})
	return truth, err
}

// WriteHostile writes a hostile capture of n parts into the new folder dir, as
// [Write] does: capture.pcapng, and device.yaml with the IMEI that the genuine
// connection in it tells.
func WriteHostile(dir string, h *Hostile, seed uint64, n int) error {
	return newFolder(dir, func(dir string) error {
		var imei string
		err := writeCapture(dir, func(w io.Writer) (err error) {
			imei, err = h.Write(w, seed, n)
			return err
		})
		if err != nil {
			return err
		}
		d := device.File{Name: deviceName, Label: "Example One", Values: []telltale.Value{telltale.NewValue(telltale.IMEI, imei)}}
		return writeAll(dir, map[string][]byte{deviceName: d.Encode()}, nil)
	})
}

// WriteEvasions writes every [Evasion] and every [Split] into the new folder
// dir, as [Write] does: a capture each, one device file, and truth.json, which
// says what each hides and what others read.
func WriteEvasions(dir string) (captures int, err error) {
	cases := append(evasionTruths(), splitTruths()...)
	return len(cases), newFolder(dir, func(dir string) error {
		for _, c := range cases {
			err := writeFile(filepath.Join(dir, c.Capture), func(w io.Writer) error { return c.scenario.WriteCapture(w, capture.Pcapng) })
			if err != nil {
				return err
			}
		}
		return writeAll(dir, map[string][]byte{deviceName: evasionDevice().Encode()}, map[string]any{truthName: cases})
	})
}

// newFolder makes the folder dir with what fill writes into it.
func newFolder(dir string, fill func(dir string) error) (err error) {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return fmt.Errorf("lab: make folder %s: %w", dir, err)
	}
	partial, err := os.MkdirTemp(filepath.Dir(dir), ".lab-")
	if err != nil {
		return fmt.Errorf("lab: make folder %s: %w", dir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(partial))
		}
	}()
	if err := fill(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, dir); err != nil {
		return fmt.Errorf("lab: make folder %s: %w", dir, err)
	}
	return nil
}

// fill writes the scenario's files into dir.
func (s *Scenario) fill(dir string) error {
	err := writeCapture(dir, func(w io.Writer) error { return s.WriteCapture(w, capture.Pcapng) })
	if err != nil {
		return err
	}
	return writeAll(dir, map[string][]byte{deviceName: s.Device.Encode()}, map[string]any{truthName: s.Truth, eventsName: s.Truth.Events})
}

// writeAll writes files, and values as JSON.
func writeAll(dir string, files map[string][]byte, values map[string]any) error {
	for name, v := range values {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("lab: write %s: %w", name, err)
		}
		files[name] = append(b, '\n')
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return fmt.Errorf("lab: write %s: %w", name, err)
		}
	}
	return nil
}

func writeCapture(dir string, write func(io.Writer) error) error {
	return writeFile(filepath.Join(dir, captureName), write)
}

func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("lab: write capture: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}
