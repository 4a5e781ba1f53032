package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// spot is a packet of an input.
type spot struct {
	input  int
	number int64
}

// spot returns where a packet is that is counted from the beginning of an input:
// beyond its last one, in the input that continues it.
func (e *exhibits) spot(input int, number int64) spot {
	for range e.inputs { // no more often, whatever the records say of each other
		n := int64(numberOf(e.input(input)["packets"]))
		next := e.continuation(input)
		if next == 0 || number <= n {
			break
		}
		input, number = next, number-n
	}
	return spot{input, number}
}

// input returns an input by its number, nil if there is none.
func (e *exhibits) input(number int) map[string]any {
	for _, in := range e.inputs {
		if numberOf(in["input"]) == number {
			return in
		}
	}
	return nil
}

// continuation returns the number of the input that continues another, 0 if none
// does.
func (e *exhibits) continuation(input int) int {
	for _, in := range e.inputs {
		if numberOf(in["continues"]) == input {
			return numberOf(in["input"])
		}
	}
	return 0
}

// where names packets, counted from the beginning of an input, and the captures they
// are in where the records are of several.
func (e *exhibits) where(input int, packets []int64) string {
	if len(e.inputs) < 2 {
		return joinNumbers(packets, ", ")
	}
	var parts []string
	for len(packets) > 0 {
		first, here := e.spot(input, packets[0]), []int64(nil)
		for _, n := range packets {
			if at := e.spot(input, n); at.input == first.input {
				here = append(here, at.number)
			}
		}
		parts = append(parts, joinNumbers(here, ", ")+" of "+e.name(first.input))
		packets = packets[len(here):]
	}
	return strings.Join(parts, ", ")
}

// name returns the name of an input.
func (e *exhibits) name(input int) string {
	if name := textOf(e.input(input)["name"]); name != "" {
		return name
	}
	return fmt.Sprint("input ", input)
}

// numberOf returns a number of a record, 0 where it has none.
func numberOf(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}
