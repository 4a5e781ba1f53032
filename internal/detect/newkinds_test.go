package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// A position in two fields is one value in two places, however the window that
// shows it ends.
func TestPositionHasTwoPlaces(t *testing.T) {
	for text, want := range map[string]string{
		`{"lat":59.91387,"lng":10.75225}`:                                      "[{7 15} {22 30}]",
		`{"longitude":"10.75225","latitude":"59.91387"}`:                       "[{14 22} {36 44}]",
		`{"lat":59.91387,"imei":"001012704839210","lon":10.75225}`:             "[{7 15} {47 55}]",
		`{"lat":1.11111,"lat":59.91387,"lng":10.75225}`:                        "[{21 29} {36 44}]",
		`{"location":"59.91387,10.75225"}`:                                     "[{13 30}]",
		`{"lat":59.91387,"` + fmt.Sprintf("%0150d", 1) + `":1,"lng":10.75225}`: "none",
	} {
		got := "none"
		for _, h := range ofKind(search(New(nil), []byte(text)), telltale.Location) {
			got = fmt.Sprint(h.Ranges)
			if h.Value != "59.91387,10.75225" || h.Level != telltale.Probable {
				t.Errorf("%s: %s is %s", text, h.Value, h.Level)
			}
			if marked := string(h.Context[h.Mark.Start:h.Mark.End]); len(marked) < 17 {
				t.Errorf("%s: only %q is marked", text, marked)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// The number of a subscriber stands in the name under which a phone signs on.
func TestSubscriberRealm(t *testing.T) {
	for text, want := range map[string]string{
		"0001010123456789@wlan.mnc001.mcc001.3gppnetwork.org":             "001010123456789 probable",
		"\x01\x2f1242011234567890@wlan.MNC001.MCC242.3gppnetwork.org\x00": "242011234567890 probable",
		"\x01341242011234567890@wlan.mnc001.mcc242.3gppnetwork.org":       "242011234567890 probable", // a length before it
		"001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org":           "001010123456789 probable",
		"0001010123456789@wlan.mnc002.mcc001.3gppnetwork.org":             "", // another network's
		"2rT5qPz0aB@wlan.mnc001.mcc001.3gppnetwork.org":                   "", // given out for a while
		"0001010123456789@wlan.mnc001.mcc001.example.org":                 "",
	} {
		var all []string
		for _, h := range search(New(nil), []byte(text)) {
			all = append(all, h.Value+" "+string(h.Level))
		}
		got := strings.Join(all, ", ")
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// How sure the detectors are that know a value by its key, alone and beside two
// others.
func TestNewKindsLevels(t *testing.T) {
	const others = `,"imei":"352099001761481","iccid":"8947020000123456782"}`
	for text, want := range map[string][2]telltale.Level{
		`{"msisdn":"+4799900123"`:                         {telltale.Probable, telltale.Probable},
		`{"phone":"4799900123"`:                           {telltale.Possible, telltale.Probable},
		`{"eid":"89034011560010000000000000000121"`:       {telltale.Probable, telltale.Probable},
		`{"android_id":"a1b2c3d4e5f60718"`:                {telltale.Possible, telltale.Probable},
		`{"idfa":"5A1E8C7D-2B3F-4C6A-9D8E-0F1A2B3C4D5E"`:  {telltale.Probable, telltale.Probable},
		`{"ssid":"Example Home"`:                          {telltale.Possible, telltale.Probable},
		`{"email":"owner.one@mail.example"`:               {telltale.Probable, telltale.Probable},
		`{"text":"owner.one@mail.example"`:                {telltale.Hidden, telltale.Possible},
		`{"pushToken":"dQw4w9WgXcQaB3kZ7pLm2N"`:           {telltale.Possible, telltale.Probable},
		`{"latitude":"59.91387","longitude":"10.75225"`:   {telltale.Probable, telltale.Probable},
		`{"x":"5A1E8C7D-2B3F-4C6A-9D8E-0F1A2B3C4D5E"`:     {telltale.Hidden, telltale.Hidden},
		`{"order":"89034011560010000000000000000121"`:     {telltale.Hidden, telltale.Hidden},
		`{"gsf_id":"3a1b2c3d4e5f6071"`:                    {telltale.Possible, telltale.Probable},
		`{"esn":"8016B128"`:                               {telltale.Probable, telltale.Probable},
		`{"battery":"59.91387","temperature":"110.75225"`: {telltale.Hidden, telltale.Hidden},
	} {
		for i, end := range []string{"}", others} {
			level := telltale.Hidden
			for _, h := range search(New(nil), []byte(text+end)) {
				if h.Kind != telltale.IMEI && h.Kind != telltale.ICCID {
					level = h.Level
				}
			}
			if level != want[i] {
				t.Errorf("%s%s is %q, want %q", text, end, level, want[i])
			}
		}
	}
}
