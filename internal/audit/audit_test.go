package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
)

// line is what the tests read off a record.
type line struct {
	EventType   string           `json:"event_type"`
	Options     telltale.Options `json:"options"`
	Kind        telltale.Kind    `json:"kind"`
	Value       string           `json:"value"`
	Form        string           `json:"form"`
	Field       string           `json:"field"`
	FlowID      string           `json:"flow_id"`
	Device      string           `json:"device_id"`
	Level       telltale.Level   `json:"level"`
	Confidence  float64          `json:"confidence"`
	View        telltale.View    `json:"view"`
	Protection  string           `json:"protection"`
	ReadableBy  string           `json:"readable_by"`
	Packets     json.RawMessage  `json:"packets"`
	Ranges      []telltale.Range
	Destination string                   `json:"destination_id"`
	Name        string                   `json:"name"`
	SentBy      string                   `json:"sent_by"`
	Answered    string                   `json:"answered"`
	Response    string                   `json:"response"`
	Verdict     string                   `json:"verdict"`
	How         string                   `json:"how"`
	AppProto    string                   `json:"app_proto"`
	Label       string                   `json:"label"`
	App         string                   `json:"app"`
	Payload     telltale.PayloadCoverage `json:"payload_bytes"`
	Tag         string                   `json:"tag"`
	DestIP      any                      `json:"dest_ip"` // one or several
	Names       []struct{ Name, Source string }
}

// runScenario audits a scenario and returns the records, with values whole.
func runScenario(t *testing.T, s *lab.Scenario, withDevice bool, workers int) (*audit.Result, []line, []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WriteCapture(f, capture.Pcapng); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := audit.Options{Inputs: []string{name}, Reveal: true, Messages: true, Workers: workers, Version: "test", Records: &out}
	if withDevice {
		o.Devices = []*device.File{s.Device}
	}
	result, err := audit.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return result, parse(t, out.Bytes()), out.Bytes()
}

func parse(t *testing.T, b []byte) []line {
	t.Helper()
	var lines []line
	for l := range bytes.Lines(b) {
		var x line
		if err := json.Unmarshal(l, &x); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		lines = append(lines, x)
	}
	return lines
}

func ofType(lines []line, eventType string) []line {
	var out []line
	for _, l := range lines {
		if l.EventType == eventType {
			out = append(out, l)
		}
	}
	return out
}
