package destination

import (
	"strings"
	"testing"
)

func TestDomainOf(t *testing.T) {
	for _, c := range []struct{ name, registrable, suffix, tenant string }{
		{"zzhc.vnet.cn", "vnet.cn", "cn", ""},
		{"vnet.cn", "vnet.cn", "cn", ""},
		{"www.example.com.cn", "example.com.cn", "com.cn", ""},
		{"a.b.example.co.uk", "example.co.uk", "co.uk", ""},
		{"someone.github.io", "github.io", "io", "someone.github.io"},
		{"github.io", "github.io", "io", ""},
		{"x.s3.amazonaws.com", "amazonaws.com", "com", "x.s3.amazonaws.com"},
		{"www.city.kawasaki.jp", "city.kawasaki.jp", "kawasaki.jp", ""}, // an exception, twice
		{"www.example.nosuchtld", "example.nosuchtld", "nosuchtld", ""},
		{"co.uk", "", "co.uk", ""},
		{"printer", "", "", ""},
		{"192.0.2.1", "", "", ""},
		{"2001:db8::1", "", "", ""},
		{"", "", "", ""},
		{"a..com", "", "", ""},
		{strings.Repeat("a", 64) + ".com", "", "", ""},
	} {
		d, ok := DomainOf(c.name)
		if d.Registrable != c.registrable || d.Tenant != c.tenant || ok != (c.registrable != "") || ok && d.Suffix != c.suffix {
			t.Errorf("%q: %+v, %v", c.name, d, ok)
		}
	}
	if table := suffixTable(); len(table.Version) != 40 || table.Date < "2026-01-01" || len(table.Date) != 10 {
		t.Errorf("the list is %+v", table)
	}
}

func FuzzDomainOf(f *testing.F) {
	f.Add("zzhc.vnet.cn")
	f.Add("x.s3.amazonaws.com")
	f.Fuzz(func(t *testing.T, name string) {
		d, ok := DomainOf(name)
		if ok && (!strings.HasSuffix(name, d.Registrable) || !strings.HasSuffix(d.Registrable, "."+d.Suffix) || !strings.HasSuffix(name, d.Tenant)) {
			t.Errorf("%q: %+v", name, d)
		}
	})
}
