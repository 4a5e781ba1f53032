package packet

import (
	"strings"
	"testing"
)

// Pieces of links, as hex.
const (
	snap       = "aaaa03 000000 0800"
	udp4       = ip4udp + udpHead + four
	bssid      = "02005e107aff"
	phoneMAC   = "02005e107ac4"
	serverMAC  = "02005e107a01"
	toDS       = "0000" + bssid + phoneMAC + serverMAC + "0000"
	fromDS     = "0000" + phoneMAC + bssid + serverMAC + "0000"
	wifiUp     = "0801" + toDS
	wifiUpQoS  = "8801" + toDS + "0000"
	wifiUpMany = "8801" + toDS + "8000"
	oneMSDU    = serverMAC + phoneMAC + "0028" + snap + udp4
)

// prismed is the header of the Prism driver; most of it is not looked at.
var prismed = "44000000 90000000" + zeros(136)

func zeros(n int) string { return strings.Repeat("00", n) }

var linkCases = []packetCase{
	{"802.3 snap", LinkEthernet, []string{macs, "0028", snap, udp4, "eeee"}, 0, OK, UDP, four, 0},
	{"802.3 snap, longer", LinkEthernet, []string{macs, "0040", snap, udp4}, 0, OK, UDP, four, 0},
	{"802.3 llc ip", LinkEthernet, []string{macs, "0023 060603", udp4}, 0, OK, UDP, four, 0},
	{"802.3 bridge tunnel", LinkEthernet, []string{macs, "0028 aaaa03 0000f8 0800", udp4}, 0, OK, UDP, four, 0},
	{"802.3 cisco", LinkEthernet, []string{macs, "000a aaaa03 00000c 2000", four}, 0, NotIP, 0, "aaaa03 00000c 2000" + four, 0},
	{"802.3 in a tag", LinkEthernet, []string{macs, "8100 0007 0028", snap, udp4}, 0, OK, UDP, four, 0},
	{"sll llc", LinkSLL, []string{cooked, "0004", snap, udp4}, 0, OK, UDP, four, 0},
	{"sll 802.3", LinkSLL, []string{cooked, "0001", udp4}, 0, NotIP, 0, udp4, 0},
	{"pppoe", LinkEthernet, []string{macs, "8864 1100 0001 0022 0021", udp4, "eeee"}, 0, OK, UDP, four, 0},
	{"pppoe ipv6", LinkEthernet, []string{macs, "8864 1100 0001 0044 0057", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"pppoe lcp", LinkEthernet, []string{macs, "8864 1100 0001 0006 c021", four}, 0, NotIP, 0, four, 0},
	{"pppoe discovery", LinkEthernet, []string{macs, "8864 1109 0000 0004", four}, 0, NotIP, 0, "1109 0000 0004" + four, 0},
	{"pppoe version", LinkEthernet, []string{macs, "8864 2100 0001 0022 0021", udp4}, 0, Malformed, 0, "2100 0001 0022 0021" + udp4, 0},
	{"pppoe link", LinkPPPoE, []string{"1100 0001 0022 0021", udp4}, 0, OK, UDP, four, 0},
	{"hsr", LinkEthernet, []string{macs, "892f 00260007 0800", udp4}, 0, OK, UDP, four, 0},
	{"vn tag", LinkEthernet, []string{macs, "8926 00010002 8100 0007 0800", udp4}, 0, OK, UDP, four, 0},
	{"e tag", LinkEthernet, []string{macs, "893f 000000010000 0800", udp4}, 0, OK, UDP, four, 0},
	{"token ring", LinkTokenRing, []string{"1040" + serverMAC + phoneMAC, snap, udp4}, 0, OK, UDP, four, 0},
	{"token ring, routed", LinkTokenRing, []string{"1040" + serverMAC + "82005e107ac4 0630 1111 2222", snap, udp4}, 0, OK, UDP, four, 0},
	{"fddi", LinkFDDI, []string{"57" + serverMAC + phoneMAC, snap, udp4}, 0, OK, UDP, four, 0},
	{"atm", LinkATM, []string{snap, udp4}, 0, OK, UDP, four, 0},
	{"fibre channel", LinkIPFC, []string{zeros(16), snap, udp4}, 0, OK, UDP, four, 0},
	{"enc", LinkENC, []string{"02000000 0000000100000002", udp4}, 0, OK, UDP, four, 0},
	{"enc ipv6", LinkENC, []string{"00000018 0000000100000002", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"pflog", LinkPFLOG, []string{"3d02 0000", zeros(60), udp4}, 0, OK, UDP, four, 0},
	{"pflog other", LinkPFLOG, []string{"0407 0000", udp4}, 0, NotIP, 0, udp4, 0},
	{"firewire", LinkFirewire, []string{zeros(16), "0800", udp4}, 0, OK, UDP, four, 0},
	{"ipnet", LinkIPNET, []string{"0102", zeros(22), udp4}, 0, OK, UDP, four, 0},
	{"ipnet ipv6", LinkIPNET, []string{"011a", zeros(22), ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"ipnet other", LinkIPNET, []string{"0100", zeros(22), four}, 0, NotIP, 0, four, 0},
	{"infiniband", LinkIPoIB, []string{zeros(40), "0800 0000", udp4}, 0, OK, UDP, four, 0},
	{"erf", LinkERF, []string{zeros(8), "02 04 0050 0000 003c", "0000", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"erf extended", LinkERF, []string{zeros(8), "82 04 0050 0000 003c", "83" + zeros(7), "04" + zeros(7), "0000", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"erf ipv4", LinkERF, []string{zeros(8), "16 04 0050 0000 003c", udp4}, 0, OK, UDP, four, 0},
	{"erf without an end", LinkERF, []string{zeros(8), "82" + zeros(7), strings.Repeat("80"+zeros(7), 17)}, 0, TooDeep, 0, "80" + zeros(7), 0},
	{"erf other", LinkERF, []string{zeros(8), "05" + zeros(7), four}, 0, NotIP, 0, four, 0},
	{"pktap", LinkPKTAP, []string{"6c000000 01000000 01000000", zeros(96), macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"pktap raw", LinkPKTAPOld, []string{"6c000000 01000000 0c000000", zeros(96), udp4}, 0, OK, UDP, four, 0},
	{"pktap in pktap", LinkPKTAP, []string{strings.Repeat("0c000000 01000000 02010000", 17), udp4}, 0, NotIP, 0, udp4, 0},
	{"pktap short", LinkPKTAP, []string{"0b000000 01000000 01000000", four}, 0, Malformed, 0, "0b000000 01000000 01000000" + four, 0},
	{"netanalyzer", LinkNetAnalyzer, []string{"00000000", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"mpacket", LinkMPacket, []string{"55555555555555d5", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"broadcom", LinkBroadcom, []string{macs, "00000080 0800", udp4}, 0, OK, UDP, four, 0},
	{"broadcom in front", LinkBroadcomFront, []string{"00002005", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"dsa", LinkDSA, []string{macs, "c0100539 0800", udp4}, 0, OK, UDP, four, 0},
	{"edsa", LinkEDSA, []string{macs, "dada0000c0100539 0800", udp4}, 0, OK, UDP, four, 0},
	{"mpls", LinkEthernet, []string{macs, "8847 00010040 00011140", udp4}, 0, OK, UDP, four, 0},
	{"mpls up, ipv6", LinkEthernet, []string{macs, "8848 00011140", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"mpls frame", LinkEthernet, []string{macs, "8847 00011140", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"mpls word and frame", LinkEthernet, []string{macs, "8847 00011140 00000000", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"mpls frame to 4x", LinkEthernet, []string{macs, "8847 00011140 42005e107a01 02005e107ac4 0800", udp4}, 0, OK, UDP, four, 0},
	{"mpls other", LinkEthernet, []string{macs, "8847 00011140", four}, 0, NotIP, 0, four, 0},
	{"mpls nothing", LinkEthernet, []string{macs, "8847 00011140"}, 0, Malformed, 0, "", 0},
	{"mpls cut", LinkEthernet, []string{macs, "8847 00010040"}, 36, Truncated, 0, "", 36},
	{"16 labels", LinkMPLS, []string{zeros(60), "00000100", udp4}, 0, OK, UDP, four, 0},
	{"18 labels", LinkMPLS, []string{zeros(68), "00000100", udp4}, 0, TooDeep, 0, "00000100" + udp4, 0},
	{"backbone", LinkEthernet, []string{macs, "88e7 00000007", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"16 frames in frames", LinkEthernet, []string{macs, nestedFrames(16), udp4}, 0, OK, UDP, four, 0},
	{"17 frames in frames", LinkEthernet, []string{macs, nestedFrames(17), four}, 0, TooDeep, 0, macs + "0800" + four, 0},

	{"ppp", LinkPPP, []string{"0021", udp4}, 0, OK, UDP, four, 0},
	{"ppp framed", LinkPPP, []string{"ff03 0021", udp4}, 0, OK, UDP, four, 0},
	{"ppp one byte", LinkPPP, []string{"21", udp4}, 0, OK, UDP, four, 0},
	{"ppp mpls", LinkPPP, []string{"0281 00011140", udp4}, 0, OK, UDP, four, 0},
	{"ppp empty", LinkPPP, []string{"ff03"}, 0, Malformed, 0, "", 0},
	{"ppp cut", LinkPPP, []string{"ff03 00"}, 33, Truncated, 0, "", 33},
	{"ppp direction", LinkPPPWithDir, []string{"01 ff03 0021", udp4}, 0, OK, UDP, four, 0},
	{"ppp direction, daemon", LinkPPPDir, []string{"00 0021", udp4}, 0, OK, UDP, four, 0},
	{"ppp hdlc", LinkPPPHDLC, []string{"ff03 0021", udp4}, 0, OK, UDP, four, 0},
	{"ppp hdlc, cisco", LinkPPPHDLC, []string{"0f00 0800", udp4}, 0, OK, UDP, four, 0},
	{"cisco hdlc", LinkCiscoHDLC, []string{"8f00 86dd", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"cisco hdlc, low", LinkCiscoHDLC, []string{"8f00 0020", four}, 0, NotIP, 0, four, 0},
	{"frame relay, cisco", LinkFrameRelay, []string{"1841 0800", udp4}, 0, OK, UDP, four, 0},
	{"frame relay, ip", LinkFrameRelay, []string{"1841 03cc", udp4}, 0, OK, UDP, four, 0},
	{"frame relay, ipv6", LinkFrameRelay, []string{"1841 038e", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"frame relay, ppp", LinkFrameRelay, []string{"1841 03cf 0021", udp4}, 0, OK, UDP, four, 0},
	{"frame relay, snap", LinkFrameRelay, []string{"1841 0300 80 000000 0800", udp4}, 0, OK, UDP, four, 0},
	{"frame relay, bridged", LinkFrameRelay, []string{"1841 0300 80 0080c2 0007", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"frame relay, other snap", LinkFrameRelay, []string{"1841 0380 0080c2 000a", four}, 0, NotIP, 0, four, 0},
	{"frame relay, other", LinkFrameRelay, []string{"1841 0308", four}, 0, NotIP, 0, four, 0},
	{"frame relay, no address", LinkFrameRelay, []string{"101010101010"}, 0, Malformed, 0, "10", 0},
	{"arcnet", LinkARCNET, []string{"c0e8 d4 00 0001", udp4}, 0, OK, UDP, four, 0},
	{"arcnet linux", LinkARCNETLin, []string{"c0e8 0000 c4 00 0001", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"arcnet part", LinkARCNET, []string{"c0e8 d4 01 0001", udp4}, 0, Fragment, 0, udp4, 0},
	{"arcnet other", LinkARCNET, []string{"c0e8 cd 01 0001", four}, 0, NotIP, 0, four, 0},
	{"nflog", LinkNFLOG, []string{"0200 0000 0800 0100 00000000 0500 0a00 66000000 2400 0900", udp4}, 0, OK, UDP, four, 0},
	{"nflog, other order", LinkNFLOG, []string{"0a00 0000 0008 0001 00000000 0046 0009", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"nflog, arp", LinkNFLOG, []string{"0300 0000 0800 0900", four}, 0, NotIP, 0, four, 0},
	{"nflog, no payload", LinkNFLOG, []string{"0200 0000 0800 0100 00000000"}, 0, Malformed, 0, "", 0},
	{"nflog, bad length", LinkNFLOG, []string{"0200 0000 0300 0100 00000000"}, 0, Malformed, 0, "0300 0100 00000000", 0},

	{"wifi", LinkWiFi, []string{wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi down", LinkWiFi, []string{"0802", fromDS, snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi ad hoc", LinkWiFi, []string{"0800", toDS, snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi qos", LinkWiFi, []string{wifiUpQoS, snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi qos, ht control", LinkWiFi, []string{"8881", toDS, "0000 00000000", snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi 4 addresses", LinkWiFi, []string{"0803", toDS, phoneMAC, snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi 4 addresses, qos", LinkWiFi, []string{"8803", toDS, phoneMAC, "0000", snap, udp4}, 0, OK, UDP, four, 0},
	{"wifi sealed", LinkWiFi, []string{"8841", toDS, "0000", four}, 0, SealedWiFi, 0, four, 0},
	{"wifi null", LinkWiFi, []string{"4801", toDS}, 0, NotIP, 0, "", 0},
	{"wifi beacon", LinkWiFi, []string{"8000", toDS, four}, 0, NotIP, 0, "8000" + toDS + four, 0},
	{"wifi acknowledgement", LinkWiFi, []string{"d4000000", phoneMAC}, 0, NotIP, 0, "d4000000" + phoneMAC, 0},
	{"wifi later part", LinkWiFi, []string{"0801", "0000" + bssid + phoneMAC + serverMAC + "1100", four}, 0, Fragment, 0, four, 0},
	{"wifi many", LinkWiFi, []string{wifiUpMany, oneMSDU, "0000", oneMSDU}, 0, OK, UDP, four, 0},
	{"wifi many, bad length", LinkWiFi, []string{wifiUpMany, serverMAC, phoneMAC, "0030", snap, udp4}, 0, Malformed, 0, snap + udp4, 0},
	{"wifi short", LinkWiFi, []string{"0801", toDS[:16]}, 0, Malformed, 0, "0801" + toDS[:16], 0},
	{"wifi cut", LinkWiFi, []string{"0801", toDS[:20]}, 60, Truncated, 0, "0801" + toDS[:20], 60},
	{"radiotap", LinkRadiotap, []string{"0000 0800 00000000", wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"radiotap checksum", LinkRadiotap, []string{"0000 0900 02000000 10", "8000", toDS, four, "eeeeeeee"}, 0, NotIP, 0, "8000" + toDS + four, 0},
	{"radiotap checksum cut", LinkRadiotap, []string{"0000 0900 02000000 10", "8000", toDS, four, "ee"}, 7, NotIP, 0, "8000" + toDS + four + "ee", 3},
	{"radiotap bad checksum", LinkRadiotap, []string{"0000 0900 02000000 50", wifiUp, snap, udp4, "eeeeeeee"}, 0, Malformed, 0, wifiUp + snap + udp4, 0},
	{"radiotap too short for it", LinkRadiotap, []string{"0000 0900 02000000 10", "d400"}, 0, Malformed, 0, "d400", 0},
	{"radiotap padded", LinkRadiotap, []string{"0000 0900 02000000 20", wifiUpQoS, "0000", snap, udp4}, 0, OK, UDP, four, 0},
	{"radiotap clock", LinkRadiotap, []string{"0000 1900 030000a0 00000020 00000000", "0102030405060708 20", wifiUpQoS, "0000", snap, udp4}, 0, OK, UDP, four, 0},
	{"radiotap version", LinkRadiotap, []string{"0100 0800 00000000", wifiUp}, 0, Malformed, 0, "0100 0800 00000000" + wifiUp, 0},
	{"radiotap length", LinkRadiotap, []string{"0000 ff00 00000000", wifiUp}, 0, Malformed, 0, "0000 ff00 00000000" + wifiUp, 0},
	{"ppi", LinkPPI, []string{"0000 0800 69000000", wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"ppi checksum", LinkPPI, []string{"0000 2400 69000000 0300 0000 0200 1400", zeros(8), "0100", zeros(10), "8000", toDS, four, "eeeeeeee"}, 0, NotIP, 0, "8000" + toDS + four, 0},
	{"ppi bad checksum", LinkPPI, []string{"0000 2000 69000000 0200 1400", zeros(8), "0400", zeros(10), wifiUp, snap, udp4}, 0, Malformed, 0, wifiUp + snap + udp4, 0},
	{"ppi ethernet", LinkPPI, []string{"0000 0800 01000000", macs, "0800", udp4}, 0, OK, UDP, four, 0},
	{"ppi in ppi", LinkPPI, []string{"0000 0800 c0000000", four}, 0, NotIP, 0, four, 0},
	{"prism", LinkPrism, []string{prismed, wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"avs", LinkAVS, []string{"80211001 00000040", zeros(56), wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"avs as prism", LinkPrism, []string{"80211002 00000008", wifiUp, snap, udp4}, 0, OK, UDP, four, 0},
	{"avs length", LinkAVS, []string{"80211001 00000004", four}, 0, Malformed, 0, "80211001 00000004" + four, 0},
}

// nestedFrames returns the EtherTypes and headers of n frames inside a frame.
func nestedFrames(n int) string { return strings.Repeat("6558"+macs, n) + "0800" }

// TestWiFiAddresses holds the four ways in which a frame has them.
func TestWiFiAddresses(t *testing.T) {
	for _, frame := range []string{
		"0800 0000" + serverMAC + phoneMAC + bssid + "0000",
		"0801 0000" + bssid + phoneMAC + serverMAC + "0000",
		"0802 0000" + serverMAC + bssid + phoneMAC + "0000",
		"0803 0000" + bssid + bssid + serverMAC + "0000" + phoneMAC,
		"8801 0000" + bssid + bssid + bssid + "0000 8000" + serverMAC + phoneMAC + "0028",
	} {
		h := check(t, LinkWiFi, bytesOf(t, frame, snap, udp4), 0)
		if h.Status != OK || !h.HasMAC || h.SrcMAC != [6]byte(bytesOf(t, phoneMAC)) || h.DstMAC != [6]byte(bytesOf(t, serverMAC)) {
			t.Errorf("%s: %+v", frame, h)
		}
	}
}

// TestNext walks an aggregate frame: two whole packets, ARP, and one that the
// capture length cut.
func TestNext(t *testing.T) {
	arp := serverMAC + phoneMAC + "000c aaaa03 000000 0806" + four
	data := bytesOf(t, wifiUpMany, oneMSDU, "0000", oneMSDU, "0000", arp, "0000", serverMAC, phoneMAC, "0028", snap)
	h := check(t, LinkWiFi, data, len(data)+32)
	statuses := []Status{h.Status}
	payloads := []string{string(data[h.PayloadStart:h.PayloadEnd])}
	for h.Next(data, &h) {
		statuses = append(statuses, h.Status)
		payloads = append(payloads, string(data[h.PayloadStart:h.PayloadEnd]))
	}
	want := []Status{OK, OK, NotIP, Truncated}
	for i, s := range want {
		if i >= len(statuses) || statuses[i] != s {
			t.Fatalf("%v, want %v", statuses, want)
		}
	}
	if payload := string(bytesOf(t, four)); payloads[0] != payload || payloads[1] != payload || h.Cut != 32 {
		t.Errorf("%x, cut %d", payloads, h.Cut)
	}
}
