package lab

import (
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
)

// samsung is a phone maker's client: the field MEID holds the serial number,
// the MAC is in capitals, and the user agent of Android's own HTTP client
// (AOSP, libcore) tells model and build. After a success it waits a month,
// which no capture of a day shows.
var samsung = Client{
	Name:  "samsung",
	About: "A phone maker's client: the serial number in the field MEID, at each network join; a month of rest after a success.",
	run: func(w *world) {
		w.declare(telltale.Serial, w.identity.Serial)
		w.announce(&registrar{port: 80, head: samsungHead, pairs: samsungPairs, agent: samsungAgent, android: true}, atEveryJoin)
		w.decoys()
	},
}

// samsungAgent is what the user agent tells.
var samsungAgent = []telltale.Value{telltale.NewValue(telltale.Model, "EX-G9000"), telltale.NewValue(telltale.Build, "R16NW")}

func samsungHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Content-Type: application/encrypted-json", "User-Agent: Dalvik/2.1.0 (Linux; U; Android 8.0.0; EX-G9000 Build/R16NW)",
		"Host: " + authority(port), "Connection: Keep-Alive", "Accept-Encoding: gzip", contentLength(body),
	}, nil)
}

func samsungPairs(w *world, at telltale.Time) []pair {
	id := w.identity
	mac := identifier("MACID", strings.ToUpper(id.MAC), telltale.MAC)
	mac.means = id.MAC
	return []pair{
		text("REGVER", "8.0"),
		text("UETYPE", "1"),
		identifier("MODEL", "EXA-G9000", telltale.Model),
		identifier("SWVER", "G9000ZCU1", telltale.Build),
		text("OSVER", "8.0.0"),
		text("HWVER", "REV1.0"),
		text("REGDATE", localTime(at)),
		identifier("MEID", id.Serial, telltale.Serial),
		identifier("IMEI1", id.IMEI[0], telltale.IMEI),
		identifier("IMEI2", id.IMEI[1], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", ""),
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		text("SIM2LTEIMSI", strings.Repeat("1", 15)), // how it hides a rival's SIM
		text("SIM1TYPE", "1"),
		mac,
		identifier("SIM1CELLID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell),
		text("SIM2CELLID", " "),
		text("ACCESSTYPE", "2"),
		text("ROM", "64GB"),
		text("RAM", "4GB"),
	}
}
