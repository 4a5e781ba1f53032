package capture

// drift is how far apart, in nanoseconds, the times of packets on both sides
// of a damage may lie.
const drift = 30 * 24 * 3600 * int64(1e9)

// resync is what helps to find the way back into a damaged pcap file.
type resync struct {
	lost        bool // looking for the next plausible record
	any         bool // a packet was seen
	first, last int64
}

// seen notes the time of a packet.
func (r *resync) seen(t int64) {
	if !r.any {
		r.any, r.first, r.last = true, t, t
	}
	r.first, r.last = min(r.first, t), max(r.last, t)
}

// plausible reports whether t is near the times of the packets seen.
func (r *resync) plausible(t int64) bool {
	return !r.any || t >= r.first-drift && t <= r.last+drift
}

func near(a, b int64) bool { return a-b <= drift && b-a <= drift }
