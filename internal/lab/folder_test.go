package lab

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
)

func TestWrite(t *testing.T) {
	s := incident(t, short(Options{Seed: 1}))
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	if err := Write(dir, s); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": 0o700, truthName: 0o600, deviceName: 0o600, eventsName: 0o600, captureName: 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", name, info, err)
		}
	}
	checkCapture(t, filepath.Join(dir, captureName), s)
	if _, err := device.Read(filepath.Join(dir, deviceName)); err != nil {
		t.Error(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, truthName))
	if err != nil || !json.Valid(b) {
		t.Errorf("truth: %v", err)
	}
	if err := Write(dir, s); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writing over a folder: %v", err)
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
		t.Errorf("beside the folder: %v, %v", entries, err)
	}
}

func TestWriteNowhere(t *testing.T) {
	if err := Write(filepath.Join(t.TempDir(), "no", "such"), incident(t, short(Options{}))); err == nil {
		t.Error("written into a folder that is not there")
	}
}

// checkCapture reads the file back and compares it packet by packet.
func checkCapture(t *testing.T, name string, s *Scenario) {
	t.Helper()
	f, err := capture.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.Simulated() {
		t.Error("the capture does not say that it is simulated")
	}
	var got []Packet
	var b capture.Batch
	for err == nil {
		err = f.Read(context.Background(), &b)
		for _, p := range b.Packets {
			got = append(got, Packet{p.Time, p.Number, append([]byte(nil), p.Data...)})
		}
		b.Packets = b.Packets[:0]
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	for i, p := range s.Packets {
		if i >= len(got) || !reflect.DeepEqual(got[i], *p) {
			t.Fatalf("packet %d of %d reads back otherwise", i+1, len(s.Packets))
		}
	}
}
