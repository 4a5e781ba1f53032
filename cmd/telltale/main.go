// Command telltale shows what a phone tells, to whom, when, who could read it
// on the way, and what that means.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
)

// The exit codes of the contract.
const (
	exitDone    = 0
	exitUsage   = 2
	exitSkipped = 3 // done, but something was skipped, damaged or capped
	exitInput   = 4 // input cannot be read
	exitStore   = 5 // store or I/O error
)

// failure is an error with its exit code and a hint for the user.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// usage returns a failure of how the program was called.
func usage(hint, format string, args ...any) error {
	return &failure{exitUsage, fmt.Errorf(format, args...), hint}
}

// terminal is what the program talks to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	width    int  // columns of out; 0: not a screen
	ask      bool // a person is at in
}

func main() {
	pace()
	largePages()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, openTerminal(), os.Args[1:])
	stop()
	os.Exit(code)
}

// run runs one command and returns the exit code. No panic's trace ever
// reaches a user.
func run(ctx context.Context, t *terminal, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(t.err, "telltale: internal error: %v\n", p)
			fmt.Fprintln(t.err, "hint: this is a fault of telltale, not of your file; please report it with the command you ran")
			code = exitStore
		}
	}()
	root := rootCommand(t)
	root.SetArgs(args)
	return t.exitCode(root.ExecuteContext(ctx))
}

// exitCode tells the user what went wrong, if anything, and returns the code
// for it.
func (t *terminal) exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	f := explain(err)
	fmt.Fprintf(t.err, "telltale: %v\n", f.err)
	if f.hint != "" {
		fmt.Fprintf(t.err, "hint: %s\n", f.hint)
	}
	return f.code
}

// explain finds the exit code and the hint for an error.
func explain(err error) *failure {
	var f *failure
	var format *capture.FormatError
	var file *telltale.FileError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &format):
		return &failure{exitInput, err, format.Hint}
	case errors.As(err, &file):
		return &failure{exitInput, err, file.Hint}
	case errors.Is(err, context.Canceled):
		return &failure{exitStore, errors.New("interrupted"), "nothing was written; run the same command again"}
	case errors.Is(err, os.ErrNotExist):
		return &failure{exitInput, err, "check the name; a path is taken from the folder you are in"}
	case errors.Is(err, syscall.EISDIR):
		return &failure{exitInput, err, "name a file, not a folder"}
	case errors.Is(err, os.ErrPermission):
		return &failure{exitInput, err, "you may not read or write there; choose a file or folder that is yours"}
	}
	return &failure{exitStore, err, ""}
}
