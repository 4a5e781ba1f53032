package detect

import (
	"strings"
	"testing"
	"time"
)

// BenchmarkHostile measures what an opponent may send: 8 times the bytes
// should take about 8 times the time.
func BenchmarkHostile(b *testing.B) {
	for name, unit := range map[string]string{
		"imsi": "242011234567890 ", "keyed": `"imei":"001012704839210",`, "glued": testIMEI, "seeds": testIMEI + " ",
		"digits": "1", "assign": "a=", "colons": ":", "pairs": "00:", "hyphens": "-", "cells": "mcc:1,cid:99999,",
		"open": `{"imei":`, "xml": "<imei>242011234567890", "empty": "sn=", "escaped": `\"sn\":\"`, "path": "AAAA/",
		"rows": "id,password\n", "tokens": `"token":"abcd `,
	} {
		b.Run(name, func(b *testing.B) {
			s := New(deviceSeeds()).NewSearch()
			small, large := time.Hour, time.Hour
			took := func(n int) time.Duration {
				text := []byte(strings.Repeat(unit, n/len(unit)))
				start := time.Now()
				s.Begin()
				s.Scan(Field{Name: "http.body", Data: text})
				s.End()
				return time.Since(start)
			}
			for b.Loop() {
				small, large = min(small, took(32<<10)), min(large, took(256<<10))
			}
			b.ReportMetric(float64(large)/float64(small), "times-for-8-times-the-bytes")
			b.ReportMetric(256/1024./large.Seconds(), "MiB/s")
		})
	}
}

// What would give more candidates than are kept is still searched to its end.
func TestHostileTextIsSearched(t *testing.T) {
	text := strings.Repeat("242011234567890 ", 40<<10) + ` {"imei":"` + testIMEI + `"}`
	for _, h := range search(New(deviceSeeds()), []byte(text)) {
		if h.Value == testIMEI {
			return
		}
	}
	t.Error("the value at the end was not found")
}
