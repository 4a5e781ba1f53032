package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// tempPrefix begins the names of files that are not whole yet.
const tempPrefix = ".telltale-"

// writeWhole writes a file that only its owner can read, whole or not at all.
// A link is never followed: the file would appear where nobody asked for it.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return &failure{exitStore, fmt.Errorf("write %s: not a regular file", name), "name a new file, or - for standard output"}
	}
	f, err := os.CreateTemp(filepath.Dir(name), tempPrefix+"*") // 0600
	if err != nil {
		return storeError(name, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err := write(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return storeError(name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return storeError(name, err)
	}
	return nil
}

// storeError says that name cannot be written. The temporary file's name is
// left out: nobody asked for it.
func storeError(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &failure{exitStore, fmt.Errorf("write %s: %w", name, err), "choose a folder that exists and that you may write to"}
}
