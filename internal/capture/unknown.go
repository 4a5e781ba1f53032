package capture

import (
	"bytes"
	"fmt"
)

// lookalikes are files that people take for captures.
var lookalikes = []struct {
	what  string
	hint  string
	match func(b []byte) bool
}{
	{"a HAR or another JSON file", hintLogs, starts("{", "[")},
	{"mitmproxy flows", hintLogs, isTnetstring},
	{"a zip archive", hintUnpack, starts("PK\x03\x04")},
	{"an xz file", hintUnpack, starts("\xfd7zX")},
	{"a bzip2 file", hintUnpack, starts("BZh")},
	{"an lz4 file", hintUnpack, starts("\x04\x22\x4d\x18")},
	{"a snoop capture", hintConvert, starts("snoo")},
	{"a Network Monitor capture", hintConvert, starts("GMBU", "RTSS")},
}

const (
	hintLogs    = "telltale reads packet captures; logs come later"
	hintUnpack  = "unpack it and give telltale the capture inside"
	hintConvert = "convert it with: editcap -F pcapng OLD NEW.pcapng"
	hintOther   = "telltale reads pcap and pcapng, as Wireshark and tcpdump write them"
)

// notACapture returns the error for an input that starts with b.
func notACapture(name string, b []byte) error {
	e := &FormatError{Name: name, Why: "the file is empty", Hint: hintOther}
	if len(b) > 0 {
		e.Why = fmt.Sprintf("not a pcap or pcapng file (it starts with % x)", b[:min(4, len(b))])
	}
	for _, l := range lookalikes {
		if l.match(b) {
			e.Why = "not a pcap or pcapng file but " + l.what
			e.Hint = l.hint
			break
		}
	}
	return e
}

func starts(prefixes ...string) func([]byte) bool {
	return func(b []byte) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(b, []byte(p)) {
				return true
			}
		}
		return false
	}
}

// isTnetstring recognises a decimal length and a colon.
func isTnetstring(b []byte) bool {
	digits := len(b) - len(bytes.TrimLeft(b, "0123456789"))
	return digits > 0 && digits < len(b) && b[digits] == ':'
}
