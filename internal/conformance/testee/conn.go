package main

import (
	"context"

	"wsstorm/wsclient"
)

// echoConn goes through the blocking Conn, as people would.
func echoConn(ctx context.Context, u *wsclient.Upgrade) error {
	c, err := (&wsclient.Dialer{Upgrade: u}).Dial(ctx)
	if err != nil {
		return err
	}
	defer c.CloseNow()
	for {
		op, p, err := c.Read(ctx)
		if err != nil {
			return nil
		}
		if err := c.Write(ctx, op, p); err != nil {
			return nil
		}
	}
}
