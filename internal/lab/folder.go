package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/telltale-audit/telltale/internal/capture"
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
func Write(dir string, s *Scenario) (err error) {
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
	if err := s.fill(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, dir); err != nil {
		return fmt.Errorf("lab: make folder %s: %w", dir, err)
	}
	return nil
}

// fill writes the scenario's files into dir.
func (s *Scenario) fill(dir string) error {
	if err := s.writeCaptureFile(filepath.Join(dir, captureName)); err != nil {
		return err
	}
	truth, err := json.MarshalIndent(s.Truth, "", "  ")
	if err != nil {
		return fmt.Errorf("lab: write truth: %w", err)
	}
	events, err := json.MarshalIndent(s.Truth.Events, "", "  ")
	if err != nil {
		return fmt.Errorf("lab: write events: %w", err)
	}
	for name, b := range map[string][]byte{deviceName: s.Device.Encode(), truthName: append(truth, '\n'), eventsName: append(events, '\n')} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return fmt.Errorf("lab: write %s: %w", name, err)
		}
	}
	return nil
}

func (s *Scenario) writeCaptureFile(name string) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("lab: write capture: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.WriteCapture(f, capture.Pcapng)
}
