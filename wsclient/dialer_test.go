package wsclient

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	gorilla "github.com/gorilla/websocket"
)

func TestOpenSmoke(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := gorilla.Upgrader{}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		c.WriteMessage(gorilla.TextMessage, []byte("hello"))
	}))
	defer server.Close()
	target, err := ParseTarget(strings.Replace(server.URL, "http", "ws", 1))
	if err != nil {
		t.Fatal(err)
	}
	up, err := Request{Target: target}.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	d := Dialer{Upgrade: up}
	tr, err := d.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tr.Conn.Close()
	t.Log(tr.Timings)
}
