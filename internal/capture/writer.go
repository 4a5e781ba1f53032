package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/telltale-audit/telltale/internal/packet"
)

// maxWritten is the length of the longest packet that is written, and the
// capture length that files declare.
const maxWritten = sanePacket

// application is what written pcapng files name as their maker.
const application = "telltale"

// A Writer writes packets of one link type to a capture file. What it writes
// depends on its arguments alone.
type Writer struct {
	w      *bufio.Writer
	format Format
	buf    []byte // the record being made
}

// NewWriter returns a Writer of the given format and writes the file's header.
// The comment goes into the section header; pcap has no place for it.
func NewWriter(w io.Writer, format Format, link packet.Link, comment string) (*Writer, error) {
	if err := checkComment(comment); err != nil {
		return nil, err
	}
	out := &Writer{w: bufio.NewWriter(w), format: format}
	switch format {
	case Pcap:
		out.buf = newPcapHead(magicMicro, link)
	case PcapNano:
		out.buf = newPcapHead(magicNano, link)
	case Pcapng:
		out.buf = appendInterface(appendSection(nil, comment), link)
	default:
		return nil, fmt.Errorf("capture format %q is not known", format)
	}
	_, err := out.w.Write(out.buf)
	return out, err
}

// Write writes a packet that was captured whole at a time in nanoseconds
// since the Unix epoch. The comment is left out in pcap.
func (w *Writer) Write(time int64, data []byte, comment string) error {
	if len(data) > maxWritten {
		return fmt.Errorf("a packet of %d bytes is too long for a capture file", len(data))
	}
	if err := checkComment(comment); err != nil {
		return err
	}
	if time < 0 || w.format != Pcapng && time/1e9 > math.MaxUint32 {
		return fmt.Errorf("a packet's time, %d ns, does not fit into a capture file", time)
	}
	switch w.format {
	case Pcap:
		w.buf = appendRecord(w.buf[:0], time, 1000, data)
	case PcapNano:
		w.buf = appendRecord(w.buf[:0], time, 1, data)
	case Pcapng:
		w.buf = appendPacket(w.buf[:0], time, data, comment)
	}
	_, err := w.w.Write(w.buf)
	return err
}

// Flush writes out what is still buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

func checkComment(s string) error {
	if len(s) > math.MaxUint16 {
		return fmt.Errorf("a comment of %d bytes is too long for a capture file", len(s))
	}
	return nil
}

var le = binary.LittleEndian

func newPcapHead(magic uint32, link packet.Link) []byte {
	b := le.AppendUint32(nil, magic)
	b = le.AppendUint16(b, 2) // version 2.4
	b = le.AppendUint16(b, 4)
	b = le.AppendUint64(b, 0) // reserved
	b = le.AppendUint32(b, maxWritten)
	return le.AppendUint32(b, uint32(link))
}

// appendRecord appends a pcap record with times in units of so many ns.
func appendRecord(b []byte, time, unit int64, data []byte) []byte {
	b = le.AppendUint32(b, uint32(time/1e9))
	b = le.AppendUint32(b, uint32(time%1e9/unit))
	b = le.AppendUint32(b, uint32(len(data)))
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func appendSection(b []byte, comment string) []byte {
	return appendBlock(b, blockSection, func(b []byte) []byte {
		b = le.AppendUint32(b, byteOrderMagic)
		b = le.AppendUint16(b, 1) // version 1.0
		b = le.AppendUint16(b, 0)
		b = le.AppendUint64(b, math.MaxUint64) // length not told
		b = appendOption(b, optComment, []byte(comment))
		b = appendOption(b, optApplication, []byte(application))
		return le.AppendUint32(b, 0)
	})
}

func appendInterface(b []byte, link packet.Link) []byte {
	return appendBlock(b, blockInterface, func(b []byte) []byte {
		b = le.AppendUint16(b, uint16(link))
		b = le.AppendUint16(b, 0)
		b = le.AppendUint32(b, maxWritten)
		b = appendOption(b, optResolution, []byte{9})
		return le.AppendUint32(b, 0)
	})
}

func appendPacket(b []byte, time int64, data []byte, comment string) []byte {
	return appendBlock(b, blockPacket, func(b []byte) []byte {
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(uint64(time)>>32))
		b = le.AppendUint32(b, uint32(time))
		b = le.AppendUint32(b, uint32(len(data)))
		b = le.AppendUint32(b, uint32(len(data)))
		b = appendPadded(b, data)
		if comment == "" {
			return b
		}
		b = appendOption(b, optComment, []byte(comment))
		return le.AppendUint32(b, 0)
	})
}

// appendBlock appends a pcapng block with the body that fill appends.
func appendBlock(b []byte, kind uint32, fill func([]byte) []byte) []byte {
	start := len(b)
	b = le.AppendUint32(b, kind)
	b = fill(le.AppendUint32(b, 0))
	size := uint32(len(b) - start + 4)
	le.PutUint32(b[start+4:], size)
	return le.AppendUint32(b, size)
}

// appendOption appends a pcapng option, if it has a value.
func appendOption(b []byte, code uint16, value []byte) []byte {
	if len(value) == 0 {
		return b
	}
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, uint16(len(value)))
	return appendPadded(b, value)
}

// appendPadded appends data and zeros up to a multiple of 4 bytes.
func appendPadded(b, data []byte) []byte {
	b = append(b, data...)
	return append(b, make([]byte, -len(data)&3)...)
}
