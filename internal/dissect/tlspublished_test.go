package dissect

import (
	"strconv"
	"strings"
	"testing"
)

// numberList reads numbers of four hex digits and writes them as in a hello.
func numberList(list string) string {
	var b strings.Builder
	for x := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseUint(x, 16, 16); err == nil {
			b.WriteString(u16(int(n)))
		}
	}
	return b.String()
}

// helloOf returns the ClientHello of a published fingerprint, put together
// from the lists given with it, in the client's order and without the
// reserved values.
func helloOf(version, versions, alpn, ciphers, exts, sigs string) *TLS {
	var all strings.Builder
	for x := range strings.SplitSeq(exts, ",") {
		body := ""
		switch x {
		case "":
			continue
		case "000d":
			body = u16(2*len(strings.Split(sigs, ","))) + numberList(sigs)
		case "0010":
			body = u16(1+len(alpn)) + string([]byte{byte(len(alpn))}) + alpn
		case "002b":
			body = "\x02" + numberList(versions)
		}
		all.WriteString(numberList(x) + u16(len(body)) + body)
	}
	c := numberList(ciphers)
	return &TLS{hello: []byte(numberList(version) + strings.Repeat("\x00", 32) + "\x00" + u16(len(c)) + c + "\x01\x00" + u16(all.Len()) + all.String())}
}

// TestJA4Vectors holds JA4 to fingerprints that FoxIO published with their
// lists (the expected outputs of its own tests, and its README).
func TestJA4Vectors(t *testing.T) {
	const (
		modern = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
		signs  = "0403,0804,0401,0503,0805,0501,0806,0601"
		quicCS = "1301,1302,1303"
		quicEx = "0000,000a,000d,0010,001b,002b,002d,0033,0039,4469"
	)
	quicly := func(h *TLS) *TLS { h.overQUIC = true; return h }
	for want, h := range map[string]*TLS{
		"t13d1516h2_8daaf6152771_e5627efa2ab1": helloOf("0303", "0304", "h2", modern, "0023,ff01,0000,001b,0012,4469,002d,002b,000d,0010,0033,000a,0005,0017,000b,0015", signs),
		"t13d1516h2_8daaf6152771_9b887d9acb53": helloOf("0303", "0304", "h2", modern, "000d,0010,0000,000b,0023,4469,ff01,0033,000a,002d,002b,0005,0017,0012,001b,0029", signs),
		"t13d1615h2_46e7e9700bed_45f260be83e2": helloOf("0303", "0304", "h2", modern+",000a", "0000,0017,ff01,000a,000b,0023,0010,0005,000d,0012,0033,002d,002b,001b,0015", signs+",0201"),
		// The client also lists a reserved value among its signatures.
		"t13d1517h2_8daaf6152771_cb7bf5808d99": helloOf("0303", "0304", "h2", modern, "fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,001b,0012", "3a3a,0904,0905,0906,"+signs),
		// No ALPN.
		"t12d190800_d83cc789557e_7af1ed941c26": helloOf("0303", "", "", "c02c,c02b,c030,c02f,c024,c023,c028,c027,c00a,c009,c014,c013,009d,009c,003d,003c,0035,002f,000a",
			"0000,0005,000a,000b,000d,0023,0017,ff01", "0804,0805,0806,0401,0501,0201,0403,0503,0203,0202,0601,0603"),
		// No extension but the name.
		"t10d230100_6a57a6f57151_000000000000": helloOf("0301", "", "", "0039,0038,0035,0016,0013,000a,0033,0032,002f,009a,0099,0096,0005,0004,0015,0012,0009,0014,0011,0008,0006,0003,00ff", "0000", ""),
		// No name, no extension at all: not published, the hash is that of "002f".
		"t10i010000_ba72b8082249_000000000000": helloOf("0301", "", "", "002f", "", ""),
		"q13d0310h3_55b375c5d22e_cd85d2d88918": quicly(helloOf("0303", "0304", "h3", quicCS, quicEx, signs+",0201")),
		"q13d0312h3_55b375c5d22e_06cda9e17597": quicly(helloOf("0303", "0304", "h3", quicCS, quicEx+",fe0d,0029", signs+",0201")),
	} {
		if got := h.JA4(); got != want {
			t.Errorf("JA4 is %s, published %s", got, want)
		}
	}
	// The list without signatures ends without a mark (the README's example).
	if got := helloOf("0303", "0304", "h2", modern, "0023,ff01,0000,001b,0012,4469,002d,002b,0010,0033,000a,0005,0017,000b,0015", "").JA4(); got[10:] != "_8daaf6152771_"+short12("0005,000a,000b,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01") {
		t.Errorf("without signatures: %s", got)
	}
	if got := short12("0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01"); got != "6d807ffa2a79" {
		t.Errorf("the README's list is %s", got)
	}
}

// TestJA3Vectors holds JA3 to the examples of its README.
func TestJA3Vectors(t *testing.T) {
	for text, want := range map[string]string{
		"769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0": "ada70206e40642a3e4461f35503241d5",
		"769,4-5-10-9-100-98-3-6-19-18-99,,,":                                  "de350869b8c85de67a350c8d186f11e6",
	} {
		if got := ja3Of(t, text); got != want {
			t.Errorf("JA3 %s, published %s", got, want)
		}
	}
}

// ja3Of makes a hello of a text that JA3 is the hash of, and returns its JA3.
func ja3Of(t *testing.T, text string) string {
	t.Helper()
	f := strings.Split(text, ",")
	list := func(s string, width int) string {
		var b strings.Builder
		for x := range strings.SplitSeq(s, "-") {
			if n, err := strconv.Atoi(x); err == nil && width == 1 {
				b.WriteByte(byte(n))
			} else if err == nil {
				b.WriteString(u16(n))
			}
		}
		return b.String()
	}
	groups, points := list(f[3], 2), list(f[4], 1)
	var exts strings.Builder
	for x := range strings.SplitSeq(f[2], "-") {
		switch x {
		case "":
		case "10":
			exts.WriteString(u16(10) + u16(2+len(groups)) + u16(len(groups)) + groups)
		case "11":
			exts.WriteString(u16(11) + u16(1+len(points)) + string([]byte{byte(len(points))}) + points)
		default:
			exts.WriteString(list(x, 2) + u16(0))
		}
	}
	c := list(f[1], 2)
	h := &TLS{hello: []byte(list(f[0], 2) + strings.Repeat("\x00", 32) + "\x00" + u16(len(c)) + c + "\x01\x00" + u16(exts.Len()) + exts.String())}
	if ja3Text(h) != text {
		t.Errorf("read as %s, written as %s", ja3Text(h), text)
	}
	return h.JA3()
}
