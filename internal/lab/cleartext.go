package lab

// cleartext is hard on the search: every byte of payload can be read.
var cleartext = Bulk{
	Name: "cleartext", About: "HTTP/1.1 without TLS: JSON, forms, bodies in Base64",
	live: 48, every: 6,
	talks: []talk{
		{1, web(3, 10, oneOf(askJSON(500, 4000), askJSON(500, 4000), askForm(200, 2000), askBase64(3000, 18000)), answerJSON(4000, 120000))},
	},
}
