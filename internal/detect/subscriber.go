package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// subscriberRealm ends the realm of every name under which a phone signs on with
// its SIM (3GPP TS 23.003, 14.2).
var subscriberRealm = []byte(".3gppnetwork.org")

// RealmSaysSo is the evidence that only a name under which a phone signs on
// gives.
const RealmSaysSo = "the realm names its network"

// subscriber takes the subscriber's number out of b[start:end], a name of
// which the at sign is at at, such as
// 1242011234567890@wlan.mnc001.mcc242.3gppnetwork.org; it reports false for any
// other name. The first digit tells the method (3GPP TS 23.003, 14.3); a name
// that a network gave out for a while holds no number.
func (s *Search) subscriber(start, at, end int) bool {
	b := s.view.Data
	realm := bytes.ToLower(b[at+1 : end])
	if !bytes.HasSuffix(realm, subscriberRealm) {
		return false
	}
	start = max(start, at-15) // before it stands the method, and maybe a length that looks like text
	number := b[start:at]
	if at <= s.view.Seen || !numbering.IMSI(number) || !realmOf(realm, number) {
		return true
	}
	var r Reading
	if !judgeIMSI(number, true, &r) {
		return true
	}
	r.shape(RealmSaysSo, 1e4)
	s.offer(telltale.IMSI, &r, token{start: start, end: at, key: []byte("imsi")})
	return true
}

// realmOf reports whether a realm names the network that a subscriber's number
// begins with. Of an operator's code of two digits the realm has three.
func realmOf(realm, number []byte) bool {
	mcc, mnc := bytes.Index(realm, []byte("mcc")), bytes.Index(realm, []byte("mnc"))
	if mcc < 0 || mnc < 0 || len(realm) < max(mcc, mnc)+6 {
		return false
	}
	operator := realm[mnc+3 : mnc+6]
	return bytes.Equal(realm[mcc+3:mcc+6], number[:3]) &&
		(bytes.Equal(operator, number[3:6]) || operator[0] == '0' && bytes.Equal(operator[1:], number[3:5]))
}
