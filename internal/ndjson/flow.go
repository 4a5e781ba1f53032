package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) flow(f *telltale.Flow) {
	l.string("flow_id", f.ID)
	l.int("input", int64(f.Input))
	l.optString("device_id", f.Device)
	l.addr("src_ip", f.SrcIP)
	l.optInt("src_port", int64(f.SrcPort))
	l.addr("dest_ip", f.DestIP)
	l.optInt("dest_port", int64(f.DestPort))
	l.string("proto", f.Proto)
	l.string("app_proto", f.AppProto)
	l.optString("community_id", f.CommunityID)
	l.time("start", f.Start)
	l.time("end", f.End)
	l.string("ended", string(f.Ended))
	l.int("pkts_toserver", f.PktsToServer)
	l.int("bytes_toserver", f.ByteToServer)
	l.int("pkts_toclient", f.PktsToClient)
	l.int("bytes_toclient", f.ByteToClient)
	if len(f.Names) > 0 {
		l.open("names", '[')
		for _, n := range f.Names {
			l.next()
			l.b = append(l.b, '{')
			l.text("name", n.Name)
			l.string("source", n.Source)
			l.confidence(n.Confidence)
			l.close('}')
		}
		l.close(']')
	}
	l.string("protection", string(f.Protection))
	l.optString("ja3", f.JA3)
	l.optString("ja4", f.JA4)
	l.optString("signature", f.Signature)
	l.optText("app", f.App)
	l.optText("app_package", f.AppPackage)
	l.optString("tunnel", f.Tunnel)
}
