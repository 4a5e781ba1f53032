package audit

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// maxDevices bounds the devices told apart in a capture; further ones share
// the record of the unknown device.
const maxDevices = 4096

// devices tells whose flow a flow is. In this order: an address of a device
// file; the LAN-side hardware address; a private address; else unknown.
type devices struct {
	files  []*device.File
	macs   map[hardware]int   // declared -> index in files
	ips    map[netip.Addr]int // the same
	byKey  map[ownerKey]*owner
	beyond int64 // flows of devices that were not told apart

	unlisted int64 // flows whose address is left out of what is listed of their device
	list     []*owner
}

// hardware is a hardware address of a link.
type hardware [6]byte

// ownerKey is what a device is told apart by.
type ownerKey struct {
	how  string
	mac  hardware
	ip   netip.Addr
	file int
}

// owner is a device as the flows show it.
type owner struct {
	telltale.Device
	file  int      // index of its device file; -1 if undeclared
	alone []*owner // itself: who met the far ends that nobody else did
	macs  map[hardware]bool
	ips   map[netip.Addr]bool
}

func newDevices(files []*device.File) *devices {
	d := &devices{files: files, macs: map[hardware]int{}, ips: map[netip.Addr]int{}, byKey: map[ownerKey]*owner{}}
	for i, f := range files {
		for _, a := range f.Addresses {
			d.declare(a, i)
		}
		for _, v := range f.Values {
			if v.Kind() == telltale.MAC {
				d.declare(v.Raw(), i)
			}
		}
	}
	return d
}

// declare notes that device file i names an address. What is none was told
// when the file was read.
func (d *devices) declare(address string, i int) {
	if m, err := net.ParseMAC(address); err == nil && len(m) == len(hardware{}) {
		d.macs[hardware(m)] = i
	} else if a, err := netip.ParseAddr(address); err == nil {
		d.ips[a.Unmap()] = i
	}
}

// side is one end of a flow.
type side struct {
	ip     netip.Addr
	mac    hardware
	hasMAC bool
}

func sides(f *pipeline.FlowInfo) (src, dst side) {
	return side{f.Key.Src.Netip(), f.SrcMAC, f.HasMAC}, side{f.Key.Dst.Netip(), f.DstMAC, f.HasMAC}
}

// of returns the device of a flow and which side of the flow it is.
func (d *devices) of(f *pipeline.FlowInfo) (dev *owner, isSrc bool) {
	src, dst := sides(f)
	if i, ok := d.fileOf(src); ok {
		return d.get(ownerKey{how: "declared", file: i}, src), true
	}
	if i, ok := d.fileOf(dst); ok {
		return d.get(ownerKey{how: "declared", file: i}, dst), false
	}
	isSrc = isLocal(src.ip) || !isLocal(dst.ip) || dst.ip.IsMulticast()
	if f.Key.Proto == dissect.EAPOL {
		isSrc = !f.Reversed
	}
	own := src
	if !isSrc {
		own = dst
	}
	switch {
	case f.Key.Proto == dissect.EAPOL: // its addresses stand for those of the hardware
		return d.get(ownerKey{how: "lan_mac", mac: own.mac, file: undeclared}, side{mac: own.mac, hasMAC: true}), isSrc
	case own.hasMAC && (isLocal(own.ip) || own.ip.Is6()):
		return d.get(ownerKey{how: "lan_mac", mac: own.mac, file: undeclared}, own), isSrc
	case isLocal(own.ip):
		return d.get(ownerKey{how: "only_private_address", ip: own.ip, file: undeclared}, own), isSrc
	}
	return d.get(unknownOwner, side{}), isSrc
}

// undeclared stands for the index of a device file where there is none.
const undeclared = -1

// unknownOwner is the device of all flows that show none.
var unknownOwner = ownerKey{how: "unknown", file: undeclared}

func (d *devices) fileOf(s side) (int, bool) {
	if i, ok := d.macs[s.mac]; ok && s.hasMAC {
		return i, true
	}
	i, ok := d.ips[s.ip]
	return i, ok
}

func (d *devices) get(key ownerKey, s side) *owner {
	o := d.byKey[key]
	if o == nil && key != unknownOwner && len(d.list) >= maxDevices {
		d.beyond++
		return d.get(unknownOwner, side{})
	}
	if o == nil {
		o = &owner{file: key.file, macs: map[hardware]bool{}, ips: map[netip.Addr]bool{}}
		o.alone = []*owner{o}
		o.ID = "dev" + strconv.Itoa(len(d.list)+1)
		o.How = key.how
		d.byKey[key] = o
		d.list = append(d.list, o)
	}
	if !o.saw(s) {
		d.unlisted++
	}
	return o
}

// maxAddresses bounds the addresses that are listed of a device or a
// destination.
const maxAddresses = 64

// saw notes the addresses of a side that is the device. It reports false where
// the list of them is full.
func (o *owner) saw(s side) bool {
	mac := !s.hasMAC || add(o.macs, s.mac)
	ip := !s.ip.IsValid() || add(o.ips, s.ip)
	return mac && ip
}

// add puts k into a set unless that is full, and reports whether it is there.
func add[K comparable](set map[K]bool, k K) bool {
	if !set[k] && len(set) < maxAddresses {
		set[k] = true
	}
	return set[k]
}

// doubt makes devices unknown that were told apart by the only private address,
// where there are several.
func (d *devices) doubt() {
	private := 0
	for _, o := range d.list {
		if o.How == "only_private_address" {
			private++
		}
	}
	for _, o := range d.list {
		if o.How == "only_private_address" && private > 1 {
			o.How = "unknown"
		}
	}
}

// records returns the devices as they are known at the end.
func (d *devices) records() []telltale.Device {
	d.doubt()
	var out []telltale.Device
	for _, o := range d.list {
		if o.file >= 0 {
			o.Label, o.Facts = d.files[o.file].Label, d.files[o.file].Facts
		}
		o.Addresses = nil
		for _, m := range sorted(o.macs, func(a, b hardware) int { return bytes.Compare(a[:], b[:]) }) {
			o.Addresses = append(o.Addresses, telltale.NewValue(telltale.MAC, net.HardwareAddr(m[:]).String()))
		}
		for _, ip := range sorted(o.ips, netip.Addr.Compare) {
			o.Addresses = append(o.Addresses, telltale.NewValue(telltale.PublicIP, ip.String()))
		}
		out = append(out, o.Device)
	}
	return out
}

func sorted[K comparable](m map[K]bool, compare func(a, b K) int) []K {
	var out []K
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, compare)
	return out
}

// cgnat is the address space that operators share out inside their networks,
// RFC 6598.
var cgnat = netip.MustParsePrefix("100.64.0.0/10")

// isLocal reports whether a is an address of a private network.
func isLocal(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || a.IsUnspecified() || cgnat.Contains(a)
}
