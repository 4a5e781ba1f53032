package pipeline

import (
	"crypto/x509"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// maxCertNames bounds the names of a certificate that a message lists.
const maxCertNames = 100

// knowCertificate keeps the first name of a server's certificate for its flow.
func (c *conv) knowCertificate(m *dissect.Message) {
	if m.TLS == nil || m.TLS.Certificate == nil || m.Dir != telltale.ToClient || c.info.Cert != "" {
		return
	}
	cert, err := x509.ParseCertificate(m.TLS.Certificate)
	if err != nil {
		return
	}
	for _, name := range append(cert.DNSNames, cert.Subject.CommonName) {
		if isName([]byte(name)) && strings.Contains(name, ".") {
			c.info.Cert = name
			return
		}
	}
}

// describeTLS returns what a hello or a certificate tells.
func describeTLS(t *dissect.TLS) *telltale.TLSMessage {
	out := &telltale.TLSMessage{
		SNI: text(t.SNI), Version: t.Version, ECH: t.ECH, JA3: t.JA3(), JA4: t.JA4(),
		Cipher: t.Cipher, Certificate: describeCertificate(t.Certificate),
	}
	for _, p := range t.ALPN {
		out.ALPN = append(out.ALPN, text(p))
	}
	return out
}

// describeCertificate returns what a certificate says, nil where der is none.
func describeCertificate(der []byte) *telltale.TLSCertificate {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
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
func describeEnd(out *Message, m *dissect.Message) {
	if m.TLS != nil && out.TLS == nil {
		out.TLS = describeTLS(m.TLS)
	}
	for _, f := range m.Facts {
		out.Facts = append(out.Facts, telltale.Fact{Name: f.Name, Value: text(f.Value)})
	}
}
