package dissect

import "testing"

// published is the ClientHello of Chrome that the description of JA4 takes for
// its example, put together from the lists given there.
func published() *TLS {
	ext := func(typ uint16, b string) string { return u16(int(typ)) + u16(len(b)) + b }
	list := func(ns ...int) string {
		var b []byte
		for _, n := range ns {
			b = append(b, u16(n)...)
		}
		return string(b)
	}
	ciphers := list(0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035)
	sigs := list(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)
	exts := ext(0x1a1a, "") + ext(0x0000, "") + ext(0x001b, "") + ext(0x4469, "") + ext(0x0017, "") + ext(0x0023, "") +
		ext(0x0005, "") + ext(0x000d, u16(len(sigs))+sigs) + ext(0x0010, u16(3)+"\x02h2") + ext(0x0012, "") +
		ext(0x000a, u16(4)+u16(0x2a2a)+u16(29)) + ext(0xff01, "") + ext(0x000b, "\x01\x00") + ext(0x002d, "") +
		ext(0x0033, "") + ext(0x002b, "\x04\x2a\x2a\x03\x04") + ext(0x0015, "") + ext(0x3a3a, "")
	return &TLS{hello: []byte("\x03\x03" + string(make([]byte, 32)) + "\x00" + u16(len(ciphers)) + ciphers + "\x01\x00" + u16(len(exts)) + exts)}
}

func TestJA4Published(t *testing.T) {
	if got, want := published().JA4(), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("JA4 is %s, published %s", got, want)
	}
}

// ja3Text returns what the JA3 of t is the digest of.
func ja3Text(t *TLS) string {
	o := readOffer(t.hello, nil, nil)
	return string(o.appendJA3(nil))
}

func short12(list string) string { return string(appendShort12(nil, []byte(list))) }

func TestJA3Published(t *testing.T) {
	want := "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53," +
		"0-27-17513-23-35-5-13-16-18-10-65281-11-45-51-43-21,29,0"
	if got := ja3Text(published()); got != want {
		t.Errorf("JA3 is of %s, want %s", got, want)
	}
}

func TestJA4ALPN(t *testing.T) {
	for p, want := range map[string]string{"": "00", "h": "hh", "h2": "h2", "http/1.1": "h1", "\xab": "ab", "\xab\xcd": "ad", "0\xab": "3b", "\x30\x31\xab\xcd": "3d"} {
		if got := string(appendALPN(nil, []byte(p))); got != want {
			t.Errorf("%q gives %q, want %q", p, got, want)
		}
	}
}

func TestNoFingerprintWithoutHello(t *testing.T) {
	if s := new(TLS); s.JA3()+s.JA4() != "" {
		t.Error("a server's flight has a fingerprint")
	}
}

// The fingerprints take three allocations: their text, and room for lists.
func TestFingerprintAllocates(t *testing.T) {
	hello := published()
	if n := testing.AllocsPerRun(100, func() {
		hello.ja3 = ""
		hello.fingerprint()
	}); n > 3 {
		t.Errorf("%v allocations", n)
	}
}
