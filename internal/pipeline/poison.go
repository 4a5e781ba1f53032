//go:build !poison

package pipeline

// poison does nothing: see poisoned.go.
func (l *load) poison() {}
