package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"

	"wsstorm/internal/echoserver"
)

// serve is the built-in echo server: until it is interrupted, or, where it was
// started by a run, until that run's end of its standard input is gone. Where it
// was told to do wrong, it says at the end what it did.
func serve(ctx context.Context, args []string, s streams) (err error) {
	set := newFlagSet()
	listen, most := "127.0.0.1:9001", int64(64<<20)
	var cfg echoserver.Config
	var untilEOF bool
	set.Var(text(&listen, "HOST:PORT"), "listen", "address to listen on; port 0 takes a free one, printed on standard output")
	set.Var(size(&most, 1, math.MaxInt32, nounSize), "max-message", "the longest message that is accepted")
	set.BoolVar(&cfg.Compress, "compress", false, "accept permessage-deflate where a client offers it")
	wrong := newFaultFlags(set)
	set.BoolVar(&untilEOF, untilEOFFlag, false, "")
	set.Lookup(untilEOFFlag).Hidden = true
	_, done, err := readArgs("serve", set, args, 0, s)
	if done || err != nil {
		return err
	}
	cfg.MaxMessage = int(most)
	faults, log, err := wrong.read()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, log.Close()) }()
	cfg.Faults = faults
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
	err = server.Serve(ctx)
	if faults.Active() {
		if _, err := fmt.Fprintln(s.out, server.Counts()); err != nil {
			return writing(err)
		}
	}
	return err
}

// untilEOFFlag is how a run starts its server.
const untilEOFFlag = "until-eof"
