//go:build !linux

package main

// largePages does nothing: only Linux lets a program ask.
func largePages() {}
