package lab

import (
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// kaios is the client of a phone with keys, which sends only with a SIM of the
// operator: here it has one. MEID is the same in all of them.
var kaios = Client{
	Name:  "kaios",
	About: "The client of a phone with keys, with the operator's own SIM in it: one line of Base64, at each start and then hourly.",
	run: func(w *world) {
		w.announce(&registrar{port: 80, head: kaiosHead, pairs: kaiosPairs},
			afterBoot(20*time.Second, 50*time.Second, time.Hour, 10))
		w.decoys()
	},
}

func kaiosHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Host: " + authority(port), "User-Agent: Mozilla/5.0 (Mobile; EX-1000; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
		"Accept: */*", "Accept-Encoding: gzip, deflate", "Content-Type: application/encrypted-json", contentLength(body), "Connection: keep-alive",
	}, nil)
}

func kaiosPairs(w *world, at telltale.Time) []pair {
	id := w.identity
	return []pair{
		text("REGVER", "8.0"),
		text("UETYPE", "1"),
		identifier("MODEL", "EXA-1000", telltale.Model),
		text("SWVER", "10.00.17.01"),
		text("REGDATE", localTime(at)),
		text("MEID", "00000000000000"),
		identifier("IMEI1", id.IMEI[0], telltale.IMEI),
		identifier("IMEI2", id.IMEI[1], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", ""),
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		identifier("MACID", id.MAC, telltale.MAC),
		identifier("SIM1CELLID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell),
		text("ACCESSTYPE", "1"),
		text("DATASIM", "1"),
	}
}
