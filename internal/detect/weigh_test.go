package detect

import (
	"fmt"
	"math"
	"testing"

	"github.com/telltale-audit/telltale"
)

// The worked examples of the model: an IMEI's shape and check digit alone, with
// its reporting body, and with the name of its field as well.
func TestWorkedExamples(t *testing.T) {
	for _, c := range []struct {
		key  string
		text string
		want float64
	}{
		{"", "490154203237518", 0.38}, // check digit, and a body that gave out numbers once
		{"", "001012704839210", 0.17}, // check digit
		{"", "352099001761481", 0.84}, // and reporting body
		{"imei", "352099001761481", 0.999},
		{"orderId", "352099001761481", 0.093},
	} {
		var r Reading
		if !judgeIMEI([]byte(c.text), false, &r) {
			t.Fatalf("%s is not read", c.text)
		}
		var cand candidate
		cand.set(r.Prior, telltale.IMEI, r.Value)
		cand.read(&r)
		cand.take(groupKey, keyClue([]byte(c.key), telltale.IMEI))
		if p := cand.probability(); math.Abs(p-c.want) > 0.005 {
			t.Errorf("%s under %q: %.4f, want %.3f", c.text, c.key, p, c.want)
		}
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		text  string
		kind  telltale.Kind
		level telltale.Level
	}{
		{"352099001761481", telltale.IMEI, telltale.Possible},
		{`{"imei":"352099001761481"}`, telltale.IMEI, telltale.Probable},
		{`{"phone_imei_value":"352099001761481"}`, telltale.IMEI, telltale.Probable},
		{`{"imei":"352099001761482"}`, telltale.IMEI, telltale.Possible}, // wrong check digit
		{`{"imsi":"242011234567890"}`, telltale.IMSI, telltale.Possible}, // 0.945
		{`{"mac":"00:00:5e:10:7a:c4"}`, telltale.MAC, telltale.Probable},
		{`{"sn":"TT00A1B2C3"}`, telltale.Serial, telltale.Possible}, // one group of evidence
	} {
		level := telltale.Hidden
		for _, h := range ofKind(search(New(nil), []byte(c.text)), c.kind) {
			level = h.Level
		}
		if level != c.level {
			t.Errorf("%s is %q, want %q", c.text, level, c.level)
		}
	}
}

func TestRequestPath(t *testing.T) {
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Data: []byte("352099001761481"), Path: "/v1/Register"})
	hits := s.End()
	if len(hits) != 1 || len(hits[0].Why) != 3 || hits[0].Confidence < 0.93 {
		t.Errorf("%+v", hits)
	}
}

func TestKeys(t *testing.T) {
	for key, want := range map[string]string{
		"imei": "[imei imeisv]", "IMEI1": "[imei imeisv]", "deviceImei": "[imei]", "mImei": "[imei imeisv]",
		"SIM1ICCID": "[iccid]", "SIM2LTEIMSI": "[imsi]", "S1LTEIMSI": "[imsi]", "SIM1CELLID": "[cell]", "MACID": "[mac]",
		"BASEID": "[cell]", "wifi-mac": "[mac]", "X-MAC": "[mac]", "ro.serialno": "[serial]", "设备号": "[imei]",
		"device_id": "[imei imeisv meid android_id install_id]", "MEID": "[imei meid serial]", "candidate": "[]", "name": "[]", "": "[]", "m": "[]", "macro": "[]",
	} {
		if got := fmt.Sprint(dictionary.exactKinds([]byte(key))); got != want {
			t.Errorf("%q says %s, want %s", key, got, want)
		}
		if want != "[]" && !dictionary.ends.mayHave([]byte(key)) {
			t.Errorf("%q is passed over", key)
		}
	}
	for key, want := range map[string]string{
		"orderId": "order", "order_sn": "order", "txnId": "txn", "createTime": "time", "ts": "ts", "tsunami": "", "hits": "", "TransactionNo": "transaction",
	} {
		if got := dictionary.saysOther([]byte(key)); got != want {
			t.Errorf("%q says other %q, want %q", key, got, want)
		}
	}
}
