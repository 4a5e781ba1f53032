package detect

import (
	"bytes"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var hostname = &Detector{
	Kind:  telltale.Hostname,
	Judge: judgeHostname,
	Least: 3,
	ByKey: true,
	Finds: []string{
		`{"deviceName":"Kari's iPhone"}`,
		"host_name=galaxy-of-kari&x=1",
		`{"computerName":"KARI-PC"}`,
		`{"bluetooth_name":"Karis Pixel (2)"}`,
		`{"hostname":"karis-phone.local"}`,
	},
	Ignores: []string{
		"galaxy-of-kari",
		`{"name":"galaxy-of-kari"}`,
		`{"hostname":"www.example.org"}`, // somebody else's
		`{"hostname":"localhost"}`,
		`{"hostname":"203.0.113.77"}`,
		`{"deviceName":"unknown"}`,
		`{"deviceName":"----"}`,
		`{"deviceName":"<b>"}`,
	},
}

// maxHostname is how many bytes a name may have: those of a label of DNS.
const maxHostname = 63

// judgeHostname reads what a key names as the name of a device. A name with dots
// is a server's, but for those that hold in one network only.
func judgeHostname(token []byte, keyed bool, r *Reading) bool {
	name := localPart(token)
	if !keyed || !soundHostname(name) {
		return false
	}
	*r = Reading{Value: string(name), Prior: 0.02}
	if named := owners(name); named {
		r.note(noteNamesPerson)
	}
	return true
}

// noteNamesPerson says that a device is called after somebody.
var noteNamesPerson = []string{"names_a_person"}

// localPart returns a name without a domain that every network has.
func localPart(name []byte) []byte {
	for _, domain := range []string{".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".fritz.box"} {
		if n := len(name) - len(domain); n > 0 && bytes.EqualFold(name[n:], []byte(domain)) {
			return name[:n]
		}
	}
	return name
}

func soundHostname(name []byte) bool {
	if len(name) < 2 || len(name) > maxHostname || !utf8.Valid(name) || numbering.AllEqual(name) || placeholderName(name) || among(name, nobodysHosts) {
		return false
	}
	letters := 0
	for _, c := range name {
		switch {
		case isDigit(c):
		case isWord(c):
			letters++
		case bytes.IndexByte([]byte("-_ '()"), c) < 0:
			return false
		}
	}
	return letters >= 2
}

// nobodysHosts are names that many machines have.
var nobodysHosts = []string{"localhost", "localhost-live", "test", "default", "host", "hostname", "device", "phone", "server", "client", "string"}

// owners reports whether a device is called after somebody, as makers propose:
// "Kari's iPhone", "iPhone-von-Kari", "Galaxy-S9-de-Kari".
func owners(name []byte) bool {
	for _, of := range []string{"'s ", "’s ", "s-iphone", "s-ipad", "s-mbp", "s-macbook", "s-galaxy", "s-pixel", "s-phone", "s-airpods", "-von-", " von ", "-de-", " de ", "-av-", " di ", "-di-"} {
		if i := indexFold(name, of); i > 0 && i+len(of) <= len(name) {
			return true
		}
	}
	return false
}

// indexFold returns where word, in lower case, stands in b in any case.
func indexFold(b []byte, word string) int {
	for i := 0; i+len(word) <= len(b); i++ {
		if bytes.EqualFold(b[i:i+len(word)], []byte(word)) {
			return i
		}
	}
	return -1
}
