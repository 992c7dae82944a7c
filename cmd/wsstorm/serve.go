package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"

	"wsstorm/internal/echoserver"
)

// serve is the built-in echo server: until it is interrupted, or, where it was
// started by a run, until that run's end of its standard input is gone.
func serve(ctx context.Context, args []string, s streams) error {
	set := newFlagSet()
	listen, most := "127.0.0.1:9001", int64(64<<20)
	var cfg echoserver.Config
	var untilEOF bool
	set.Var(text(&listen, "HOST:PORT"), "listen", "address to listen on; port 0 takes a free one, printed on standard output")
	set.Var(size(&most, 1, math.MaxInt32, nounSize), "max-message", "the longest message that is accepted")
	set.BoolVar(&cfg.Compress, "compress", false, "accept permessage-deflate where a client offers it")
	set.BoolVar(&untilEOF, untilEOFFlag, false, "")
	set.Lookup(untilEOFFlag).Hidden = true
	_, done, err := readArgs("serve", set, args, 0, s)
	if done || err != nil {
		return err
	}
	cfg.MaxMessage = int(most)
	server, err := echoserver.Listen(listen, cfg)
	if err != nil {
		return usagef("--listen: %v", err)
	}
	if untilEOF {
		// A terminal sends its interrupts to us as well, while the run still
		// has a drain to do.
		signal.Ignore(os.Interrupt)
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		go func() { // ends with the input, as the server does
			io.Copy(io.Discard, s.in)
			cancel()
		}()
	}
	if _, err := fmt.Fprintln(s.out, server.URL()); err != nil {
		stopped, cancel := context.WithCancel(ctx)
		cancel()
		server.Serve(stopped) // gives the port back
		return writing(err)
	}
	return server.Serve(ctx)
}

// untilEOFFlag is how a run starts its server.
const untilEOFFlag = "until-eof"
