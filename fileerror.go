package telltale

import "fmt"

// FileError says what is wrong with a file that the user wrote, such as a device
// file, and where. It never repeats a value.
type FileError struct {
	Name string // the file
	Line int    // from 1; 0 if the file as a whole is meant
	Why  string
	Hint string // what the user can do, or ""
}

// Error returns "name:line: why".
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Why)
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Why)
}
