// Command gws is an echo server on lxzan/gws.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/lxzan/gws"

	"wsstorm/internal/peers"
)

func main() {
	upgrader := gws.NewUpgrader(echo{}, &gws.ServerOption{
		CheckUtf8Enabled: true,
		PermessageDeflate: gws.PermessageDeflate{
			Enabled:               true,
			ServerContextTakeover: true,
			ClientContextTakeover: true,
		},
	})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r)
		if err != nil {
			return // Upgrade has closed the connection
		}
		// On a goroutine of its own, as the library advises, the loop does not
		// keep the request alive.
		go c.ReadLoop()
	})
	if err := peers.Run(os.Stdin, os.Stdout, "github.com/lxzan/gws", handler); err != nil {
		fmt.Fprintln(os.Stderr, "gws:", err)
		os.Exit(1)
	}
}

type echo struct{ gws.BuiltinEventHandler }

// OnPing answers a ping; the built-in handler does nothing.
func (echo) OnPing(c *gws.Conn, payload []byte) {
	if err := c.WritePong(payload); err != nil {
		c.NetConn().Close()
	}
}

// OnMessage sends the message back.
func (echo) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	if err := c.WriteMessage(m.Opcode, m.Bytes()); err != nil {
		c.NetConn().Close()
	}
}
