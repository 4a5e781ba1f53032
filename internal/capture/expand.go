package capture

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Expand replaces every folder among names by the captures in it and in the
// folders below it, in the order of their names; compressed captures too.
// What it leaves out, hidden files and what is no capture, it returns with
// the reason. Names of files stay, whatever is in them. The error is that of
// the operating system or, for a folder without a capture, a [*FormatError].
func Expand(names []string) (files []string, left []*FormatError, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if name == "-" || err == nil && !info.IsDir() {
			files = append(files, name)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		found, others, err := folder(name)
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			return nil, nil, &FormatError{Name: name, Why: "the folder holds no capture", Hint: hintOther}
		}
		files, left = append(files, found...), append(left, others...)
	}
	return files, left, nil
}

// folder finds the captures below a folder.
func folder(root string) (files []string, left []*FormatError, err error) {
	root += string(filepath.Separator) // follows a link
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := name != root && strings.HasPrefix(d.Name(), ".")
		switch {
		case hidden && d.IsDir():
			left = append(left, &FormatError{Name: name, Why: "the folder is hidden"})
			return fs.SkipDir
		case d.IsDir():
			return nil
		case hidden:
			left = append(left, &FormatError{Name: name, Why: "the file is hidden"})
			return nil
		}
		if e := notReadable(name); e != nil {
			e.Name = name
			left = append(left, e)
			return nil
		}
		files = append(files, name)
		return nil
	})
	return files, left, err
}

// notReadable says why a file in a folder is not taken for a capture. One
// that can not be opened is for the caller to fail on.
func notReadable(name string) *FormatError {
	info, err := os.Stat(name)
	if err != nil {
		return nil
	}
	if !info.Mode().IsRegular() {
		return &FormatError{Why: "it is not a file"}
	}
	f, err := Open(name)
	if err != nil {
		e, _ := errors.AsType[*FormatError](err)
		return e
	}
	_ = f.Close() // it was only looked at
	return nil
}
