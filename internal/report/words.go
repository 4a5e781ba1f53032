package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
)

// kindWords are the plain words for a kind: the label names the term in
// brackets where it is not plain itself.
type kindWords struct {
	one, many, label string
}

// kinds gives the words, in the order in which a report names things: what
// says most about a person first.
var kinds = []struct {
	kind telltale.Kind
	kindWords
}{
	{telltale.ICCID, kindWords{"SIM number", "SIM numbers", "SIM number (ICCID)"}},
	{telltale.IMEI, kindWords{"IMEI", "IMEIs", "Phone (IMEI)"}},
	{telltale.Location, kindWords{"location", "locations", "Location"}},
	{telltale.Cell, kindWords{"cell", "cells", "Mobile cell"}},
	{telltale.MSISDN, kindWords{"phone number", "phone numbers", "Phone number"}},
	{telltale.IMSI, kindWords{"subscriber number", "subscriber numbers", "Subscriber (IMSI)"}},
	{telltale.MAC, kindWords{"hardware address", "hardware addresses", "Hardware (MAC)"}},
	{telltale.Serial, kindWords{"serial number", "serial numbers", "Serial number"}},
	{telltale.MEID, kindWords{"MEID", "MEIDs", "Phone (MEID)"}},
	{telltale.IMEISV, kindWords{"IMEISV", "IMEISVs", "Phone (IMEISV)"}},
	{telltale.ESN, kindWords{"ESN", "ESNs", "Phone (ESN)"}},
	{telltale.EID, kindWords{"eSIM number", "eSIM numbers", "eSIM number (EID)"}},
	{telltale.Email, kindWords{"e-mail address", "e-mail addresses", "E-mail address"}},
	{telltale.PersonName, kindWords{"owner's name", "names of persons", "Person's name"}},
	{telltale.SMS, kindWords{"text message", "text messages", "Text message"}},
	{telltale.Contact, kindWords{"contact", "contacts", "Contact"}},
	{telltale.Account, kindWords{"account name", "account names", "Account"}},
	{telltale.Credential, kindWords{"password or token", "passwords and tokens", "Password or token"}},
	{telltale.CardNumber, kindWords{"card number", "card numbers", "Card number"}},
	{telltale.BSSID, kindWords{"Wi-Fi router's address", "Wi-Fi routers' addresses", "Wi-Fi router"}},
	{telltale.SSID, kindWords{"Wi-Fi name", "Wi-Fi names", "Wi-Fi name (SSID)"}},
	{telltale.AndroidID, kindWords{"Android ID", "Android IDs", "Android ID"}},
	{telltale.GSFID, kindWords{"Google services ID", "Google services IDs", "Google services ID"}},
	{telltale.WidevineID, kindWords{"DRM ID", "DRM IDs", "DRM ID (Widevine)"}},
	{telltale.AdID, kindWords{"advertising ID", "advertising IDs", "Advertising ID"}},
	{telltale.IDFV, kindWords{"vendor ID", "vendor IDs", "Vendor ID (IDFV)"}},
	{telltale.InstallID, kindWords{"installation ID", "installation IDs", "Installation ID"}},
	{telltale.IPv6EUI64, kindWords{"hardware address (in its IPv6 address)", "hardware addresses (in IPv6 addresses)", "IPv6 (from MAC)"}},
	{telltale.Hostname, kindWords{"device name", "device names", "Device name"}},
	{telltale.PublicIP, kindWords{"public IP address", "public IP addresses", "Public IP address"}},
	{telltale.Model, kindWords{"model", "models", "Model"}},
	{telltale.Build, kindWords{"software build", "software builds", "Software build"}},
	{telltale.Other, kindWords{"other identifier", "other identifiers", "Other identifier"}},
}

// kindRank returns where k stands in kinds; kinds without words come last.
func kindRank(k telltale.Kind) int {
	for i := range kinds {
		if kinds[i].kind == k {
			return i
		}
	}
	return len(kinds)
}

func wordsOf(k telltale.Kind) kindWords {
	if i := kindRank(k); i < len(kinds) {
		return kinds[i].kindWords
	}
	return kindWords{string(k), string(k) + "s", string(k)}
}

// thousands writes n with a comma every three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// counted writes n and the noun, with an s where n is not one.
func counted(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

// times says how often in words: once, twice, 15 times.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return thousands(int64(n)) + " times"
}

// size writes a number of bytes with three digits at most.
func size(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return counted(n, "byte")
	}
	f := float64(n)
	for i := range units {
		f /= 1000
		switch {
		case f < 99.95:
			return fmt.Sprintf("%.1f %cB", f, units[i])
		case f < 999.5:
			return fmt.Sprintf("%.0f %cB", f, units[i])
		}
	}
	return thousands(n) + " bytes"
}

// percent writes part of whole as a percentage that never rounds to none or
// to all where it is neither.
func percent(part, whole int64) string {
	if whole <= 0 {
		return "0 %"
	}
	p := float64(part) / float64(whole) * 100
	switch {
	case part > 0 && p < 1:
		return "under 1 %"
	case part < whole && p > 99:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", p)
}

// listed joins words as a sentence does: a, b and c.
func listed(items []string) string {
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
}

// period writes a span of time: "14 Nov 2026 09:00–12:40 UTC".
func period(start, end telltale.Time) string {
	if start == 0 && end == 0 {
		return ""
	}
	const day, clock = "2 Jan 2006", "15:04"
	s, e := start.Std(), end.Std()
	switch {
	case s.Format(day) != e.Format(day):
		return s.Format(day+" "+clock) + " – " + e.Format(day+" "+clock) + " UTC"
	case e.Sub(s) < time.Minute:
		return s.Format(day+" 15:04:05") + "–" + e.Format("15:04:05") + " UTC"
	}
	return s.Format(day+" "+clock) + "–" + e.Format(clock) + " UTC"
}

// shellQuote makes name one word for a shell.
func shellQuote(name string) string {
	odd := func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+=:,@", r)
	}
	if name != "" && !strings.ContainsFunc(name, odd) && name[0] != '-' {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// frameSet writes packet numbers as a tshark display filter's set, runs as
// ranges, at most eight of them.
func frameSet(packets []int64) string {
	var parts []string
	for i := 0; i < len(packets) && len(parts) < 8; {
		j := i
		for j+1 < len(packets) && packets[j+1] == packets[j]+1 {
			j++
		}
		switch j - i {
		case 0:
			parts = append(parts, strconv.FormatInt(packets[i], 10))
		case 1:
			parts = append(parts, strconv.FormatInt(packets[i], 10), strconv.FormatInt(packets[j], 10))
		default:
			parts = append(parts, fmt.Sprintf("%d..%d", packets[i], packets[j]))
		}
		i = j + 1
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// sortedKeys returns a map's keys in order.
func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// KindName returns what a kind is called in a table, such as "SIM number (ICCID)".
func KindName(k telltale.Kind) string { return wordsOf(k).label }
