package lab

import (
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// qc2014 is the first generation, as NRKbeta (21 March 2019) described the code
// of 2014 that it found: one identifier of the phone, in a field whose name says
// MEID, and "0" where there is nothing to tell.
var qc2014 = Client{
	Name:  "qc2014",
	About: "The same client of 2014: an IMEI in the field MEID, a minute after each start and then hourly, three times at most.",
	run: func(w *world) {
		w.announce(&registrar{port: 80, head: apacheHead, pairs: qc2014Pairs, android: true},
			afterBoot(60800*time.Millisecond, 61600*time.Millisecond, time.Hour, 3))
		w.decoys()
	},
}

func qc2014Pairs(w *world, at telltale.Time) []pair {
	id := w.identity
	return []pair{
		text("REGVER", "1.0"),
		text("UETYPE", "1"),
		identifier("MODELSMS", "EXA-One", telltale.Model),
		identifier("SWVER", "EX1_1_02A", telltale.Build),
		text("REGDATE", localTime(at)),
		identifier("MEID", id.IMEI[0], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", "0"),
		identifier("SIM1CDMAIMSI", id.IMSI, telltale.IMSI),
		text("SIM2IMSI", "0"),
		text("SIM1TYPE", "1"),
		identifier("MACID", id.MAC, telltale.MAC),
		text("SID", "0"),
		text("NID", "0"),
		identifier("BASEID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell),
	}
}

// qc2017 is the generation between: both IMEIs, and an attempt at every change
// of the network once one was in vain.
var qc2017 = Client{
	Name:  "qc2017",
	About: "The same client of about 2017: both IMEIs; at each start, and at each network join once an attempt was in vain.",
	run: func(w *world) {
		w.announce(&registrar{port: 80, head: apacheHead, pairs: qc2017Pairs, android: true}, onceFailed)
		w.decoys()
	},
}

func qc2017Pairs(w *world, at telltale.Time) []pair {
	id := w.identity
	return []pair{
		text("REGVER", "5.0"),
		text("UETYPE", "1"),
		identifier("MODEL", "EXA-One", telltale.Model),
		identifier("SWVER", "EX1_2_17A", telltale.Build),
		text("OSVER", "Android 7.1.1"),
		text("ACCESSTYPE", "2"),
		text("REGDATE", localTime(at)),
		identifier("MEID", id.MEID, telltale.MEID),
		identifier("IMEI1", id.IMEI[0], telltale.IMEI),
		identifier("IMEI2", id.IMEI[1], telltale.IMEI),
		identifier("SIM1ICCID", id.ICCID, telltale.ICCID),
		text("SIM2ICCID", ""),
		identifier("SIM1LTEIMSI", id.IMSI, telltale.IMSI),
		text("SIM1CDMAIMSI", ""),
		identifier("MACID", id.MAC, telltale.MAC),
		identifier("SIM1CELLID", strconv.FormatUint(uint64(id.ECI), 10), telltale.Cell),
		text("DATASIM", "1"),
	}
}
