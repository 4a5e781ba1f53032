package decode

import (
	"bytes"
	"strings"
)

// unread is what formats begin with that compress and are not undone: xz, LZ4 and
// LZ4 of old, framed Snappy, 7z, RAR, and bzip2 behind its "BZh9": digits of pi or,
// where it packs nothing, of its root.
var unread = []string{
	"\xfd7zXZ\x00", "\x04\x22\x4d\x18", "\x02\x21\x4c\x18", "\xff\x06\x00\x00sNaPpY", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07",
	"\x31\x41\x59\x26\x53\x59", "\x17\x72\x45\x38\x50\x90",
}

// unreadFirst are the first bytes of these.
const unreadFirst = "\xfd\x04\x02\xff7RB"

// isUnread reports whether b begins as one of these: what it says is not seen.
func isUnread(b []byte) bool {
	if len(b) < 10 || strings.IndexByte(unreadFirst, b[0]) < 0 {
		return false
	}
	if bytes.HasPrefix(b, []byte("BZh")) {
		b = b[4:]
	}
	for _, begin := range unread {
		if bytes.HasPrefix(b, []byte(begin)) {
			return true
		}
	}
	return false
}
