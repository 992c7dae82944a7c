package loadgen

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"wsstorm/wsclient"
)

// TestDeflate: with permessage-deflate, whatever was agreed on, every echo is
// what was sent, whole and in fragments, and the ratio is counted both ways.
func TestDeflate(t *testing.T) {
	for name, mode := range map[string]websocket.CompressionMode{
		"context takeover":    websocket.CompressionContextTakeover,
		"no context takeover": websocket.CompressionNoContextTakeover,
	} {
		t.Run(name, func(t *testing.T) {
			server := new(echoServer).start(t, func(_ *echoServer, w http.ResponseWriter, r *http.Request) {
				c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: mode, CompressionThreshold: 1})
				if err != nil {
					return
				}
				defer c.CloseNow()
				c.SetReadLimit(1 << 20)
				for {
					kind, p, err := c.Read(r.Context())
					if err != nil || c.Write(r.Context(), kind, p) != nil {
						return
					}
				}
			})
			eachDriver(t, func(t *testing.T, p Plan) {
				p = aimed(t, p, server.URL())
				p.Connections, p.InFlight, p.Messages = 5, 3, 1000
				p.Payload, p.PayloadData = PayloadFile, []byte(`{"user":"alice","text":"hello, hello","at":1234567890}`)
				p.Text, p.Fragment, p.FragmentPart = true, FragmentRandom, 0.3
				p.Sizes = []SizeClass{{Min: 0, Max: 0}, {Min: 5, Max: 5}, {Min: 20, Max: 3000}, {Min: 70000, Max: 70000}}
				p.Request.Deflate = &wsclient.DeflateParams{ClientMaxWindowBits: 15}
				res := load(t, t.Context(), p)
				addsUp(t, p, res)
				m := res.Messages
				if m.Sent != 1000 || m.Received != 1000 || m.Mismatched+m.Duplicated+m.Reordered+m.Unexpected != 0 {
					t.Errorf("got %+v", m)
				}
				c := res.Compression
				if c == nil || c.SentRaw == 0 || c.SentWire >= c.SentRaw || c.ReceivedRaw != c.SentRaw || c.ReceivedWire >= c.ReceivedRaw {
					t.Errorf("got compression %+v, want both ways less on the wire, and as much back as was sent", c)
				}
			})
		})
	}
}
