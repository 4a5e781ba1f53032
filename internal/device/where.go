package device

import "github.com/telltale-audit/telltale"

// Where returns a sentence that says where the owner of a device finds the
// value of that kind, or "" if a device file cannot hold the kind.
func Where(k telltale.Kind) string { return places[k] }

// places holds every kind that a device file may hold, with where its owner
// finds it. Model and build are facts there, not values.
var places = map[telltale.Kind]string{
	telltale.IMEI:       "dial *#06#, or Settings > About phone > IMEI: 15 digits; a phone with two SIMs has two",
	telltale.IMEISV:     "dial *#06#: the 16 digits marked IMEISV or SV",
	telltale.MEID:       "dial *#06#, or Settings > About phone: 14 digits and letters A-F; only phones for CDMA networks have one",
	telltale.ESN:        "on the label of old CDMA phones: 8 digits and letters A-F",
	telltale.IMSI:       "only a menu for technicians or the operator shows it: 15 digits that begin with your SIM's country code; leave it out if you do not have it",
	telltale.ICCID:      "printed on the SIM card, or Settings > About phone > SIM status: 19 or 20 digits that begin with 89",
	telltale.EID:        "dial *#06#, or Settings > About phone > EID: 32 digits; only phones with an eSIM have one",
	telltale.MSISDN:     "your phone number with country code, such as +47 ...",
	telltale.MAC:        "Settings > About phone > Wi-Fi MAC address (and Bluetooth address): six pairs such as 02:00:5e:10:7a:c4",
	telltale.BSSID:      "the MAC address of your Wi-Fi access point, on its label",
	telltale.SSID:       "the name of your Wi-Fi network",
	telltale.Serial:     "Settings > About phone > Serial number, or on the box",
	telltale.AndroidID:  "adb shell settings get secure android_id: 16 digits and letters a-f",
	telltale.GSFID:      "a device-id app shows it as Google Services Framework id: 16 digits and letters a-f",
	telltale.WidevineID: "a DRM-info app shows it as device unique id: 64 digits and letters a-f, or Base64",
	telltale.AdID:       "Settings > Google > Ads: your advertising ID",
	telltale.IDFV:       "an app of the same maker shows it as identifier for vendor",
	telltale.InstallID:  "the app shows it in its settings or its support page",
	telltale.Location:   "a map app shows your place as latitude,longitude: write it as 59.91387,10.75225",
	telltale.Cell:       "a network-cell app shows the cell identity (CI, ECI or NCI) that the phone is connected to",
	telltale.Email:      "your e-mail address",
	telltale.PersonName: "your name, as you gave it to the phone",
	telltale.Hostname:   "Settings > About phone > Device name",
	telltale.Contact:    "a number or an address from your contacts",
	telltale.Account:    "the name of an account on the phone",
}
