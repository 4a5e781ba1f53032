package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/telltale-audit/telltale/internal/pipeline"
)

// maxCrashFiles bounds what one audit saves. The engine bounds each file.
const maxCrashFiles = 64

// crashFolder saves what parsers that failed were given, for those who mend
// them. The files hold what was captured, as it was: only their owner may read
// them, and nothing is written through a link or over anything.
type crashFolder struct {
	name  string
	made  bool
	root  *os.Root
	saved int
	more  int // that were not saved
	err   error
}

// openCrashFolder opens the folder, which it makes if need be. Without a name
// nothing is to be saved, and it returns nil.
func openCrashFolder(name string) (*crashFolder, error) {
	if name == "" {
		return nil, nil
	}
	f := &crashFolder{name: name}
	err := os.Mkdir(name, 0o700)
	if f.made = err == nil; !f.made && !errors.Is(err, fs.ErrExist) {
		return nil, storeError(name, err)
	}
	info, err := os.Lstat(name)
	if err != nil {
		return nil, storeError(name, err)
	}
	if !info.IsDir() {
		return nil, &failure{exitStore, fmt.Errorf("write %s: not a folder", name), "name a new folder, or one that is yours; a link is not followed"}
	}
	if f.root, err = os.OpenRoot(name); err != nil {
		return nil, storeError(name, err)
	}
	if now, err := f.root.Stat("."); err != nil || !os.SameFile(info, now) {
		_ = f.root.Close() // nothing was written
		return nil, storeError(name, errors.New("the folder was replaced"))
	}
	return f, nil
}

// save writes one file and says so.
func (f *crashFolder) save(t *terminal, flow string, c *pipeline.Crash) {
	if f.saved == maxCrashFiles || f.err != nil {
		f.more++
		return
	}
	name, err := f.write(fmt.Sprintf("%s-%s-%s-%s", c.Reason, flow, c.Dir, c.Parser), c.Data)
	if err != nil {
		f.err = storeError(filepath.Join(f.name, name), err)
		return
	}
	f.saved++
	fmt.Fprintf(t.err, "telltale: the parser of %s failed in flow %s at %s; what it was given: %s\n", c.Parser, flow, c.Where, filepath.Join(f.name, name))
}

// write writes a new file of that name or, where there is one, with a number
// behind it, and returns its name.
func (f *crashFolder) write(base string, b []byte) (name string, err error) {
	for n := 1; n <= maxCrashFiles; n++ {
		name = base + ".bin"
		if n > 1 {
			name = base + "-" + strconv.Itoa(n) + ".bin"
		}
		var file *os.File
		file, err = f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return name, err
		}
		_, err = file.Write(b)
		return name, errors.Join(err, file.Close())
	}
	return name, err
}

// close ends the saving: it says what the files are, and leaves no folder that
// it made for nothing.
func (f *crashFolder) close(t *terminal) error {
	if f == nil {
		return nil
	}
	if f.saved > 0 {
		fmt.Fprintln(t.err, "telltale: these files hold personal data as it was captured; pass them on to nobody who may not see it")
	}
	if f.more > 0 && f.err == nil {
		fmt.Fprintf(t.err, "telltale: %d more were not saved: at most %d are\n", f.more, maxCrashFiles)
	}
	_ = f.root.Close() // every file is closed
	if f.made && f.saved == 0 {
		_ = os.Remove(f.name) // only if it is empty
	}
	return f.err
}
