package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
)

func readDoc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var flagName = regexp.MustCompile(`--[a-z][a-z0-9-]+`)

// TestCommandsDocumented holds that the page of commands has every command,
// flag and exit code, and no flag that does not exist.
func TestCommandsDocumented(t *testing.T) {
	doc := readDoc(t, "docs/20-commands.md")
	flags := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Runnable() && !cmd.HasSubCommands() && !strings.Contains(doc, "`"+cmd.CommandPath()) {
			t.Errorf("no %q", cmd.CommandPath())
		}
		for _, f := range flagName.FindAllString(cmd.Flags().FlagUsages(), -1) {
			flags[f] = true
			if !strings.Contains(doc, "`"+f) {
				t.Errorf("no flag %s of %q", f, cmd.CommandPath())
			}
		}
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(rootCommand(&terminal{}))
	for _, f := range flagName.FindAllString(doc, -1) {
		if !flags[f] && f != "--help" {
			t.Errorf("%s does not exist", f)
		}
	}
	for _, code := range []int{exitDone, exitUsage, exitSkipped, exitInput, exitStore} {
		if !strings.Contains(doc, "\n| "+strconv.Itoa(code)+" | ") {
			t.Errorf("no exit code %d", code)
		}
	}
}

// shape is what of a JSON Schema the page of formats repeats.
type shape struct {
	Properties map[string]shape
	Items      *shape
	OneOf      []shape
	Enum       []string
}

// TestRecordsDocumented holds that the page of formats has every record, each
// with its fields in a section of its own, and every fixed word.
func TestRecordsDocumented(t *testing.T) {
	doc := readDoc(t, "docs/30-formats.md")
	var schema struct {
		Defs map[string]shape `json:"$defs"`
	}
	if err := json.Unmarshal(ndjson.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, r := range ndjson.Records {
		_, section, ok := strings.Cut(doc, "\n### "+r.EventType()+":")
		if !ok {
			t.Errorf("no section on %s", r.EventType())
			continue
		}
		section, _, _ = strings.Cut(section, "\n#")
		checkShape(t, r.EventType(), schema.Defs[r.EventType()], section, doc)
	}
}

func checkShape(t *testing.T, path string, s shape, section, doc string) {
	t.Helper()
	for name, p := range s.Properties {
		where := section
		if strings.Contains(path, ".") || name == "schema" || name == "event_type" || name == "timestamp" {
			where = doc // said once, for all records
		}
		if !strings.Contains(where, "`"+name+"`") {
			t.Errorf("no field %s.%s", path, name)
		}
		checkShape(t, path+"."+name, p, section, doc)
	}
	for _, word := range s.Enum {
		if !strings.Contains(doc, "`"+word+"`") && !telltale.IsKind(word) && !strings.HasSuffix(path, ".predicate") {
			t.Errorf("no word %q of %s", word, path)
		}
	}
	if s.Items != nil {
		checkShape(t, path, *s.Items, section, doc)
	}
	for _, one := range s.OneOf {
		checkShape(t, path, one, section, doc)
	}
}

// TestSkipReasonsDocumented holds the closed list of reasons to the page.
func TestSkipReasonsDocumented(t *testing.T) {
	doc := readDoc(t, "docs/30-formats.md")
	for _, why := range telltale.SkipReasons {
		if !strings.Contains(doc, "`"+string(why)+"`") {
			t.Errorf("no reason %s", why)
		}
	}
}
