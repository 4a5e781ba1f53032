package audit

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// maxDevices bounds the devices told apart in a capture; further ones share
// the record of the unknown device.
const maxDevices = 4096

// devices tells whose flow a flow is. In this order: an address of a device
// file; the LAN-side hardware address; a private address; else unknown.
type devices struct {
	files    []*device.File
	declared map[string]int // canonical MAC or IP -> index in files
	byKey    map[string]*owner
	list     []*owner
}

// owner is a device as the flows show it.
type owner struct {
	telltale.Device
	file int // index of its device file; -1 if undeclared
	macs map[string]bool
	ips  map[netip.Addr]bool
}

func newDevices(files []*device.File) *devices {
	d := &devices{files: files, declared: map[string]int{}, byKey: map[string]*owner{}}
	for i, f := range files {
		for _, a := range f.Addresses {
			d.declared[canonicalAddress(a)] = i
		}
		for _, v := range f.Values {
			if v.Kind() == telltale.MAC {
				d.declared[canonicalAddress(v.Raw())] = i
			}
		}
	}
	return d
}

func canonicalAddress(s string) string {
	if m, err := net.ParseMAC(s); err == nil {
		return m.String()
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().String()
	}
	return strings.ToLower(s)
}

// side is one end of a flow.
type side struct {
	ip  netip.Addr
	mac string // "" where the link has none
}

func sides(f *pipeline.FlowInfo) (src, dst side) {
	src.ip, dst.ip = f.Key.Src.Netip(), f.Key.Dst.Netip()
	if f.HasMAC {
		src.mac, dst.mac = net.HardwareAddr(f.SrcMAC[:]).String(), net.HardwareAddr(f.DstMAC[:]).String()
	}
	return src, dst
}

// of returns the device of a flow and which side of the flow it is.
func (d *devices) of(f *pipeline.FlowInfo) (dev *owner, isSrc bool) {
	src, dst := sides(f)
	if i, ok := d.fileOf(src); ok {
		return d.get("file "+strconv.Itoa(i), "declared", src, i), true
	}
	if i, ok := d.fileOf(dst); ok {
		return d.get("file "+strconv.Itoa(i), "declared", dst, i), false
	}
	isSrc = isLocal(src.ip) || !isLocal(dst.ip) || f.Key.Dst.Netip().IsMulticast()
	own := src
	if !isSrc {
		own = dst
	}
	switch {
	case own.mac != "" && (isLocal(own.ip) || own.ip.Is6()):
		return d.get(own.mac, "lan_mac", own, -1), isSrc
	case isLocal(own.ip):
		return d.get(own.ip.String(), "only_private_address", own, -1), isSrc
	}
	return d.get("", "unknown", side{}, -1), isSrc
}

func (d *devices) fileOf(s side) (int, bool) {
	if i, ok := d.declared[s.mac]; ok && s.mac != "" {
		return i, true
	}
	i, ok := d.declared[s.ip.String()]
	return i, ok
}

func (d *devices) get(key, how string, s side, file int) *owner {
	o := d.byKey[key]
	if o == nil && key != "" && len(d.list) >= maxDevices {
		return d.get("", "unknown", side{}, -1)
	}
	if o == nil {
		o = &owner{file: file, macs: map[string]bool{}, ips: map[netip.Addr]bool{}}
		o.ID = "dev" + strconv.Itoa(len(d.list)+1)
		o.How = how
		d.byKey[key] = o
		d.list = append(d.list, o)
	}
	if s.mac != "" {
		o.macs[s.mac] = true
	}
	if s.ip.IsValid() && len(o.ips) < 64 {
		o.ips[s.ip] = true
	}
	return o
}

// records returns the devices as they are known at the end.
func (d *devices) records() []telltale.Device {
	private := 0
	for _, o := range d.list {
		if o.How == "only_private_address" {
			private++
		}
	}
	var out []telltale.Device
	for _, o := range d.list {
		if o.How == "only_private_address" && private > 1 {
			o.How = "unknown"
		}
		if o.file >= 0 {
			o.Label, o.Facts = d.files[o.file].Label, d.files[o.file].Facts
		}
		o.Addresses = nil
		for _, m := range sorted(o.macs, strings.Compare) {
			o.Addresses = append(o.Addresses, telltale.NewValue(telltale.MAC, m))
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
