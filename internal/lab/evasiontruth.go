package lab

import "fmt"

// An EvasionTruth is what the lab knows about one of the captures that
// [WriteEvasions] writes.
type EvasionTruth struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	Capture string   `json:"capture"` // file name
	Hides   []string `json:"hides"`   // the IMEIs that are on the wire
	Flows   int      `json:"flows"`   // of which each hides them
	Linux   *string  `json:"linux"`   // what a socket of Linux read; null where none was asked
	Tshark  *string  `json:"tshark"`  // what tshark calls the stream; likewise

	scenario *Scenario
}

func evasionTruths() []EvasionTruth {
	var all []EvasionTruth
	for _, e := range Evasions() {
		v := Verdicts()[e.Name]
		all = append(all, EvasionTruth{
			Name: e.Name, About: e.About, Capture: e.Name + ".pcapng", Hides: e.Hides, Flows: 1,
			Linux: &v.Read, Tshark: &v.Tshark, scenario: e.Scenario(),
		})
	}
	return all
}

func splitTruths() []EvasionTruth {
	var all []EvasionTruth
	for _, s := range Splits() {
		all = append(all, EvasionTruth{
			Name: s.Name, About: s.About, Capture: s.Name + ".pcapng", Hides: []string{firstIMEI}, Flows: s.Flows,
			scenario: &Scenario{Comment: fmt.Sprintf("%s: %s: %s", Marker, s.Name, s.About), Packets: s.Packets},
		})
	}
	return all
}
