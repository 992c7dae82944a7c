// Command coder is an echo server on coder/websocket.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/coder/websocket"

	"wsstorm/internal/peers"
)

// readLimit replaces the library's 32 KiB, which the suite's messages exceed.
const readLimit = 16 << 20

func main() {
	if err := peers.Run(os.Stdin, os.Stdout, "github.com/coder/websocket", http.HandlerFunc(echo)); err != nil {
		fmt.Fprintln(os.Stderr, "coder:", err)
		os.Exit(1)
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	c.SetReadLimit(readLimit)
	for {
		op, p, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if err := c.Write(r.Context(), op, p); err != nil {
			return
		}
	}
}
