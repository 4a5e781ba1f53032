// Package device reads and writes the device file, in which an owner tells
// telltale what identifies the own device: the values to look for, the
// addresses the device has in captures, and facts such as model and build.
//
// The file is YAML: a flat mapping. A key that is the name of a
// [telltale.Kind] holds one value or a list of values; all other keys are
// fixed. Whatever is not understood is an error with its line.
package device

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
)

// File is what a device file says.
type File struct {
	Name      string            // base name, as records tell it
	Label     string            // what the owner calls the device
	Values    []telltale.Value  // canonical, each once, in the order of the file
	Facts     map[string]string // by the keys of FactKeys; never nil after Parse
	Addresses []string          // MAC (lower case, colons) or IP addresses in captures
}

// FactKeys are the keys of facts about a device, in the order Encode writes
// them.
var FactKeys = []string{"model", "build", "sku", "patch"}

// MaxSize is the largest device file that is read, in bytes.
const MaxSize = 256 << 10

// Read reads the device file of that name. Errors are those of the system or
// an [*telltale.FileError].
func Read(name string) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxSize+1)) //nolint:forbidigo // the limit is MaxSize
	if err != nil {
		return nil, err
	}
	return Parse(name, b)
}

// Encode returns the file as YAML that Parse reads back. The same content
// gives the same bytes.
func (f *File) Encode() []byte {
	var b strings.Builder
	b.WriteString("# A telltale device file: it identifies one device. Keep it to yourself.\n")
	if f.Label != "" {
		fmt.Fprintf(&b, "label: %s\n", quote(f.Label))
	}
	for _, key := range FactKeys {
		if f.Facts[key] != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, quote(f.Facts[key]))
		}
	}
	for _, k := range telltale.Kinds {
		var list []string
		for _, v := range f.Values {
			if v.Kind() == k {
				list = append(list, quote(v.Raw()))
			}
		}
		writeList(&b, string(k), list)
	}
	var list []string
	for _, a := range f.Addresses {
		list = append(list, quote(a))
	}
	writeList(&b, "addresses", list)
	return []byte(b.String())
}

func writeList(b *strings.Builder, key string, list []string) {
	switch len(list) {
	case 0:
	case 1:
		fmt.Fprintf(b, "%s: %s\n", key, list[0])
	default:
		fmt.Fprintf(b, "%s: [%s]\n", key, strings.Join(list, ", "))
	}
}

// quote returns s between double quotes, escaped as Go and YAML both read it.
func quote(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD")) }

// knownKeys lists every key a device file may have.
func knownKeys() string {
	keys := []string{"label"}
	keys = append(keys, FactKeys...)
	keys = append(keys, "addresses")
	for _, k := range telltale.Kinds {
		if places[k] != "" {
			keys = append(keys, string(k))
		}
	}
	return strings.Join(keys, ", ")
}
