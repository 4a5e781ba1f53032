package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/telltale-audit/telltale/internal/report"
)

// openTerminal looks at what standard input and output are.
func openTerminal() *terminal {
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	t.ask = term.IsTerminal(int(os.Stdin.Fd()))
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) {
		t.width = defaultWidth
		if w, _, err := term.GetSize(fd); err == nil {
			t.width = w
		}
	}
	return t
}

// defaultWidth is the width of the report where no screen says otherwise.
const defaultWidth = 100

// style says what the screen can show. A pipe gets the same text, plain;
// COLUMNS, NO_COLOR, TERM=dumb and the C locale are obeyed.
func (t *terminal) style() report.Style {
	s := report.Style{Width: defaultWidth, Color: t.width > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if t.width > 0 {
		s.Width = t.width
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		s.Width = n
	}
	s.Width = min(max(s.Width, 40), 120)
	s.ASCII = !utf8Locale()
	return s
}

// utf8Locale reports whether the locale can show more than ASCII. Where none
// is set, as on Windows and in most pipes, it can.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return v != "c" && v != "posix"
		}
	}
	return true
}

// question asks for one line. It reports false at the end of the input.
func (t *terminal) question(in *bufio.Reader, prompt string) (string, bool) {
	fmt.Fprint(t.out, prompt)
	line, err := in.ReadString('\n')
	line = strings.TrimSpace(line)
	if err != nil && line == "" {
		fmt.Fprintln(t.out)
		return "", false
	}
	return line, true
}

// confirmReveal makes sure that identifiers are shown whole on purpose: a
// person is asked, a script is told.
func (t *terminal) confirmReveal() error {
	if !t.ask {
		fmt.Fprintln(t.err, "telltale: --reveal: identifiers are written out whole")
		return nil
	}
	answer, _ := t.question(bufio.NewReader(t.in), "This writes out identifiers whole, for whoever sees the screen or the file. Go on? [y/N] ")
	if strings.HasPrefix(strings.ToLower(answer), "y") {
		return nil
	}
	return usage("leave --reveal out to see them masked", "not revealed")
}
