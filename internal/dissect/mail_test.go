package dissect

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var mailSamples = []sample{
	{"SMTP", smtp, 587, []turn{
		down("220 Mail.Made-Up.Example ESMTP ready\r\n"), up("EHLO owner-phone.example\r\n"),
		down("250-mail.made-up.example\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n"),
		up("AUTH PLAIN AG93bmVyLm9uZQB3b3JkMTIz\r\n"), down("235 ok\r\n"),
		up("MAIL FROM:<owner.one@made-up.example> SIZE=310\r\nRCPT TO:<friend@made-up.example>\r\nDATA\r\n"),
		down("250 ok\r\n250 ok\r\n354 go on\r\n"),
		up("Subject: made up\r\n\r\nimei=001012704839210\r\n..a dot\r\n.\r\nQUIT\r\n"), down("250 taken\r\n221 bye\r\n"),
	}},
	{"SMTP refused, then BDAT", smtp, 25, []turn{
		up("HELO a\r\nAUTH LOGIN\r\n"), down("250 x\r\n334 VXNlcm5hbWU6\r\n"), up("b3duZXIub25l\r\n"), down("334 UGFzc3dvcmQ6\r\n"), up("d29yZA==\r\n"), down("235 2.7.0 ok\r\n"),
		up("DATA\r\n"), down("503 no\r\n"), up("BDAT 14 LAST\r\nimei=0010127\r\n"), up("AUTH XOAUTH2 dXNlcj1vd25lckBtYWRlLXVwLmV4YW1wbGUBYXV0aD1CZWFyZXIgeAEB\r\n"),
	}},
	{"SMTP turns to TLS", smtp, 25, []turn{up("EHLO a.example\r\nSTARTTLS\r\n"), down("250 x\r\n220 go\r\n"), up("\x16\x03\x01\x00\x05hello")}},
	{"SMTP that is none", smtp, 25, []turn{up("EHLO a\r\n\x00\x01\x02\r\n")}},
	{"POP3", pop3, 110, []turn{
		down("+OK ready <1896.697170952@made-up.example>\r\n"), up("USER owner.one\r\nPASS word\r\nLIST\r\nLIST 1\r\nRETR 1\r\n"),
		down("+OK\r\n+OK\r\n+OK 1 mail\r\n1 30\r\n.\r\n+OK 1 30\r\n+OK\r\nSubject: x\r\n\r\nimei=001012704839210\r\n.\r\n"),
		up("APOP owner.two c4c9334bac560ecc979e58001b3e22fb\r\n"), down("-ERR no\r\n"), up("AUTH PLAIN\r\n"), down("+ \r\n"), up("AG93bmVyLm9uZQB3b3Jk\r\n"), down("+OK\r\n"),
	}},
	{"IMAP", imap, 143, []turn{
		down("* OK IMAP4rev1 made-up.example\r\n"), up("a1 ID (\"name\" \"made-up\" \"os\" \"Android\")\r\na2 LOGIN \"owner.one\" \"word 2\"\r\n"),
		down("* ID NIL\r\na1 OK done\r\na2 OK in\r\n"), up("a3 FETCH 1 BODY[]\r\n"),
		down("* 1 FETCH (BODY[] {42}\r\nSubject: made up\r\n\r\nimei=001012704839210\r\n FLAGS ())\r\na3 OK\r\n"),
		up("a4 AUTHENTICATE PLAIN\r\n"), down("+ \r\n"), up("AG93bmVyLm9uZQB3b3Jk\r\n"), down("a4 OK\r\n"), up("a5 IDLE\r\nDONE\r\na6 LOGIN {5}\r\nalice {4}\r\nword\r\n"),
	}},
	{"IMAP, words counted and quoted", imap, 143, []turn{
		up("a1 LOGIN \"owner one\" {6+}\r\nword 2\r\na2 LOGIN {9}\r\nowner.one \"wo\\\"rd 2\\\\\"\r\na3 LOGIN {9}\r\nowner.one  {4}\r\nword\r\na4 APPEND box {8}\r\nx: y\r\n\r\n\r\n"),
		up("a5 LOGIN {2}\r\nme {0}\r\n\r\na6 LOGIN \"me\" \"\"\r\na7 LOGIN \"me \\\"\r\na8 AUTHENTICATE XOAUTH2 dXNlcj1vd25lckBtYWRlLXVwLmV4YW1wbGUBYXV0aD1CZWFyZXIgeAEB\r\n"),
	}},
	{"FTP", ftp, 21, []turn{
		down("220-made-up\r\n free text\r\n220 FTP ready\r\n"), up("USER owner.one\r\n"), down("331 word?\r\n"), up("PASS word\r\nSTOR imei-001012704839210.txt\r\n"), down("230 in\r\n550 no\r\n"),
	}},
}

var xmppSamples = []sample{
	{"XMPP", xmpp, 5222, []turn{
		up("<?xml version='1.0'?><stream:stream to='made-up.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"),
		down("<?xml version='1.0'?><stream:stream from='made-up.example' id='1'><stream:features><mechanisms xmlns='x'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"),
		up("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AG93bmVyLm9uZQB3b3Jk</auth>"), down("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"),
		up("<iq type='set' id='2'><bind xmlns='x'><resource>phone-001012704839210</resource></bind></iq> \n<presence/>"),
		down("<iq type='result'><bind><jid>owner.one@made-up.example/phone</jid></bind></iq><message from=\"a>b@made-up.example\" to='x'><body>hi &lt;</body></message>"),
		up("</stream:stream>"), down("</stream:stream>"),
	}},
	{"XMPP turns to TLS", xmpp, 5222, []turn{
		up("<stream:stream to='made-up.example'><starttls xmlns='x'/>"), down("<stream:stream><proceed xmlns='x'/>"), up("\x16\x03\x01\x00\x05hello"),
	}},
	{"XMPP, answers of any length", xmpp, 5222, []turn{
		up("<stream:stream to='made-up.example'><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AG93bmVyLm9uZQBjb3JyZWN0LWhvcnNl</auth>"),
		up("<auth mechanism='PLAIN'>AG93bmVyLm9uZUBtYWRlLXVwLmV4YW1wbGUAY29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSBjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxlIGNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGUg</auth><auth mechanism='PLAIN'>=</auth><auth mechanism='PLAIN'/><auth mechanism='PLAIN'></auth><auth>AG93bmVyLm9uZUBtYWRlLXVwLmV4YW1wbGUAY29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSBjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxlIGNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGUg</auth>"),
	}},
	{"XMPP that is none", xmpp, 5222, []turn{up("<stream:stream to='x'>then text")}},
}

// TestMailElsewhere expects lines that only look alike to be nobody's.
func TestMailElsewhere(t *testing.T) {
	for _, b := range []string{"220 welcome to the game\r\n", "+OK go on\r\n", "EHLOX", "* O", "<?xml version='1.0'?><html>", "USER x\r\n", "a LOGIN b c\r\n"} {
		if c, v := Choose(smtp.Proto, telltale.ToServer, []byte(b), 7777); v == Yes {
			t.Errorf("%q is taken for %s", b, c.Name)
		}
	}
	for b, want := range map[string]*Dissector{
		"220 mail.example ESMTP\r\n": smtp, "220 (vsFTPd 3.0)\r\n": ftp, "+OK POP3 ready\r\n": pop3, "* OK IMAP4 ready\r\n": imap, "ehlo me\r\n": smtp,
	} {
		if c, v := Choose(smtp.Proto, telltale.ToClient, []byte(b), 7777); v != Yes || c != want {
			t.Errorf("%q is taken for %s, verdict %d", b, c.Name, v)
		}
	}
}

// TestPlainNames names the parts of a SASL answer as they lie in Base64: from the
// letter on in which the first byte of one begins.
func TestPlainNames(t *testing.T) {
	names := []string{"auth.authorize_as", "auth.user_name", "auth.password"}
	for _, parts := range [][]string{{"", "owner.one", "word123"}, {"a", "kari", "hemmelig"}, {"ab", "karin", "hemmelig"}, {"abc", "karine", "hem"}} {
		plain := strings.Join(parts, "\x00")
		answer := []byte(base64.StdEncoding.EncodeToString([]byte(plain)))
		at := 0
		for i, part := range parts {
			for n := range len(part) {
				if name, key := plainNames.NameAt(answer, (at+n)*4/3); name != names[i] || (key == "password") != (i == 2) {
					t.Errorf("byte %d of %q is in %s, key %s, want %s", at+n, plain, name, key, names[i])
				}
			}
			at += len(part) + 1
		}
	}
	for _, answer := range []string{"", "=", "*", "AG9"} {
		if name, _ := plainNames.NameAt([]byte(answer), 5); name != names[0] {
			t.Errorf("%q is %s", answer, name)
		}
	}
}

// TestBearerNames names the user in a message of XOAUTH2 or OAUTHBEARER.
func TestBearerNames(t *testing.T) {
	for _, plain := range []string{"user=owner.one\x01auth=Bearer abc\x01\x01", "n,a=owner.one,\x01host=a\x01auth=Bearer abc\x01\x01", "\x01", "user="} {
		answer := []byte(base64.StdEncoding.EncodeToString([]byte(plain)))
		user := strings.Index(plain, "owner.one")
		for at := range len(plain) {
			want := "auth.bearer"
			if user >= 0 && at >= user && at < user+len("owner.one") {
				want = "auth.user_name"
			}
			if name, key := bearerNames.NameAt(answer, at*4/3); name != want || (key == "username") != (want == "auth.user_name") {
				t.Errorf("byte %d of %q is in %s, key %s, want %s", at, plain, name, key, want)
			}
		}
	}
}
