package lab

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/telltale-audit/telltale/internal/packet"
)

// judgeEnv tells the test program that it is the judge, which runs in a
// network of its own, and where to write its verdicts.
const judgeEnv = "TELLTALE_JUDGE"

// Both ends of the judge's wire.
var (
	judgeSender   = map[bool]netip.Addr{false: netip.MustParseAddr("10.77.0.2"), true: netip.MustParseAddr("fd77::2")}
	judgeReceiver = map[bool]netip.Addr{false: netip.MustParseAddr("10.77.0.1"), true: netip.MustParseAddr("fd77::1")}
)

// How long the judge waits for an answer to a shot, and at the end.
const (
	judgeStep = 3 * time.Millisecond
	judgeEnd  = 25 * time.Millisecond
)

// TestJudge lets a socket of Linux read every case, behind a TUN device in a
// network namespace of its own, and compares with what is recorded. With
// -update it records.
func TestJudge(t *testing.T) {
	if os.Getenv(judgeEnv) != "" {
		judgeAll(t)
		return
	}
	recorded := Verdicts()
	var verdicts map[string]Verdict
	var differ []string
	for range judgeTries {
		verdicts, differ = askLinux(t), nil
		for _, e := range Evasions() {
			v, r := verdicts[e.Name], recorded[e.Name]
			if v.Read != r.Read {
				differ = append(differ, fmt.Sprintf("%s: Linux read %q, recorded is %q", e.Name, v.Read, r.Read))
			}
			v.Tshark = r.Tshark
			verdicts[e.Name] = v
		}
		if *update {
			writeVerdicts(t, verdicts)
			return
		}
		if len(differ) == 0 {
			t.Logf("Linux read every one of %d cases as recorded", len(verdicts))
			return
		}
	}
	t.Error(strings.Join(differ, "\n"))
}

// judgeTries is how often Linux is asked before it is believed: on a busy
// machine an answer may come too late.
const judgeTries = 3

// askLinux runs the judge and returns its verdicts.
func askLinux(t *testing.T) map[string]Verdict {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "verdicts")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestJudge$", "-test.v")
	cmd.Env = append(os.Environ(), judgeEnv+"="+out.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	text, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || bytes.Contains(text, []byte("JUDGE CANNOT")) {
		t.Skipf("SKIPPED: no socket of Linux judged the main view, for want of the right to a network of one's own; run as root on Linux with /dev/net/tun (%v)\n%s", err, text)
	}
	if err != nil {
		t.Fatalf("the judge: %v\n%s", err, text)
	}
	verdicts := map[string]Verdict{}
	if err := json.NewDecoder(out).Decode(&verdicts); err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// judgeAll has the kernel read every case.
func judgeAll(t *testing.T) {
	wire, err := openTun()
	if err != nil {
		t.Logf("JUDGE CANNOT: %v", err)
		return
	}
	defer wire.Close()
	verdicts := map[string]Verdict{}
	for i, e := range Evasions() {
		if verdicts[e.Name], err = judge(wire, e, uint16(20000+i)); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
	}
	b, err := json.Marshal(verdicts)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv(judgeEnv), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// openTun makes a TUN device, whose other end the kernel has addresses at.
func openTun() (*os.File, error) {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	const iffTun, iffNoPI, tunSetIff = 1, 0x1000, 0x400454ca // linux/if_tun.h
	var request [40]byte
	copy(request[:], "judge")
	binary.NativeEndian.PutUint16(request[16:], iffTun|iffNoPI)
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), tunSetIff, uintptr(unsafe.Pointer(&request))); e != 0 {
		return nil, e
	}
	for _, args := range [][]string{
		{"addr", "add", judgeReceiver[false].String() + "/24", "dev", "judge"},
		{"addr", "add", judgeReceiver[true].String() + "/64", "dev", "judge", "nodad"},
		{"link", "set", "judge", "up"},
	} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("ip %v: %w: %s", args, err, out)
		}
	}
	return os.NewFile(uintptr(fd), "judge"), nil
}

// judge plays a case to the kernel.
func judge(wire *os.File, e *Evasion, port uint16) (Verdict, error) {
	x := e.exchange().moved(judgeSender[e.v6], judgeReceiver[e.v6])
	x.ports[0] = port
	read := make(chan string, 1)
	stop, err := e.socket(x, read)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Heard: [][]Reply{x.hear(wire, judgeStep)}}
	for try := 0; e.dialled && len(v.Heard[0]) == 0 && try < 300; try++ {
		v.Heard[0] = x.hear(wire, judgeStep)
	}
	for i := range e.shots {
		s := e.shots[i]
		if s.unseen {
			s.sum = rightSum
		}
		wait := judgeStep
		if i == len(e.shots)-1 {
			wait = judgeEnd
		}
		for _, ip := range x.packets(&s) {
			if s.lost {
				continue
			}
			if _, err := wire.Write(ip); err != nil {
				return v, err
			}
		}
		v.Heard = append(v.Heard, x.hear(wire, wait))
	}
	stop()
	v.Read = <-read
	x.hear(wire, judgeStep)
	return v, nil
}

// socket opens the receiver's socket, which reads into read until it is
// stopped.
func (e *Evasion) socket(x *exchange, read chan<- string) (stop func(), err error) {
	if e.dialled {
		x.ports[0] = 9999
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: x.receiver.Addr.AsSlice(), Port: int(x.ports[1])}, Timeout: time.Second}
		conns := make(chan net.Conn, 1)
		go func() {
			c, _ := d.Dial("tcp", netip.AddrPortFrom(x.sender.Addr, x.ports[0]).String())
			conns <- c
			readAll(c, read)
		}()
		return func() { closeSoon(conns) }, nil
	}
	l, err := net.Listen("tcp", netip.AddrPortFrom(x.receiver.Addr, x.ports[1]).String())
	if err != nil {
		return nil, err
	}
	came := make(chan bool, 1)
	go func() { read <- readEach(l, came) }()
	return func() {
		select {
		case <-came:
		case <-time.After(2 * time.Second): // nobody connected
		}
		l.Close()
	}, nil
}

// readEach reads what comes in every connection until the listener is closed.
func readEach(l net.Listener, came chan<- bool) string {
	var conns []net.Conn
	var texts []string
	var reads []chan string
	for c, err := l.Accept(); err == nil; c, err = l.Accept() {
		conns, reads = append(conns, c), append(reads, make(chan string, 1))
		go readAll(c, reads[len(reads)-1])
		select {
		case came <- true:
		default:
		}
	}
	for i, c := range conns {
		_ = c.(*net.TCPConn).CloseRead() // an error says that it is closed
		texts = append(texts, <-reads[i])
	}
	return strings.Join(texts, anew)
}

// closeSoon has a socket read what it has, and no more.
func closeSoon(conns <-chan net.Conn) {
	select {
	case c := <-conns:
		if c != nil {
			_ = c.(*net.TCPConn).CloseRead() // an error says that it is closed
		}
	case <-time.After(2 * time.Second): // nobody connected
	}
}

// readAll reads until there is no more.
func readAll(c net.Conn, read chan<- string) {
	if c == nil {
		read <- ""
		return
	}
	b, _ := io.ReadAll(c)
	_ = c.(*net.TCPConn).SetLinger(0) // no FIN is left for the next case
	_ = c.Close()
	read <- string(b)
}

// hear returns what the kernel sends on the connection, until it is silent for
// a time.
func (x *exchange) hear(wire *os.File, wait time.Duration) []Reply {
	replies := []Reply{}
	buf := make([]byte, 2048)
	for {
		_ = wire.SetReadDeadline(time.Now().Add(wait))
		n, err := wire.Read(buf)
		if err != nil {
			return replies
		}
		var h packet.Header
		if h.Decode(packet.LinkRaw, buf[:n], n) != packet.OK || h.SrcPort != x.ports[1] || h.DstPort != x.ports[0] {
			continue
		}
		if h.Flags&flagSYN != 0 {
			x.isn[1] = h.Seq
		}
		r := Reply{Flags: h.Flags, Seq: int64(int32(h.Seq - x.isn[1] - 1)), Closed: h.Window == 0 && h.Flags&flagRST == 0}
		if h.Flags&flagACK != 0 {
			r.Ack = int64(int32(h.Ack - x.isn[0] - 1))
		}
		replies = append(replies, r)
	}
}
