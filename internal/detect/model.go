package detect

import (
	"bytes"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var model = &Detector{
	Kind:  telltale.Model,
	Judge: judgeModel,
	Least: 3,
	ByKey: true,
	Finds: []string{
		`{"model":"Example One 7"}`,
		`{"device_model":"SM-X0000"}`,
		"deviceModel=EXA-One&x=1",
		"ro.product.model=Nokia 0 plus",
		"ua=D (Android 9; Ex G (7) Build/XPPS28)",
		"ua=M/5.0 (Android 13; EX-A0001) Ap&x=1",
		`{"userAgent":"App/1.2 (iPhone0,1; iOS 14.2; Scale/3.00)"}`,
	},
	Ignores: []string{
		"Example One 7",
		`{"name":"SM-X0000"}`,
		`{"model":"unknown"}`,
		`{"model":"12"}`,
		`{"model":"com.example.Model"}`,
		`{"model":"https://example.org/model"}`,
		`{"model":"a sentence about something that is a model of something else"}`,
		`{"model":"gpt-4"}`,
		"User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
		"User-Agent: Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/118.0 Firefox/118.0",
		"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
		"User-Agent: Mozilla/5.0 (Linux; U; Android 4.0; en-us) AppleWebKit/534.30",
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0",
	},
}

// notModels are what stands where a model does and names none.
var notModels = []string{
	"mobile", "tablet", "phone", "desktop", "generic", "default", "android", "iphone", "ipad", "linux", "windows", "macintosh", "device",
	"model", "string", "smart tv", "tv", "emulator", "user", "test",
}

// knownModels begin the names of models that no other word begins with.
var knownModels = []string{
	"SM-", "GT-", "Nokia ", "NOK-", "TA-", "Pixel ", "Nexus ", "Redmi ", "HUAWEI ", "HONOR ", "moto ", "Moto ", "ONEPLUS ", "iPhone", "iPad", "LG-", "LM-", "XT1", "XT2", "CPH",
	"RMX", "vivo ", "SAMSUNG", "Xperia ", "sdk_gphone",
}

// judgeModel reads the name of a device's model, which a key names: a name of up to
// 40 letters and digits that has a capital or a digit, and no form of something
// else's.
func judgeModel(token []byte, keyed bool, r *Reading) bool {
	if !keyed || !soundModel(token) || owners(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	for _, known := range knownModels {
		if bytes.HasPrefix(token, []byte(known)) {
			r.shape("begins as a maker's models do", 10)
			break
		}
	}
	return true
}

// modelEnd returns where the model ends that begins at start and goes on up to end, or
// with a comma and a number, as Apple's do: iPhone12,1.
func modelEnd(b []byte, start, end int) int {
	if start == end || !isDigit(b[end-1]) || end+1 >= len(b) || b[end] != ',' || !isDigit(b[end+1]) {
		return end
	}
	last := end + 1
	for last < len(b) && isDigit(b[last]) && last-end <= 2 {
		last++
	}
	if last < len(b) && (isKey(b[last]) || b[last] == ',') {
		return end
	}
	return last
}

func soundModel(b []byte) bool {
	if len(b) < 3 || len(b) > 40 || !utf8.Valid(b) || numbering.AllEqual(b) || placeholderName(b) || among(b, notModels) {
		return false
	}
	letters, capitals, words := 0, 0, 1
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z':
			letters++
			capitals++
		case c == ' ':
			words++
		case isDigit(c), c == '-', c == '_', c == '(', c == ')', c == '+', c == ',':
		case isWord(c):
			letters++
		default: // a dot or a slash is of a path, a package or a version
			return false
		}
	}
	return letters >= 2 && (capitals > 0 || bytes.HasPrefix(b, []byte("moto ")) || bytes.HasPrefix(b, []byte("sdk_gphone"))) && words <= 6
}
