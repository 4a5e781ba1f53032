package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

var build = &Detector{
	Kind:  telltale.Build,
	Judge: judgeBuild,
	Least: 5,
	ByKey: true,
	Finds: []string{
		`{"build_id":"XPR1.180610.011"}`,
		`{"fingerprint":"example/one/one:9/XPR1.180610.011/4711:user/release-keys"}`,
		`{"SWVER":"00WW_0_22C"}`,
		"romver=EX1_2_17A&x=1",
		"ua=D (Android 9; EX-A Build/XPR1.180610)",
		`{"userAgent":"itunes/1.0 model/iPhone0,1 build/16X92"}`,
	},
	Ignores: []string{
		"XPR1.180610.011",
		`{"build":"707"}`,
		`{"buildId":"x1y2abcDEFghiJKLmnoPQ"}`, // of a page
		`{"build":"V2.3.4"}`,
		`{"fingerprint":"AB:CD:EF:01:23:45:67:89"}`,
		`{"fingerprint":"9F86D081884C7D659A2FEAA0C55AD015"}`,
		`{"build":"unknown"}`,
		"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
	},
}

// judgeBuild reads the name of the software on a device, which a key names:
// Android's fingerprint, Android's or Apple's build, or a maker's own, in capitals
// and digits.
func judgeBuild(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	switch {
	case isFingerprint(token):
		*r = Reading{Value: string(token), Prior: 0.02}
		r.shape("has the form of an Android fingerprint", 1e4)
	case isAndroidBuild(token):
		*r = Reading{Value: string(token), Prior: 0.02}
		r.shape("has the form of an Android build", 50)
	case soundBuild(token):
		*r = Reading{Value: string(token), Prior: 0.02}
	default:
		return false
	}
	return true
}

// isFingerprint reports whether b is brand/product/device:version/id/number:type/keys
// (Android compatibility definition, 3.2.2).
func isFingerprint(b []byte) bool {
	device, rest, _ := bytes.Cut(b, []byte(":"))
	version, kind, _ := bytes.Cut(rest, []byte(":"))
	slash := []byte("/")
	return len(b) <= 200 && bytes.Count(device, slash) == 2 && bytes.Count(version, slash) == 2 && bytes.Count(kind, slash) == 1 &&
		(bytes.HasPrefix(kind, []byte("user")) || bytes.HasPrefix(kind, []byte("eng/"))) && bytes.HasSuffix(kind, []byte("-keys"))
}

// isAndroidBuild reports whether b is letters and a digit, a date of six digits and
// a number, as Android names its builds since 8.0 (AOSP, codenames, tags and build
// numbers).
func isAndroidBuild(b []byte) bool {
	branch, rest, _ := bytes.Cut(b, []byte("."))
	date, number, _ := bytes.Cut(rest, []byte("."))
	if len(branch) < 3 || len(branch) > 5 || len(date) != 6 || len(number) < 2 || len(number) > 12 {
		return false
	}
	for _, c := range date {
		if !isDigit(c) {
			return false
		}
	}
	return branch[0] >= 'A' && branch[0] <= 'Z' && isDigit(number[0])
}

// soundBuild reports whether b has capitals and digits, and nothing else but what
// stands between them: small letters are of hashes, and of the names of a page's
// builds.
func soundBuild(b []byte) bool {
	b = bytes.TrimSuffix(b, []byte("/user")) // a build that is sold
	if len(b) < 5 || len(b) > 40 || placeholderName(b) {
		return false
	}
	capitals, numbers, hex := 0, 0, 0
	for i, c := range b {
		switch {
		case isDigit(c):
			numbers++
			hex++
		case c >= 'A' && c <= 'Z':
			capitals++
			if c <= 'F' {
				hex++
			}
		case c != '.' && c != '_' && c != '-' || i == 0:
			return false
		}
	}
	version := capitals == 1 && b[0] == 'V'
	return capitals > 0 && numbers > 1 && !version && (hex < len(b) || len(b) < 16)
}
