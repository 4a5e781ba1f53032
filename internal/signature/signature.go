// Package signature knows services by what shows of their messages: which
// message is how which service registers a phone, looks for updates, or asks for
// satellites. What it knows is data: entries with their sources, and examples
// that each entry must tell apart. It says which service's form a message has,
// and never who is behind it or why.
package signature

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

//go:embed signatures.yaml
var builtIn string

// A Signature is one service as its messages show it.
type Signature struct {
	ID      string   `yaml:"id"`      // short name, as records tell it
	Says    string   `yaml:"says"`    // ends the sentence "This is ..."
	Contact string   `yaml:"contact"` // ends the sentence "It talked to ...", where contents are not seen
	Sources []Source `yaml:"sources"`
	Any     []Rule   `yaml:"any"`  // a message is the service's if it is as one of these says
	Hosts   []string `yaml:"host"` // names or addresses that are the service's, whatever is said
	Finds   []Seen   `yaml:"finds"`
	Ignores []Seen   `yaml:"ignores"`
}

// A Source is who told of it.
type Source struct {
	Publisher string `yaml:"publisher"`
	Title     string `yaml:"title"`
	Date      string `yaml:"date"` // 2019-03-21, 2019-03 or 2019
}

// A Rule is a set of conditions, all of which must hold.
type Rule struct {
	Hosts       []string `yaml:"host"` // a name, "*.name" for all below it, or an address
	Ports       []uint16 `yaml:"port"`
	ContentType []string `yaml:"content_type"`
	UserAgent   []string `yaml:"user_agent"` // what it contains
	Path        []string `yaml:"path"`       // how it begins

	// ForwardedFor are addresses that the sender says it asks for
	// (X-Forwarded-For), which no phone has a reason to write.
	ForwardedFor []string `yaml:"forwarded_for"`

	Keys  []string `yaml:"keys"`  // names of fields in which identifiers were seen
	Least int      `yaml:"least"` // how many different ones of Keys
}

// Seen is what a message, or a flow, shows.
type Seen struct {
	Host        string     `yaml:"host"` // lower case; "" where none is known
	Addr        netip.Addr `yaml:"-"`
	Address     string     `yaml:"address"` // of an example
	Port        uint16     `yaml:"port"`
	ContentType string     `yaml:"content_type"`
	UserAgent   string     `yaml:"user_agent"`
	Path        string     `yaml:"path"`
	Keys        []string   `yaml:"keys"`

	ForwardedFor string `yaml:"forwarded_for"` // X-Forwarded-For

	Contact bool `yaml:"contact_only"` // of an example: no contents are seen
}

// A Book is a list of signatures, ready for look-up. It never changes.
type Book struct {
	all  []*Signature
	hint hints
}

// NewBook returns a book of the user's signatures and the built-in ones: where
// both know a message, the user's are right.
func NewBook(own []*Signature) *Book {
	b := &Book{all: slices.Concat(own, standard)}
	b.hint = newHints(b.all)
	return b
}

// Message returns the signature that a message has, or nil.
func (b *Book) Message(s *Seen) *Signature {
	if !b.hint.may(s) {
		return nil
	}
	for _, sig := range b.all {
		for i := range sig.Any {
			if sig.Any[i].holds(s) {
				return sig
			}
		}
	}
	return nil
}

// Flow returns the signature whose far end a flow has, whatever was said in it,
// or nil.
func (b *Book) Flow(host string, addr netip.Addr) *Signature {
	s := &Seen{Host: host, Addr: addr}
	if !b.hint.knowsHost(s) {
		return nil
	}
	for _, sig := range b.all {
		if matchHost(sig.Hosts, s) {
			return sig
		}
	}
	return nil
}

// Table names the state of the built-in signatures, for the records of a run.
func Table() telltale.Table {
	sum := sha256.Sum256([]byte(builtIn))
	return telltale.Table{Name: "signatures", Version: "3", Date: "2026-11-26", SHA256: hex.EncodeToString(sum[:])}
}

// Cited is the first source of a signature, in words.
func (s *Signature) Cited() string {
	first := s.Sources[0]
	return strings.TrimSuffix(first.Publisher+", "+first.Date, ", ")
}
