package telltale

import "strings"

// Names under .local are those of devices in one network, and of persons: makers
// propose "Annas-iPhone" (RFC 6762, 3; RFC 8117). What stands before is hidden,
// but for the labels of services, which begin with an underscore.
const localDomain = ".local"

// mayBeLocal reports whether a name in s may end in .local.
func mayBeLocal(s string) bool {
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], '.')
		if n < 0 || len(s)-i-n < len(localDomain) {
			return false
		}
		i += n
		if s[i+1]|0x20 == 'l' && strings.EqualFold(s[i:i+len(localDomain)], localDomain) {
			return true
		}
	}
}

// hideLocalNames hides the names of devices and of their services.
func hideLocalNames(us []unit) {
	for i := range us {
		if end := i + len(localDomain); us[i].r == '.' && end <= len(us) && isLocal(us[i:end]) && (end == len(us) || !us[end].alnum() && us[end].r != '-') {
			hideLabels(us[:i])
		}
	}
}

func isLocal(us []unit) bool {
	for i, c := range localDomain {
		if r := us[i].r; us[i].hide || r != c && r != c-0x20 {
			return false
		}
	}
	return true
}

// hideLabels hides the labels that us ends with. In the name of a service's
// instance there may be spaces.
func hideLabels(us []unit) {
	service := false
	for end := len(us); end > 0; {
		start := end
		for start > 0 && inLabel(us[start-1], service) {
			start--
		}
		if start < end && us[start].r == '_' {
			service = true
		} else {
			for i := start; i < end; i++ {
				us[i].hide = true
			}
		}
		if start == 0 || us[start-1].r != '.' || start == end {
			return
		}
		end = start - 1
	}
}

// inLabel reports whether u may be part of a label.
func inLabel(u unit, service bool) bool {
	switch u.r {
	case '.', '"', '/', '<', '>', '\\':
		return u.hide
	case ' ', '\'', '(', ')', '&', ',', ';', ':', '=', '?', '@', '#':
		return service || u.hide
	}
	return u.r >= ' '
}
