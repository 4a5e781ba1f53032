package numbering

import "strings"

// lookup returns what stands behind the key and a tab on a line of a table of
// sorted lines, or "". Lines before the first key, which begin with #, are
// comments. It searches the text in place.
func lookup(table, key string) string {
	for lo, hi := 0, len(table); lo < hi; {
		start, end := lineAt(table, lo, hi)
		line := table[start:end]
		k, rest, _ := strings.Cut(line, "\t")
		switch {
		case k == key:
			return rest
		case line == "" || line[0] == '#' || k < key:
			lo = min(end+1, hi)
		default:
			hi = start
		}
	}
	return ""
}

// lineAt returns the line that the middle of lo and hi stands on.
func lineAt(table string, lo, hi int) (start, end int) {
	mid := int(uint(lo+hi) / 2)
	start = lo + strings.LastIndexByte(table[lo:mid], '\n') + 1
	end = strings.IndexByte(table[mid:hi], '\n')
	if end < 0 {
		return start, hi
	}
	return start, mid + end
}
