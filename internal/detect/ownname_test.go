package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// ownOf returns what a search of one field finds, in words.
func ownOf(field, data string) string {
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Name: field, Data: []byte(data)})
	var all []string
	for _, h := range s.End() {
		all = append(all, fmt.Sprintf("%s %s %s %v%v", h.Kind, h.Value, h.Level, h.Ranges, h.Notes))
	}
	return strings.Join(all, "; ")
}

// halves writes a name as NetBIOS does (RFC 1001, 14.1).
func halves(name string, suffix byte) string {
	var b strings.Builder
	for _, c := range []byte(fmt.Sprintf("%-15s%c", name, suffix)) {
		b.WriteByte('A' + c>>4)
		b.WriteByte('A' + c&15)
	}
	return b.String()
}

// claimed is a NetBIOS packet that asks for a name (RFC 1002, 4.2.2).
func claimed(operation, flags byte, name string) string {
	return "\x12\x34" + string([]byte{operation << 3, 0x10}) + "\x00\x01\x00\x00\x00\x00\x00\x01\x20" + halves(name, 0) + "\x00\x00\x20\x00\x01" +
		"\xc0\x0c\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06" + string([]byte{flags, 0}) + "\x0a\x00\x00\x02"
}

// A device's own name is found where protocols put it, and no other's.
func TestOwnName(t *testing.T) {
	const owner = "\x0bkaris-phone"
	for _, c := range []struct{ field, data, want string }{
		{"dhcp.hostname", "karis-iPhone", "hostname karis-iPhone probable [{0 12}][names_a_person]"},
		{"dhcp.hostname", "karis-phone2.lan", "hostname karis-phone2 probable [{0 12}][names_a_person]"},
		{"dhcp.hostname", "localhost", ""},
		{"dhcp.domain", "karis-iPhone", ""},
		{"dhcp.fqdn", owner + "\x03lan\x00", "hostname karis-phone probable [{1 12}][names_a_person]"},
		{"dhcp.fqdn", "KARI-PC.example.org", "hostname KARI-PC probable [{0 7}][]"},
		{"dhcpv6.fqdn", owner, "hostname karis-phone probable [{1 12}][names_a_person]"}, // without a domain
		{"dhcpv6.fqdn", owner[:9], ""}, // cut off
		{"nbns", claimed(5, 0x00, "KARI-PC"), "hostname KARI-PC probable [{13 45}][]"},
		{"nbns", claimed(5, 0x80, "WORKGROUP"), ""}, // a group's
		{"nbns", claimed(0, 0x00, "KARI-PC"), ""},   // asked for
		{"dns.rest", owner + "\x05local\x00\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x00\x00\x02", "hostname karis-phone probable [{1 12}][names_a_person]"},
		{"dns.rest", "\x00" + owner + "\xc0\x17\x00\x1c\x80\x01\x00\x00\x00\x78\x00\x10", "hostname karis-phone probable [{2 13}][names_a_person]"},
		{"dns.rest", owner + "\x05local\x00\x00\x0c\x00\x01\x00\x00\x00\x78", ""}, // what it points to, not its own
		{"dns.rest", "\x00", ""},
		{"dns.rest", "\x05local\x00\x00\x01\x80\x01", ""},
		{"mqtt.user_name", "owner.one", "account owner.one probable [{0 9}][]"},
		{"mqtt.password", "correct-horse", "credential correct-horse probable [{0 13}][]"},
		{"auth.user_name", "owner.one", "account owner.one probable [{0 9}][]"},
		{"auth.user_name", "b3duZXIub25l", "account owner.one probable [{0 12}][]"},
		{"auth.user_name", "anonymous", ""},
		{"auth.password", "anonymous", ""},
		{"auth.password", "correct-horse", "credential correct-horse probable [{0 13}][]"},
		{"auth.password", "he*mm$el ig", "credential he*mm$el ig probable [{0 11}][]"}, // what no key would make one
		{"auth.password", "passord", "credential passord probable [{0 7}][]"},
		{"auth.password", "********", ""},
		{"auth.authorize_as", "AG93bmVyLm9uZQBjb3JyZWN0LWhvcnNl", "account owner.one probable [{1 14}][]; credential correct-horse probable [{14 32}][]"},
		{"auth.authorize_as", "AGthcmkAaGVtbWVsaWc=", "account kari probable [{1 7}][]; credential hemmelig probable [{8 20}][]"},
		{"auth.authorize_as", "AGthcmluAGhlbW1lbGln", "account karin probable [{1 8}][]; credential hemmelig probable [{9 20}][]"},
		{"auth.authorize_as", "AGthcmluZQBoZW1tZWxpZw==", "account karine probable [{1 10}][]; credential hemmelig probable [{10 24}][]"},
		{"auth.authorize_as", "b2xhAGthcmkAcXo=", "account ola probable [{0 4}][]; account kari probable [{5 11}][]; credential qz probable [{12 16}][]"},
		{"auth.authorize_as", "AGthcmkAaGVt5m1lbGln", "account kari probable [{1 7}][]; credential aGVt5m1lbGln probable [{8 20}][]"}, // in Latin 1
		{"auth.authorize_as", "AGthcmkAaGVtbWVsaWc", "credential AGthcmkAaGVtbWVsaWc probable [{0 19}][]"},                            // cut
		{"auth.user_name", "kari@gmail.com", "email kari@gmail.com probable [{0 14}][]"},
		{"auth.authorize_as", "*", ""}, // given up (RFC 4954, 4)
		{"auth.bearer", "dXNlcj1rYXJpQGdtYWlsLmNvbQFhdXRoPUJlYXJlciB5YTI5LmFiY2RlZmdoAQE=", "email kari@gmail.com probable [{6 26}][]; credential ya29.abcdefgh probable [{42 60}][]"},
		{"auth.bearer", "bixhPWthcmksAWhvc3Q9YQFhdXRoPUJlYXJlciB5YTI5LmFiY2RlZmdoAQE=", "account kari probable [{5 11}][]; credential ya29.abcdefgh probable [{38 56}][]"},
		{"auth.bearer", "AQ==", ""}, // what a refused client says (RFC 7628, 3.2.3)
		{"mqtt.password", "he*mm$el ig", "credential he*mm$el ig probable [{0 11}][]"},
		{"mqtt.topic", "owner.one", ""},
	} {
		if got := ownOf(c.field, c.data); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.field, c.data, got, c.want)
		}
	}
}

// Names of fields and of persons in other scripts and spellings.
func TestNames(t *testing.T) {
	for name, want := range map[string]int{
		"Kari": 1, "Kari Nordmann": 2, "Ludwig van Example": 3, "王小明": 1, "Мария Иванова": 2, "O'Example": 1, "J. Example": 2, "Zoë": 1,
		"kari": 0, "Kari  Nordmann": 0, "Kari nordmann": 0, "K": 0, "": 0, "K4ri": 0, "Kari van": 0, "Your Name": 0, "a@b": 0, "<b>": 0,
		"One Two Three Four Five Six": 0, "Kari\n": 0, "\xff\xfe": 0,
	} {
		if got := nameWords([]byte(name)); got != want {
			t.Errorf("%q is a name of %d words, want %d", name, got, want)
		}
	}
}

// Text messages as the network carries them are read, and only whole.
func TestReadPDU(t *testing.T) {
	const plain = "07919999000000F0040B919999550142F10000910131213041800AE8329BFD4697D9EC37"
	for pdu, want := range map[string]string{
		plain: "hellohello",
		"0001000B919999550142F1000814041F04400438043204350442002000750070" + "0021": "Привет up!",
		"0051000B919999550142F10000AA0AE8329BFD4697D9EC37":                          "", // says there is a longer validity than stands there
		"0011000B919999550142F10000AA0AE8329BFD4697D9EC37":                          "hellohello",
		"0041000B919999550142F10000110500030402019065769BDE0C":                      "", // ends too early
		plain[:len(plain)-2]: "",
		plain + "00":         "",
		strings.Replace(plain, "910131", "911331", 1): "", // there is no 31st month
		strings.Replace(plain, "0B91", "0B11", 1):     "",
	} {
		if got, ok := readPDU([]byte(pdu)); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", pdu, got, ok, want)
		}
	}
}

// A message's header is no part of its text, whichever bits it ends in.
func TestTextBehindHeader(t *testing.T) {
	// Six bytes of header are seven septets with one bit to fill.
	text := []byte("part two")
	packed := make([]byte, 0, 16)
	var bits uint
	var have int
	for _, c := range append(make([]byte, 7), text...) {
		bits |= uint(c) << have
		for have += 7; have >= 8; have -= 8 {
			packed = append(packed, byte(bits))
			bits >>= 8
		}
	}
	if have > 0 {
		packed = append(packed, byte(bits))
	}
	copy(packed, []byte{5, 0, 3, 0x47, 2, 2})
	if got, ok := userData(packed, 7+len(text), 0, true); !ok || got != string(text) {
		t.Errorf("%q %v, want %q", got, ok, text)
	}
}

// Texts may be long and hold quotes that are escaped; a window may end anywhere
// in them.
func TestLongText(t *testing.T) {
	long := strings.Repeat("see you at the place by the river ", 12)
	for text, want := range map[string]string{
		`{"sms":"` + long + `"}`:                       strings.TrimSpace(long),
		`{"sms":"she said \"come\" and left","x":"y"}`: `she said "come" and left`,
		"X-SMS: see you at eight\r\nX: y":              "see you at eight",
		`{"sms":"` + strings.Repeat(long, 11) + `"}`:   "", // more than is read of a value
	} {
		hits := ofKind(search(New(nil), []byte(text)), telltale.SMS)
		got := slices.Collect(func(yield func(string) bool) {
			for _, h := range hits {
				if !yield(h.Value) {
					return
				}
			}
		})
		if strings.Join(got, "|") != want {
			t.Errorf("%.60s: %q, want %q", text, got, want)
		}
	}
}
