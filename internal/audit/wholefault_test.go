package audit

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// TestWholeFault: a fault of ours while a message is read again ends that and
// nothing else, and is told.
func TestWholeFault(t *testing.T) {
	w := &wholeMessage{Whole: &pipeline.Whole{Size: 9, Data: []byte("imei=0010")}, spots: []spot{{around: "x", spelt: telltale.Range{Start: 5, End: 4}}}}
	if got := w.contained(nil, telltale.NewMasker(false)); got == nil || !got.Failed || got.Size != 9 {
		t.Errorf("%+v", got)
	}
	w.spots = nil
	if got := w.contained(nil, telltale.NewMasker(false)); got.Failed || len(got.Body.Data) != 9 {
		t.Errorf("control: %+v", got)
	}
}
