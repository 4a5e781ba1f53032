package capture

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// An App is the program of a phone that a packet belongs to, as the tool that
// captured it says.
type App struct {
	UID     int32  // user ID under which Android runs it
	Name    string // as people see it; empty if the capture has only the UID
	Package string // such as org.example.mail; empty in pcap, which has no room for it
}

// PCAPdroid's marks: in pcap a made-up Ethernet header of zeros before each
// packet and a trailer behind it, in pcapng a comment of each packet and a
// block for each app (its files app/src/main/jni/core/pcap_dump.c and .h).
const (
	appHeader  = 14
	appTrailer = 32         // magic, UID, name, checksum of the frame
	appMagic   = 0x01072021 // big-endian, as the UID
	appName    = 20         // bytes, filled with zeros
	appPEN     = 62652      // of the custom block
	appVersion = 1          // of the custom block that is known
	appUIDMap  = 1          // the custom block's type
	appComment = "u-"       // before the UID in decimal

	maxApps = 4096 // that are told apart in a capture
)

// apps are the programs that a capture names, by UID.
type apps map[int32]*App

// see notes what is known of an app and returns it. What was known already
// stays: the same program is one App. It returns nil if there are too many,
// and for packets whose program the tool did not know.
func (a *apps) see(uid int32, name, pkg []byte) *App {
	if uid < 0 {
		return nil
	}
	if app := (*a)[uid]; app != nil && (app.Name != "" || len(name) == 0) {
		return app
	}
	if len(*a) >= maxApps {
		return nil
	}
	if *a == nil {
		*a = apps{}
	}
	app := &App{UID: uid, Name: uncut(name), Package: uncut(pkg)}
	(*a)[uid] = app
	return app
}

// uncut returns b without a character that the end of its field cut off.
func uncut(b []byte) string {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if last := b[len(b)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				b = b[:len(b)-n]
			}
			break
		}
	}
	return string(b)
}

// trailer returns the app that the trailer of an Ethernet frame names, nil if
// there is none. A real frame has an address: the zeros tell most of them.
func (a *apps) trailer(frame []byte) *App {
	if len(frame) < appHeader+appTrailer || binary.LittleEndian.Uint64(frame) != 0 || binary.LittleEndian.Uint32(frame[8:]) != 0 {
		return nil
	}
	t := frame[len(frame)-appTrailer:]
	if binary.BigEndian.Uint32(t) != appMagic {
		return nil
	}
	name, _, _ := bytes.Cut(t[8:8+appName], []byte{0})
	return a.see(int32(binary.BigEndian.Uint32(t[4:])), name, nil)
}

// comment returns the app that the comment of a packet names, nil if none.
func (a *apps) comment(c []byte) *App {
	digits, ok := bytes.CutPrefix(c, []byte(appComment))
	if !ok || len(digits) > 10 {
		return nil
	}
	uid, err := strconv.ParseUint(string(digits), 10, 31)
	if err != nil {
		return nil
	}
	return a.see(int32(uid), nil, nil)
}

// block reads the body of a custom block: if it is PCAPdroid's, it gives a
// UID its names.
func (a *apps) block(o order, body []byte) {
	const fixed = 12
	if len(body) < fixed || o.u32(body) != appPEN || body[4] > appVersion || body[5] != appUIDMap {
		return
	}
	names, pkg, name := body[fixed:], int(body[10]), int(body[11])
	if pkg+name > len(names) {
		return
	}
	a.see(int32(o.u32(body[6:])), names[pkg:pkg+name], names[:pkg])
}
