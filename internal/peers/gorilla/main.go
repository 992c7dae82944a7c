// Command gorilla is an echo server on gorilla/websocket.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/gorilla/websocket"

	"wsstorm/internal/peers"
)

func main() {
	if err := peers.Run(os.Stdin, os.Stdout, "github.com/gorilla/websocket", http.HandlerFunc(echo)); err != nil {
		fmt.Fprintln(os.Stderr, "gorilla:", err)
		os.Exit(1)
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{EnableCompression: true}
	c, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer c.Close()
	for {
		op, p, err := c.ReadMessage()
		if err != nil {
			return
		}
		if err := c.WriteMessage(op, p); err != nil {
			return
		}
	}
}
