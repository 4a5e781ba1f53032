package pipeline

import (
	"crypto/sha256"
	"crypto/x509"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// Bounds of what is kept of certificates.
const (
	maxCertNames = 100 // names of one that a message lists
	maxCerts     = 256 // that a worker remembers: servers send the same one every time
)

// certificate is what a certificate says.
type certificate struct {
	name  string // its first name of a host, "" where it has none
	tells *telltale.TLSCertificate
}

// certificate reads a certificate, unless that was done before; nil where der
// is none.
func (w *worker) certificate(der []byte) *certificate {
	key := sha256.Sum256(der)
	known, ok := w.certs[key]
	if ok {
		return known
	}
	if cert, err := x509.ParseCertificate(der); err == nil {
		known = &certificate{hostIn(cert), describeCertificate(cert)}
	}
	if len(w.certs) >= maxCerts {
		clear(w.certs)
	}
	w.certs[key] = known
	return known
}

// knowCertificate reads the certificate that an ended message carries, if it
// does: a server's first name is one of its flow.
func (c *conv) knowCertificate(m *dissect.Message) *certificate {
	if m.TLS == nil || m.TLS.Certificate == nil {
		return nil
	}
	cert := c.s.w.certificate(m.TLS.Certificate)
	if cert != nil && m.Dir == telltale.ToClient && c.info.Cert == "" {
		c.info.Cert = cert.name
	}
	return cert
}

// hostIn returns the first name of a certificate that may be a host's.
func hostIn(cert *x509.Certificate) string {
	for _, name := range append(cert.DNSNames, cert.Subject.CommonName) {
		if isName([]byte(name)) && strings.Contains(name, ".") {
			return strings.Clone(name)
		}
	}
	return ""
}

// describeTLS returns what a hello tells.
func describeTLS(t *dissect.TLS) *telltale.TLSMessage {
	out := &telltale.TLSMessage{SNI: text(t.SNI), Version: t.Version, ECH: t.ECH, JA3: t.JA3(), JA4: t.JA4(), Cipher: t.Cipher}
	for _, p := range t.ALPN {
		out.ALPN = append(out.ALPN, text(p))
	}
	return out
}

// describeCertificate returns what a certificate says.
func describeCertificate(cert *x509.Certificate) *telltale.TLSCertificate {
	out := &telltale.TLSCertificate{
		Subject: telltale.NewText(cert.Subject.CommonName), Organisation: telltale.NewText(first(cert.Subject.Organization)),
		Issuer:    telltale.NewText(cert.Issuer.CommonName),
		NotBefore: telltale.Time(cert.NotBefore.UnixNano()), NotAfter: telltale.Time(cert.NotAfter.UnixNano()),
	}
	if cert.Issuer.CommonName == "" {
		out.Issuer = telltale.NewText(first(cert.Issuer.Organization))
	}
	for _, name := range cert.DNSNames[:min(len(cert.DNSNames), maxCertNames)] {
		out.Names = append(out.Names, telltale.NewText(name))
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// describeEnd fills in what is known only when the message ends.
func describeEnd(out *Message, m *dissect.Message, cert *certificate) {
	if m.TLS != nil && out.TLS == nil {
		out.TLS = describeTLS(m.TLS)
	}
	if cert != nil {
		out.TLS.Certificate = cert.tells
	}
	for _, f := range m.Facts {
		out.Facts = append(out.Facts, telltale.Fact{Name: f.Name, Value: text(f.Value)})
	}
}
