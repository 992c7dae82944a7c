//go:build linux

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// serveBoth starts the same echo handler twice, without and with TLS, and
// returns the URLs.
func serveBoth() (plain, secure string) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for {
			kind, p, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, p) != nil {
				return
			}
		}
	})
	toWS := func(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }
	return toWS(httptest.NewServer(echo)), toWS(httptest.NewTLSServer(echo))
}

// tls tells what TLS costs the client on the driver that can do it.
func (b *bench) tls() error {
	w := b.table("wss:// against ws://, one gorilla/websocket server, portable driver", "size", "conns", "URL", "µs CPU/msg", "x", "µs CPU/conn opened", "x")
	for _, size := range b.sizes {
		const conns = 64
		all := make(map[string][]sample)
		for range b.rounds {
			for _, url := range []string{b.plainURL, b.secureURL} {
				s, err := measure(job{Kind: "portable", URL: url, Connections: conns, InFlight: 1, Size: size, Warmup: time.Second / 2, Duration: b.duration}, 0)
				if err != nil {
					return err
				}
				scheme, _, _ := strings.Cut(url, ":")
				all[scheme] = append(all[scheme], s)
			}
		}
		opening := func(s sample) float64 { return s.OpenCPU / float64(s.Opened) }
		for _, scheme := range []string{"ws", "wss"} {
			s, unit := all[scheme], all["ws"]
			fmt.Fprintf(w, "%d\t%d\t%s\t%.2f\t%v\t%.0f\t%v\t\n", size, conns, scheme,
				median(s, cpuPerMessage)*1e6, ratio(s, unit, cpuPerMessage), median(s, opening)*1e6, ratio(s, unit, opening))
		}
	}
	return w.Flush()
}
