package pipeline

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// signed returns a certificate that vouches for itself.
func signed(t *testing.T, subject pkix.Name, names ...string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: subject, DNSNames: names,
		NotBefore: time.Date(2019, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2029, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestCertificateNames takes the first name that may be a host's: of the
// alternative names, or else the common one.
func TestCertificateNames(t *testing.T) {
	long := strings.Repeat("a.", 150) + "example"
	for name, c := range map[string]struct {
		der  []byte
		want string
	}{
		"alternative": {signed(t, pkix.Name{CommonName: "cn.example"}, "first.example", "second.example"), "first.example"},
		"no host":     {signed(t, pkix.Name{CommonName: "cn.example"}, "localhost"), "cn.example"},
		"common":      {signed(t, pkix.Name{CommonName: "cn.example"}), "cn.example"},
		"all below":   {signed(t, pkix.Name{}, "*.w.example"), "*.w.example"},
		"too long":    {signed(t, pkix.Name{CommonName: long}), ""},
		"a title":     {signed(t, pkix.Name{CommonName: "Made-up CA"}), ""},
		"none":        {[]byte("0\x82not a certificate"), ""},
	} {
		w := &worker{certs: map[[32]byte]*certificate{}}
		conv := &conv{s: &shard{w: w}, info: &FlowInfo{}}
		for _, d := range []telltale.Direction{telltale.ToServer, telltale.ToClient} {
			want := ""
			if d == telltale.ToClient {
				want = c.want
			}
			conv.knowCertificate(&dissect.Message{Dir: d, TLS: &dissect.TLS{Certificate: c.der}})
			if conv.info.Cert != want {
				t.Errorf("%s, %v: %.40q, want %q", name, d, conv.info.Cert, want)
			}
		}
	}
}

// TestCertificateTells compares what is told of a certificate with what it was
// made of, and has it be read once.
func TestCertificateTells(t *testing.T) {
	var names []string
	for i := range maxCertNames + 5 {
		names = append(names, fmt.Sprint("n", i, ".example"))
	}
	der := signed(t, pkix.Name{CommonName: "cn.example", Organization: []string{"Made-up Ltd"}}, names...)
	w := &worker{certs: map[[32]byte]*certificate{}}
	cert := w.certificate(der)
	tells := cert.tells
	if tells.Subject.Raw() != "cn.example" || tells.Organisation.Raw() != "Made-up Ltd" || tells.Issuer.Raw() != "cn.example" {
		t.Errorf("subject %q, organisation %q, issuer %q", tells.Subject.Raw(), tells.Organisation.Raw(), tells.Issuer.Raw())
	}
	if len(tells.Names) != maxCertNames || tells.Names[1].Raw() != "n1.example" {
		t.Errorf("%d names", len(tells.Names))
	}
	if from, to := time.Unix(0, int64(tells.NotBefore)).UTC(), time.Unix(0, int64(tells.NotAfter)).UTC(); from.Year() != 2019 || to.Year() != 2029 {
		t.Errorf("from %v to %v", from, to)
	}
	if w.certificate(der) != cert {
		t.Error("read a second time")
	}
	nameless := signed(t, pkix.Name{Organization: []string{"Made-up CA"}})
	if got := w.certificate(nameless).tells.Issuer.Raw(); got != "Made-up CA" {
		t.Errorf("issuer without a name: %q", got)
	}
	for i := range 2 * maxCerts {
		if w.certificate([]byte{byte(i), byte(i >> 8)}) != nil {
			t.Error("noise is a certificate")
		}
	}
	if len(w.certs) > maxCerts {
		t.Errorf("%d are remembered", len(w.certs))
	}
}
