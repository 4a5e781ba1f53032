package telltale

// Kind is the sort of personal data a value is. It is decided by the value,
// never by a field's name alone: a field named MEID may hold an IMEI.
type Kind string

// The kinds of the contract.
const (
	IMEI       Kind = "imei"        // 15 digits, 3GPP TS 23.003 6.2.1
	IMEISV     Kind = "imeisv"      // 16 digits, 3GPP TS 23.003 6.2.2
	MEID       Kind = "meid"        // 14 hex digits, 3GPP2 S.R0048
	ESN        Kind = "esn"         // 8 hex digits
	IMSI       Kind = "imsi"        // 14 or 15 digits, 3GPP TS 23.003 2.2
	ICCID      Kind = "iccid"       // 18 to 22 digits, ITU-T E.118
	EID        Kind = "eid"         // 32 digits, GSMA SGP.29
	MSISDN     Kind = "msisdn"      // ITU-T E.164
	MAC        Kind = "mac"         // 48 bits, IEEE 802
	BSSID      Kind = "bssid"       // MAC of an access point
	SSID       Kind = "ssid"        // name of a Wi-Fi network
	Serial     Kind = "serial"      // serial number of a device
	AndroidID  Kind = "android_id"  // Settings.Secure.ANDROID_ID
	GSFID      Kind = "gsf_id"      // Google Services Framework id
	WidevineID Kind = "widevine_id" // MediaDrm unique id
	AdID       Kind = "ad_id"       // advertising id
	IDFV       Kind = "idfv"        // iOS identifier for vendor
	InstallID  Kind = "install_id"  // id of an app's installation
	Location   Kind = "location"    // "lat,lon" in decimal degrees
	Cell       Kind = "cell"        // identity of a mobile cell
	Email      Kind = "email"
	PersonName Kind = "person_name"
	Hostname   Kind = "hostname"
	SMS        Kind = "sms"
	Contact    Kind = "contact"
	Account    Kind = "account"
	IPv6EUI64  Kind = "ipv6_eui64" // IPv6 address built from a MAC, RFC 4291 appendix A
	Credential Kind = "credential"
	CardNumber Kind = "card_number"
	PublicIP   Kind = "public_ip"
	Model      Kind = "model"
	Build      Kind = "build"
	Other      Kind = "other"
)

// Kinds lists every [Kind] in the contract's order.
var Kinds = []Kind{
	IMEI, IMEISV, MEID, ESN, IMSI, ICCID, EID, MSISDN, MAC, BSSID, SSID, Serial, AndroidID, GSFID,
	WidevineID, AdID, IDFV, InstallID, Location, Cell, Email, PersonName, Hostname, SMS, Contact,
	Account, IPv6EUI64, Credential, CardNumber, PublicIP, Model, Build, Other,
}

// IsKind reports whether name is the name of a [Kind].
func IsKind(name string) bool {
	for _, k := range Kinds {
		if string(k) == name {
			return true
		}
	}
	return false
}
