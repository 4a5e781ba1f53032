package telltale

import "testing"

// The names of devices in a network are hidden, however they stand in a text, and
// no others.
func TestLocalNames(t *testing.T) {
	m := NewMasker(false)
	for text, want := range map[string]string{
		"annas-iphone.local":                     "············.local",
		"Annas-iPhone.local.":                    "············.local.",
		"http://annas-iphone.local:80/x":         "http://············.local:80/x",
		"see annas.local now":                    "see ·····.local now",
		"Anna's iPhone._airplay._tcp.local":      "·············._airplay._tcp.local",
		"_airplay._tcp.local":                    "_airplay._tcp.local",
		"printer.office.local":                   "·······.······.local",
		"annas.LOCAL":                            "·····.LOCAL",
		"www.locality.example":                   "www.locality.example",
		"host.localdomain":                       "host.localdomain",
		"host.local-net.example":                 "host.local-net.example",
		"www.example.org":                        "www.example.org",
		".local":                                 ".local",
		"a.local b.example c.local":              "·.local b.example ·.local",
		`{"host":"annas.local","x":"y.example"}`: `{"host":"·····.local","x":"y.example"}`,
	} {
		got := m.Text(NewText(text))
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := m.Text(NewText(got)); again != got {
			t.Errorf("%q masks to %q, and that to %q", text, got, again)
		}
		if shown := NewMasker(true).Text(NewText(text)); shown != text {
			t.Errorf("revealed: %q", shown)
		}
	}
}
