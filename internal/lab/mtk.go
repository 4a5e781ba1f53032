package lab

import (
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// mtk is the client of another chip maker: some values are numbers, and the
// content type is announced in other letters. The operator's requirements
// (summed up in CSDN article 128186943) leave both open.
var mtk = Client{
	Name:  "mtk",
	About: "Another chip maker's client: some values are bare numbers; soon after each start and then hourly.",
	run: func(w *world) {
		w.announce(&registrar{port: 80, head: mtkHead, pairs: mtkPairs, android: true},
			afterBoot(12*time.Second, 30*time.Second, time.Hour, 10))
		w.decoys()
	},
}

func mtkHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Content-type:application/encrypted-json", contentLength(body), "Host: " + authority(port),
		"Connection: Keep-Alive", "User-Agent: Apache-HttpClient/UNAVAILABLE (java 1.4)",
	}, nil)
}

func mtkPairs(w *world, at telltale.Time) []pair {
	id := w.identity
	cell := identifier("SIM1CELLID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell)
	cell.bare = true
	return []pair{
		text("REGVER", "1.0"),
		number("UETYPE", "1"),
		identifier("MODEL", "EXA-Two", telltale.Model),
		identifier("SWVER", "EX2.V1.3/user", telltale.Build),
		text("REGDATE", localTime(at)),
		identifier("MEID", id.MEID, telltale.MEID),
		identifier("IMEI1", id.IMEI[0], telltale.IMEI),
		identifier("IMEI2", id.IMEI[1], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", ""),
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		number("SIM1TYPE", "2"),
		number("ACCESSTYPE", "2"),
		identifier("MACID", id.MAC, telltale.MAC),
		number("SID", "0"),
		number("NID", "0"),
		cell,
	}
}
