package lab

// fixed is the phone after the cure: everything ordinary goes on, and nothing
// else is sent.
var fixed = Client{
	Name:  "fixed",
	About: "The same phone after its update: connectivity checks and sealed traffic only.",
	run:   func(*world) {},
}
