package lab

import (
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// Modules are modems that things have, not phones: trackers, meters, robots.
// Their ports are those of the operator's requirements (CSDN article
// 128186943).

// nordic is a module's client whose source code is public (nrfconnect/sdk-nrf,
// zzhc): it cuts the SIM number to 19 digits, so that the check digit is gone.
var nordic = Client{
	Name:  "nordic",
	About: "A module's client: port 9999, the SIM number cut to 19 digits, an IMEI in the field MEID.",
	run: func(w *world) {
		w.announce(&registrar{port: 9999, head: nordicHead, pairs: nordicPairs}, afterBoot(40*time.Second, 4*time.Minute, time.Hour, 3))
		w.decoys()
	},
}

func nordicHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Host: " + authority(port), "User-Agent: zzhc/1.0.0", "Content-Type: application/encrypted-json", contentLength(body),
	}, nil)
}

func nordicPairs(w *world, _ telltale.Time) []pair {
	return modulePairs(w, "2", "11", w.identity.ICCID[:19])
}

// modulePairs are the few keys that modules send.
func modulePairs(w *world, version, sort, iccid string) []pair {
	id := w.identity
	sim := identifier("SIM1ICCID", iccid, telltale.ICCID)
	sim.means = id.ICCID
	return []pair{
		text("REGVER", version),
		text("UETYPE", sort),
		identifier("MODEL", "EXA-M1", telltale.Model),
		text("SWVER", "1.3.2"),
		identifier("MEID", id.IMEI[0], telltale.IMEI),
		sim,
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		identifier("CELLID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell),
	}
}

// fallbackAddress is written into one module's client, which asks for no name.
const fallbackAddress = "42.99.2.15"

// xinyi is a module's client that needs no DNS and claims to forward for
// another address, always the same.
var xinyi = Client{
	Name:  "xinyi",
	About: "A module's client: an address written into it, so no name is looked up, and a constant X-Forwarded-For.",
	run: func(w *world) {
		w.announce(&registrar{port: 9999, address: fallbackAddress, head: xinyiHead, pairs: xinyiPairs}, afterBoot(40*time.Second, 4*time.Minute, time.Hour, 10))
		w.decoys()
	},
}

func xinyiHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Host:" + fallbackAddress + ":" + strconv.Itoa(int(port)), "X-forwarded-for: 117.61.5.70", "Content-type:application/encrypted-json", contentLength(body),
	}, nil)
}

func xinyiPairs(w *world, _ telltale.Time) []pair { return modulePairs(w, "2", "23", w.identity.ICCID) }

// robot is the client of a maker of robots, which encodes the end of the string
// as well.
var robot = Client{
	Name:  "robot",
	About: "A robot's client: port 9998, a zero byte at the end of the JSON; at each start and every twelve hours.",
	run: func(w *world) {
		w.announce(&registrar{port: 9998, head: robotHead, pairs: robotPairs, nul: true}, afterBoot(30*time.Second, 90*time.Second, 12*time.Hour, 10))
		w.decoys()
	},
}

func robotHead(_ *world, port uint16, body []byte) []byte {
	return HTTP("POST / HTTP/1.1", []string{
		"Host: " + authority(port), "Content-Type: application/encrypted-json", contentLength(body), "Connection: close",
	}, nil)
}

func robotPairs(w *world, _ telltale.Time) []pair {
	return append(modulePairs(w, "7.0", "29", w.identity.ICCID), identifier("MACID", w.identity.MAC, telltale.MAC))
}
