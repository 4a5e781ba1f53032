package detect

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

func md5Of(s string) string    { b := md5.Sum([]byte(s)); return hex.EncodeToString(b[:]) }
func sha1Of(s string) string   { b := sha1.Sum([]byte(s)); return hex.EncodeToString(b[:]) }
func sha256Of(s string) string { b := sha256.Sum256([]byte(s)); return hex.EncodeToString(b[:]) }

// A digest of two or three values of a device file is found, and says of which.
func TestJoined(t *testing.T) {
	e := New([]Seed{
		{telltale.IMEI, telltale.NewValue(telltale.IMEI, testIMEI), 0},
		{telltale.MAC, telltale.NewValue(telltale.MAC, testMAC), 0},
		{telltale.Serial, telltale.NewValue(telltale.Serial, testSerial), 0},
		{telltale.AndroidID, telltale.NewValue(telltale.AndroidID, "4f3a9c1d2b7e6058"), 1},
	})
	bare := strings.ToUpper(strings.ReplaceAll(testMAC, ":", ""))
	for text, want := range map[string]string{
		md5Of(testIMEI + testMAC):                                "imei mac md5>joined",
		strings.ToUpper(md5Of(testIMEI + "_" + bare)):            "imei mac md5>joined",
		sha1Of(bare + testIMEI):                                  "mac imei sha1>joined",
		sha256Of(testSerial + "|" + testIMEI):                    "serial imei sha256>joined",
		md5Of(testIMEI + testSerial + bare):                      "imei serial and mac md5>joined",
		md5Of(testIMEI + "\n"):                                   "imei equals a digest of this value in the device file and the end of a line md5>joined",
		md5Of(testIMEI + "4f3a9c1d2b7e6058"):                     "", // of another device
		md5Of(testIMEI + testIMEI):                               "",
		md5Of(testIMEI + testMAC)[:31]:                           "",
		md5Of(testIMEI+testMAC) + "0":                            "",
		"g" + md5Of(testIMEI+testMAC):                            "",
		sha256Of(testIMEI + testMAC)[:32] + md5Of("something"):   "", // begins like one
		sha256Of(testIMEI + testMAC + testSerial + "and a salt"): "",
	} {
		var got []string
		for _, h := range search(e, []byte(`{"uid":"`+text+`"}`)) {
			if h.Level == telltale.Confirmed {
				why := strings.NewReplacer("equals a digest of this value and ", "", "equals a digest of this value, ", "", " in the device file, one behind the other", "").Replace(h.Why[0].Evidence)
				got = append(got, fmt.Sprintf("%s %s %s", h.Kind, why, strings.TrimPrefix(h.Form, "json>")))
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What is made of many device files is bounded.
func TestJoinedFleet(t *testing.T) {
	var seeds []Seed
	for i := range 4000 {
		for k, format := range map[telltale.Kind]string{telltale.IMEI: "00101270%07d", telltale.IMSI: "00101%010d", telltale.Serial: "PL2GAR%07d"} {
			seeds = append(seeds, Seed{k, telltale.NewValue(k, fmt.Sprintf(format, i)), i})
		}
	}
	if n := len(joinedOf(seeds)); n < 64*100 || n > 64*1000 {
		t.Errorf("%d digests of %d device files", n, 4000)
	}
}

// One value is enough for the digest of a line.
func TestJoinedAlone(t *testing.T) {
	e := New([]Seed{{telltale.IMEI, telltale.NewValue(telltale.IMEI, testIMEI), 0}})
	if hits := search(e, []byte("uid="+md5Of(testIMEI+"\n")+"&x=1")); len(hits) != 1 || hits[0].Level != telltale.Confirmed {
		t.Errorf("found %v", hits)
	}
}
