package main

import (
	"strings"
	"testing"
)

// TestLongValues: a token as long as most is told, and none of its letters shown; what is
// longer than what is judged is counted.
func TestLongValues(t *testing.T) {
	token := "eyJhbGciOiJSUzI1NiJ9." + strings.Repeat("eyJzdWIiOiIxIn0", 100) + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	request := "GET / HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer " + token + "\r\nX-SMS: " + strings.Repeat("see you at eight ", 300) + "\r\n\r\n"
	capture := requestsOf(t, request)
	code, out := try(t, "audit", capture)
	plain := strings.Join(strings.Fields(out), " ")
	if code != exitDone || !strings.Contains(plain, "Password or token") || !strings.Contains(plain, "1 value of more than 4 KiB under names for texts and tokens, not judged") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, how := range [][]string{{"audit", capture}, {"audit", capture, "--json", "-", "--messages"}} {
		if _, out := try(t, how...); strings.Contains(out, token[400:420]) || strings.Contains(out, token[len(token)-20:]) {
			t.Errorf("%v shows parts of the token", how)
		}
	}
}
