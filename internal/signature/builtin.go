// Code generated from signatures.yaml by make generate. DO NOT EDIT.

package signature

// standard are the built-in signatures, without their examples.
var standard = []*Signature{
	{
		ID:      "china-telecom-registration",
		Says:    "how a phone registers itself with China Telecom",
		Contact: "the server with which phones register themselves at China Telecom",
		Sources: []Source{{
			Publisher: "NRKbeta",
			Title:     "Norske telefoner sendte personopplysninger til Kina",
			Date:      "2019-03-21",
		}, {
			Publisher: "Tweakers",
			Title:     "item 150576, on the host",
			Date:      "2019-03",
		}, {
			Publisher: "Nordic Semiconductor",
			Title:     "nrfconnect/sdk-nrf, library zzhc",
			Date:      "2021",
		}, {
			Publisher: "CSDN",
			Title:     "article 128186943, the requirements summed up",
			Date:      "2022",
		}},
		Any: []Rule{{
			Hosts: []string{"*.vnet.cn", "42.99.2.15"},
			Keys:  []string{"REGVER", "MEID", "IMEI1", "IMEI2", "SIM1ICCID", "SIM2ICCID", "SIM1LTEIMSI", "SIM1CDMAIMSI", "MACID", "SIM1CELLID", "CELLID", "BASEID"},
			Least: 2,
		}, {
			ContentType: []string{"application/encrypted-json"},
		}, {
			ForwardedFor: []string{"117.61.5.70"},
		}, {
			Keys:  []string{"REGVER", "MEID", "IMEI1", "IMEI2", "SIM1ICCID", "SIM2ICCID", "SIM1LTEIMSI", "SIM1CDMAIMSI", "MACID", "SIM1CELLID", "CELLID", "BASEID"},
			Least: 3,
		}},
		Hosts: []string{"*.zzhc.vnet.cn", "42.99.2.15"},
	},
	{
		ID:      "ragentek-update",
		Says:    "how Ragentek's update client asks for software, in a form that anyone on the way can answer",
		Contact: "a server of Ragentek's update client",
		Sources: []Source{{
			Publisher: "CERT/CC",
			Title:     "VU#624539, CVE-2016-6564",
			Date:      "2016-11-17",
		}},
		Any: []Rule{{
			Hosts: []string{"oyag.lhzbdvm.com", "oyag.prugskh.net", "oyag.prugskh.com"},
		}},
		Hosts: []string{"oyag.lhzbdvm.com", "oyag.prugskh.net", "oyag.prugskh.com"},
	},
	{
		ID:      "qualcomm-izat",
		Says:    "how a Qualcomm chip asks for satellite data, XTRA or Izat",
		Contact: "Qualcomm's service for satellite data, XTRA or Izat",
		Sources: []Source{{
			Publisher: "Nitrokey",
			Title:     "Smartphones with Qualcomm chip, on XTRA",
			Date:      "2023-04",
		}, {
			Publisher: "GrapheneOS",
			Title:     "Frequently asked questions, default connections",
			Date:      "2023",
		}},
		Any: []Rule{{
			Hosts: []string{"*.izatcloud.net", "*.xtracloud.net"},
		}},
		Hosts: []string{"*.izatcloud.net", "*.xtracloud.net"},
	},
	{
		ID:      "adups-fota",
		Contact: "a server of Adups' update client of 2016",
		Sources: []Source{{
			Publisher: "Kryptowire",
			Title:     "on Adups FOTA",
			Date:      "2016-11-15",
		}},
		Hosts: []string{"bigdata.adups.com", "bigdata.adsunflower.com", "bigdata.adfuture.cn", "bigdata.advmob.cn", "rebootv5.adsunflower.com", "221.228.214.101"},
	},
	{
		ID:      "oneplus-telemetry",
		Contact: "the telemetry server of OnePlus phones as reported in 2017",
		Sources: []Source{{
			Publisher: "The Register",
			Title:     "on OnePlus telemetry",
			Date:      "2017-10",
		}},
		Hosts: []string{"open.oneplus.net"},
	},
	{
		ID:      "xiaomi-browser-telemetry",
		Contact: "the telemetry server of Xiaomi's browsers as reported in 2020",
		Sources: []Source{{
			Publisher: "Forbes",
			Title:     "on Xiaomi's browsers",
			Date:      "2020-04-30",
		}},
		Hosts: []string{"sa.api.intl.miui.com"},
	},
	{
		ID:      "google-supl",
		Contact: "Google's service for assisted positioning, SUPL",
		Sources: []Source{{
			Publisher: "GrapheneOS",
			Title:     "Frequently asked questions, SUPL",
			Date:      "2023",
		}, {
			Publisher: "OMA",
			Title:     "Secure User Plane Location, version 2.0",
			Date:      "2012",
		}},
		Hosts: []string{"supl.google.com"},
	},
	{
		ID:      "china-mobile-registration",
		Says:    "how a device registers itself with China Mobile",
		Contact: "the server with which devices register themselves at China Mobile",
		Sources: []Source{{
			Publisher: "telltale",
			Title:     "own reading of public source code of clients",
			Date:      "2026-11",
		}},
		Any: []Rule{{
			Hosts: []string{"a.fxltsbl.com", "m.fxltsbl.com"},
		}},
		Hosts: []string{"a.fxltsbl.com", "m.fxltsbl.com"},
	},
	{
		ID:      "china-unicom-registration",
		Says:    "how a device registers itself with China Unicom",
		Contact: "the server with which devices register themselves at China Unicom",
		Sources: []Source{{
			Publisher: "telltale",
			Title:     "own reading of public source code of clients",
			Date:      "2026-11",
		}},
		Any: []Rule{{
			Hosts: []string{"dm.wo.com.cn"},
			Path:  []string{"/register"},
		}},
		Hosts: []string{"dm.wo.com.cn"},
	},
	{
		ID:   "header-enrichment",
		Says: "how an operator or an old phone writes into requests who asks",
		Sources: []Source{{
			Publisher: "Access Now",
			Title:     "The Rise of Mobile Tracking Headers",
			Date:      "2015-08",
		}},
		Any: []Rule{{
			Keys:  []string{"x-up-calling-line-id", "x-up-calling-line", "calling-line-id", "x-up-subno", "x-up-lsid", "x-up-ch-msisdn", "x-msisdn", "msisdn", "x-mdn", "x-nokia-msisdn", "x-h3g-msisdn", "x-fh-msisdn", "x-wap-fh-subscriber-info", "x-subscriber-info", "x-wap-msisdn", "x-wap-network-client-msisdn", "x-network-msisdn", "x-network-info", "x-msp-clid", "x-msp-msisdn", "x-hts-clid", "x-nx-clid", "x-jinny-cid", "x-orange-cli", "x-wte-msisdn", "igcli", "rapmin", "user-identity-forward-msisdn", "x-imsi", "x-nokia-alias", "x-uidh", "x-acr", "x-vf-acr", "x-amobee-1", "x-piper-id", "x-up-vodacomgw-subid", "x-opwv-ddm-subscriber"},
			Least: 1,
		}},
	},
	{
		ID:   "sim-sign-on",
		Says: "how a phone signs on to an operator's Wi-Fi with its SIM, by EAP",
		Sources: []Source{{
			Publisher: "3GPP",
			Title:     "TS 23.003 clause 14, and RFC 4186, 4187",
			Date:      "2006",
		}},
		Any: []Rule{{
			Keys:  []string{"3gppnetwork.org"},
			Least: 1,
		}},
	},
}
