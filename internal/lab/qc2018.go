package lab

import (
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// qc2018 is the registration client of the incident as public reporting and
// public sources describe it: it holds its first attempt for 60 s after the
// start, tries again whenever the network changes, and stops once the server
// answers "Success". Its hourly retry is not re-enacted: every send follows an
// event of the script.
var qc2018 = Client{
	Name:  "qc2018",
	About: "The registration client of the 2019 incident: Base64 over plain HTTP at each start and each network join.",
	run: func(w *world) {
		w.announce(&registrar{port: 80, head: apacheHead, pairs: qc2018Pairs, android: true}, atEveryChange)
		w.decoys()
	},
}

// atEveryChange tries 61 s after each boot and soon after each other network
// join.
func atEveryChange(w *world, try attempt) {
	for _, e := range w.truth.Events {
		var at telltale.Time
		switch {
		case e.Kind == boot:
			at = w.soon(e.Time, 60800*time.Millisecond, 61600*time.Millisecond)
		case e.Kind == networkJoin && !w.justBooted(e):
			at = w.soon(e.Time, 600*time.Millisecond, 1100*time.Millisecond)
		default:
			continue
		}
		if try(at, e.ID) {
			return
		}
	}
}

// justBooted reports whether e came with a boot, whose attempt is held.
func (w *world) justBooted(e Event) bool {
	return e.Cause != 0 && w.truth.Events[e.Cause-1].Kind == boot
}

// qc2018Pairs are the keys of 2018. Those of the second SIM slot and of
// networks the phone is not in are there and empty; of the cell's identity only
// the low byte is told.
func qc2018Pairs(w *world, at telltale.Time) []pair {
	id := w.identity
	meid := identifier("MEID", id.MEID, telltale.MEID)
	if w.MEIDHolds == "imei" {
		meid = identifier("MEID", id.IMEI[0], telltale.IMEI)
	}
	return []pair{
		text("REGVER", "5.0"),
		text("UETYPE", "1"),
		identifier("MODEL", "NOK-Nokia 7 plus", telltale.Model),
		identifier("SWVER", "00WW_3_22C", telltale.Build),
		text("OSVER", "Android 8.1.0"),
		text("HWVER", "B2N/1.0"),
		text("ACCESSTYPE", "2"),
		text("REGDATE", localTime(at)),
		meid,
		identifier("IMEI1", id.IMEI[0], telltale.IMEI),
		identifier("IMEI2", id.IMEI[1], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", ""),
		text("SIM1CDMAIMSI", ""),
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		text("SIM2LTEIMSI", ""),
		text("SIM1TYPE", "2"),
		text("SIM2TYPE", ""),
		identifier("MACID", id.MAC, telltale.MAC),
		text("SID", ""),
		text("NID", ""),
		text("BASEID", ""),
		identifier("SIM1CELLID", strconv.FormatUint(uint64(id.ECI&0xff), 10), telltale.Cell),
		text("SIM2CELLID", ""),
		text("MMEID", ""),
		text("MLPLVER", ""),
		text("MSPLVER", ""),
	}
}
