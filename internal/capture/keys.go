package capture

import "bytes"

const (
	keysTLS   = 0x544c534b // a TLS key log (pcapng, Decryption Secrets Block)
	maxKeyLog = 4 << 20    // bytes of key logs that are kept
)

// KeyLog returns the TLS key logs that the capture holds, as far as it has
// been read, in the form that NSS gave them. At most 4 MiB are kept; nil if
// there are none.
func (f *File) KeyLog() []byte {
	if c, ok := f.format.(*pcapngCutter); ok {
		return bytes.Clone(c.keyLog)
	}
	return nil
}

// keys takes a block with what opens sealed packets.
func (c *pcapngCutter) keys(body []byte) string {
	if len(body) < 8 {
		return "a block of keys is too short"
	}
	kind, size := c.order.u32(body), c.order.u32(body[4:])
	if int64(size) > int64(len(body)-8) {
		return "keys are longer than their block"
	}
	if kind == keysTLS && len(c.keyLog)+int(size) < maxKeyLog {
		c.keyLog = append(append(c.keyLog, body[8:8+size]...), '\n')
	}
	return ""
}
