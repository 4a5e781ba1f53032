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
	for _, in := range e.inputs {
		if n := int64(numberOf(in["packets"])); numberOf(in["input"]) == input && number > n {
			if next := e.continuation(input); next > 0 && n > 0 {
				return e.spot(next, number-n)
			}
		}
	}
	return spot{input, number}
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
	for _, in := range e.inputs {
		if numberOf(in["input"]) == input {
			return textOf(in["name"])
		}
	}
	return fmt.Sprint("input ", input)
}

// numberOf returns a number of a record, 0 where it has none.
func numberOf(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}
