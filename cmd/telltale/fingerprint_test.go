package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The truth files hold JA3 of every ClientHello. JA4 came into tshark after
// them: where some tshark is installed it is asked for the lists that JA4 is
// made of, and they are put together here.

// helloColumns are the fields that tshark is asked for, a line for each
// packet that completes a ClientHello.
var helloColumns = []string{
	"frame.protocols", "tls.handshake.type", "tls.handshake.version", "tls.handshake.ciphersuite", "tls.handshake.extension.type",
	"tls.handshake.extensions.supported_version", "tls.handshake.sig_hash_alg", "tls.handshake.extensions_alpn_str",
	"tls.handshake.sig_hash_alg_len",
}

// addJA4 adds JA4 to what the truth file of a capture says. Without tshark it
// is not compared.
func addJA4(t *testing.T, name string, want seen, capped map[string]bool) {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if capped["ja4"] = err != nil; err != nil || len(want["ja3"]) == 0 {
		return
	}
	args := []string{"-n", "-r", name, "-Y", "tls.handshake.type == 1", "-T", "fields"}
	for _, c := range helloColumns {
		args = append(args, "-e", c)
	}
	out, err := exec.Command(tshark, args...).Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) { // it also fails where a file ends early
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		switch {
		case len(f) != len(helloColumns):
			t.Errorf("%s: tshark answers %q", name, line)
		case f[1] != "1": // the lists of several hellos in one packet cannot be told apart
			capped["ja4"] = true
		default:
			want["ja4"][witnessJA4(f)]++
		}
	}
}

// witnessJA4 makes JA4 of what tshark lists, as FoxIO describes it.
func witnessJA4(f []string) string {
	ciphers, exts, versions := hexList(f[3]), hexList(f[4]), hexList(f[5])
	sigs := signatures(exts, hexList(f[6]), hexList(f[8]))
	version := f[2]
	if len(versions) > 0 {
		version = "0x" + slices.Max(versions)
	}
	names := map[string]string{"0x0304": "13", "0x0303": "12", "0x0302": "11", "0x0301": "10", "0x0300": "s3", "0x0002": "s2"}
	head := "t"
	if strings.Contains(f[0], ":quic") {
		head = "q"
	}
	if v := names[version]; v != "" {
		head += v
	} else {
		head += "00"
	}
	if slices.Contains(exts, "0000") {
		head += "d"
	} else {
		head += "i"
	}
	head += fmt.Sprintf("%02d%02d", min(len(ciphers), 99), min(len(exts), 99))
	alpn, _, _ := strings.Cut(f[7], ",")
	if alpn == "" {
		alpn = "00"
	}
	head += alpn[:1] + alpn[len(alpn)-1:]
	exts = slices.DeleteFunc(exts, func(e string) bool { return e == "0000" || e == "0010" })
	slices.Sort(exts)
	slices.Sort(ciphers)
	tail := strings.Join(exts, ",")
	if len(sigs) > 0 {
		tail += "_" + strings.Join(sigs, ",")
	}
	return head + "_" + hash12(strings.Join(ciphers, ",")) + "_" + hash12(tail)
}

// signatures returns the algorithms of the extension signature_algorithms:
// tshark lists those of other extensions with them, in order.
func signatures(exts, all, lengths []string) []string {
	for _, e := range exts {
		if e != "000d" && e != "0022" && e != "0032" || len(lengths) == 0 {
			continue
		}
		n, err := strconv.ParseUint(lengths[0], 16, 16)
		k := min(int(n)/2, len(all))
		if err == nil && e == "000d" {
			return all[:k]
		}
		all, lengths = all[k:], lengths[1:]
	}
	return nil
}

// hexList reads numbers, decimal or hexadecimal, and leaves those out that
// are reserved to keep servers tolerant.
func hexList(s string) (list []string) {
	for x := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(x, 0, 16)
		if err == nil && (n&0x0f0f != 0x0a0a || n>>8 != n&0xff) {
			list = append(list, fmt.Sprintf("%04x", n))
		}
	}
	return list
}

func hash12(s string) string {
	if s == "" {
		return "000000000000"
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// TestWitnessJA4 holds the description of JA4 here to its own example.
func TestWitnessJA4(t *testing.T) {
	f := []string{
		"", "", "0x0303",
		"0x0a0a,0x1301,0x1302,0x1303,0xc02b,0xc02f,0xc02c,0xc030,0xcca9,0xcca8,0xc013,0xc014,0x009c,0x009d,0x002f,0x0035",
		"6682,0,27,17513,23,35,5,13,16,18,10,65281,11,45,51,43,21,14906", "0x2a2a,0x0304",
		"0x0403,0x0804,0x0401,0x0503,0x0805,0x0501,0x0806,0x0601", "h2", "16",
	}
	if got, want := witnessJA4(f), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("JA4 %s, published %s", got, want)
	}
}
