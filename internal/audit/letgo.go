package audit

import (
	"runtime/debug"
	"runtime/metrics"
)

// muchHeld is from how many bytes in use on it is worth a collection to let go of
// them.
const muchHeld = 48 << 20

// letGo gives back what the engine held, before the account is made: both together
// would be the most that an audit takes, 15 MiB more for a capture of 180,000 flows.
// What little a small capture held is not worth the time.
func letGo() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	if metrics.Read(sample); sample[0].Value.Uint64() >= muchHeld {
		debug.FreeOSMemory()
	}
}
