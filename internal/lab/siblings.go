package lab

import (
	"time"

	"github.com/telltale-audit/telltale"
)

// Siblings lists other cases that became known, as far as a capture shows them.
// What public reports do not tell of a message is made up, and said to be.
var Siblings = []*Client{&ragentek, &blur, &izat, &mms, &enrichment, &eap, &adups, &oneplus, &xiaomi, &telemetry, &supl}

// ragentek is an update client of 2016 that asked over plain HTTP (CERT/CC
// VU#624539, CVE-2016-6564; AnubisNetworks, November 2016). The reports name
// the hosts and what was told, not the form of the request, which is made up.
var ragentek = Client{
	Name:  "ragentek",
	About: "Update client of 2016 (CVE-2016-6564): IMEI and phone numbers over plain HTTP after each start; the form of the request is made up.",
	run: func(w *world) {
		number := w.declare(telltale.MSISDN, w.identity.MSISDN)
		w.atBoots(func(at telltale.Time, cause int) {
			body := (&letter{form: "plain"}).text("imei=").tell(telltale.IMEI, w.identity.IMEI[0], w.identity.IMEI[0], "http.body").
				text("&phone=").tell(telltale.MSISDN, number, number[1:], "http.body").text("&phone2=&country=NO")
			w.exchange(at, cause, "oyag.lhzbdvm.com", body.post("/update", "oyag.lhzbdvm.com", typeForm), okay(at, "text/plain", "none"))
		})
	},
}

// blur is the back end of a phone maker to which phones of 2010 checked in
// every nine minutes, largely in the clear (press reports of July 2013). Host
// and message are made up.
var blur = Client{
	Name:  "blur",
	About: "Check-in of 2013, every nine minutes: e-mail address, IMEI and position over plain HTTP; host and message are made up.",
	run: func(w *world) {
		mail := w.declare(telltale.Email, w.identity.Email)
		w.every(9*time.Minute, func(at telltale.Time) {
			body := (&letter{form: "json"}).text(`{"account":{"email":"`).tell(telltale.Email, mail, mail, "http.body > json:$.account.email").
				text(`"},"imei":"`).tell(telltale.IMEI, w.identity.IMEI[0], w.identity.IMEI[0], "http.body > json:$.imei").text(`","apps":["mail","maps"]}`)
			w.exchange(at, 0, "checkin.example", body.post("/checkin", "checkin.example", typeJSON), okay(at, typeJSON, `{"next":540}`))
		})
	},
}

// izat asks for satellite data; until 2023 over plain HTTP, with the chip's
// serial number in the user agent (Nitrokey, April 2023; GrapheneOS, frequently
// asked questions).
var izat = Client{
	Name:  "izat",
	About: "Satellite data by plain HTTP, as tested in 2023: the serial number in the user agent, seconds after each network join.",
	run: func(w *world) {
		serial := w.declare(telltale.Serial, w.identity.Serial)
		w.atJoins(func(at telltale.Time, cause int) {
			const host = "path1.xtracloud.net"
			ask := (&letter{form: "plain"}).text("GET /xtra3grc.bin HTTP/1.1\r\nHost: ", host, "\r\nUser-Agent: A/8.1.0/Example/One/").
				tell(telltale.Serial, serial, serial, "http.header:user-agent").text("/EX1\r\nAccept: */*\r\nConnection: close\r\n\r\n")
			w.exchange(at, cause, host, ask, okay(at, "application/octet-stream", string(noise(900, w.rng))))
		})
	},
}

// mms is an old client for picture messages: the phone itself wrote its number
// into headers (names as in Access Now, The Rise of Mobile Tracking Headers,
// 2015).
var mms = Client{
	Name:  "mms",
	About: "Old client for picture messages: the phone writes its own number into headers.",
	run: func(w *world) {
		number := w.declare(telltale.MSISDN, w.identity.MSISDN)
		w.atUnlocks(func(at telltale.Time, cause int) {
			ask := (&letter{form: "plain"}).text("POST /mms HTTP/1.1\r\nHost: mmsc.example\r\nX-MDN: ").
				tell(telltale.MSISDN, number, number[1:], "http.header:x-mdn").text("\r\nx-up-calling-line-id: ").
				tell(telltale.MSISDN, number, number[1:], "http.header:x-up-calling-line-id").
				text("\r\nContent-Type: application/vnd.wap.mms-message\r\nContent-Length: 4\r\n\r\n\x8c\x84\x8d\x92")
			w.exchange(at, cause, "mmsc.example", ask, okay(at, "application/vnd.wap.mms-message", "\x8c\x85"))
		})
	},
}

// enrichment asks an echo what arrived there: headers that the operator added on
// the way are seen nowhere else (Access Now 2015).
var enrichment = Client{
	Name:  "enrichment",
	About: "An echo over plain HTTP: its answer shows the phone number that the operator wrote into the request on the way.",
	run: func(w *world) {
		number, token := w.declare(telltale.MSISDN, w.identity.MSISDN), w.uuid()
		w.atUnlocks(func(at telltale.Time, cause int) {
			ask := (&letter{}).text("GET /echo HTTP/1.1\r\nHost: echo.example\r\nAccept: text/plain\r\n\r\n")
			w.exchange(at, cause, "echo.example", ask, okay(at, "text/plain", "Host: echo.example\nAccept: text/plain\nX-MSISDN: "+number[1:]+"\nX-UIDH: "+token+"\n"))
		})
	},
}

// eap is the automatic sign-on to an operator's Wi-Fi, where the network's own
// side carries it on: RADIUS (RFC 2865) with the subscriber's number as the
// user's name (3GPP TS 23.003, 14.3).
var eap = Client{
	Name:  "eap",
	About: "Automatic sign-on to an operator's Wi-Fi: the subscriber's number (IMSI) as user name in RADIUS, at each network join.",
	run: func(w *world) {
		w.atJoins(func(at telltale.Time, cause int) {
			u := w.capture.Datagrams(int64(at), w.phone, w.host("radius.example"), 1812)
			imsi := w.identity.IMSI
			user := (&letter{form: "plain"}).text("\x01\x00\x00\x00", string(noise(16, w.rng)), "\x01\x00").text("1").
				tell(telltale.IMSI, imsi, imsi, "radius > user-name").text("@wlan.mnc001.mcc001.3gppnetwork.org")
			user.b[1], user.b[3], user.b[21] = byte(cause), byte(len(user.b)), byte(len(user.b)-20)
			p := u.Send(telltale.ToServer, user.b)
			w.packets = append(w.packets, packetSend{Send{
				Time: telltale.Time(p.Time), Cause: cause, Destination: w.host("radius.example").Addr.String(), Sightings: user.sightings,
			}, p})
		})
	},
}

// sealed returns a client that does no more than talk to a host in TLS.
func sealed(name, host string, port uint16, every time.Duration, about string) Client {
	return Client{Name: name, About: about, run: func(w *world) {
		w.every(every, func(at telltale.Time) {
			c := w.dial(at, host, port)
			c.TLS(host, 2000+w.rng.IntN(3000), 400, w.rng)
			c.Close(telltale.ToServer)
		})
	}}
}

// The cases whose contents no capture shows: Kryptowire, 15 November 2016;
// reports on OnePlus of October 2017 and on Xiaomi's browser of May 2020; Liu,
// Patras and Leith, PLOS ONE 18(1) e0279942 (endpoints made up); 3GPP and OMA
// SUPL 2.0 with a public server's name (GrapheneOS, frequently asked questions).
var (
	adups     = sealed("adups", "bigdata.adups.com", 443, 20*time.Minute, "Update client of 2016 that sent messages and call lists every 72 hours, here every 20 minutes, in TLS: only the host is seen.")
	oneplus   = sealed("oneplus", "open.oneplus.net", 443, 25*time.Minute, "Telemetry of 2017, in TLS: only the host is seen.")
	xiaomi    = sealed("xiaomi", "sa.api.intl.miui.com", 443, 7*time.Minute, "A browser's telemetry of 2020, Base64 inside TLS: only the host is seen.")
	telemetry = sealed("telemetry", "telemetry.example", 443, 270*time.Second, "A system's telemetry as measured in 2021, every four and a half minutes in TLS; the host is made up.")
	supl      = sealed("supl", "supl.google.com", 7275, 18*time.Minute, "Assisted positioning (SUPL) in TLS: only the host is seen.")
)

// atBoots calls do a few seconds after each boot.
func (w *world) atBoots(do func(at telltale.Time, cause int)) { w.at(boot, 20*time.Second, do) }

// atJoins calls do a few seconds after each network join.
func (w *world) atJoins(do func(at telltale.Time, cause int)) { w.at(networkJoin, 2*time.Second, do) }

// atUnlocks calls do a few seconds after each unlock.
func (w *world) atUnlocks(do func(at telltale.Time, cause int)) { w.at(unlock, 4*time.Second, do) }

func (w *world) at(kind string, about time.Duration, do func(at telltale.Time, cause int)) {
	for _, e := range w.truth.Events {
		if e.Kind == kind {
			do(w.soon(e.Time, about, about*3/2), e.ID)
		}
	}
}
