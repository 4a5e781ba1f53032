package lab

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// decoys adds open traffic full of values that look like identifiers and are
// none: order numbers with a right check digit, times, random UUIDs, version
// numbers, a picture in Base64, a compressed page.
func (w *world) decoys() {
	w.every(50*time.Minute, w.orders)
	w.every(70*time.Minute, w.picture)
	w.every(60*time.Minute, w.news)
}

func (w *world) decoy(looks, value, where string) string {
	w.truth.Decoys = append(w.truth.Decoys, Decoy{looks, value, where})
	return value
}

// orders has a shop list orders: 15-digit numbers that pass the Luhn check.
func (w *world) orders(at telltale.Time) {
	const name = "shop.example"
	body := []byte(`{"version":"10.24.3.118","orders":[`)
	for i := range 3 {
		if i > 0 {
			body = append(body, ',')
		}
		where := fmt.Sprintf("%s http.body > json:$.orders[%d].", name, i)
		body = fmt.Appendf(body, `{"orderId":"%s","createdMs":%s,"updatedUs":%s,"ref":"%s"}`,
			w.decoy("imei", withLuhn("20190114"+digits(6, w.rng)), where+"orderId"),
			w.decoy("time", unixIn(at, time.Millisecond, i), where+"createdMs"),
			w.decoy("imeisv", unixIn(at, time.Microsecond, i), where+"updatedUs"),
			w.decoy("ad_id", w.uuid(), where+"ref"))
	}
	body = append(body, "]}"...)
	w.page(at, name, "/v2/orders?page=1&t="+w.decoy("time", unixIn(at, time.Millisecond, 0), name+" http.url"), "application/json", body)
}

// unixIn returns the time at, some days before, as a count of units since the
// Unix epoch.
func unixIn(at telltale.Time, unit time.Duration, days int) string {
	const day = telltale.Time(24 * time.Hour)
	return strconv.FormatInt(int64((at-telltale.Time(days)*day)/telltale.Time(unit)), 10)
}

// picture has a small picture come as a data URL.
func (w *world) picture(at telltale.Time) {
	const name = "pictures.example"
	img := image.NewGray(image.Rect(0, 0, 48, 48))
	for i, v := range noise(len(img.Pix), w.rng) {
		img.Set(i%48, i/48, color.Gray{Y: v})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	data := base64.StdEncoding.EncodeToString(file.Bytes())
	w.decoy("base64", data[:32], name+" http.body > json:$.icon")
	w.page(at, name, "/icons/48", "application/json", []byte(`{"icon":"data:image/png;base64,`+data+`","w":48,"h":48}`))
}

// news has a compressed page come.
func (w *world) news(at telltale.Time) {
	const name = "news.example"
	var text []byte
	for i := range 20 {
		text = fmt.Appendf(text, "<p id=\"n%d\">Item %s of %s</p>\n", i, digits(8, w.rng), httpDate(at))
	}
	build := w.decoy("version", "2019.1.14.20190114083015", name+" http.body > gzip")
	text = append(text, "<!-- build "+build+" -->\n"...)
	w.page(at, name, "/today", "text/html", Gzip(text), "Content-Encoding: gzip")
}

// page fetches one page over plain HTTP.
func (w *world) page(at telltale.Time, name, target, contentType string, body []byte, more ...string) {
	request := HTTP("GET "+target+" HTTP/1.1", []string{
		"Host: " + name, "User-Agent: okhttp/3.10.0", "X-Request-Id: " + w.decoy("ad_id", w.uuid(), name+" http.header:x-request-id"),
		"Accept-Encoding: gzip",
	}, nil)
	headers := append([]string{"Content-Type: " + contentType, contentLength(body), "Date: " + httpDate(at)}, more...)
	w.ask(w.dial(at, name, 80), request, HTTP("HTTP/1.1 200 OK", headers, body))
}

// uuid returns a random UUID (RFC 9562, version 4).
func (w *world) uuid() string {
	b := noise(16, w.rng)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
