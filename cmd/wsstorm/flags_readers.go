package main

import (
	"errors"

	"github.com/spf13/pflag"

	"wsstorm/internal/echoserver"
)

// readers are the values of the flags of connections that read badly.
type readers struct {
	slow echoserver.SlowRead // the syntax of serve --slow-read, the other way round
	deaf float64             // share that does not read
}

// readerFlags adds the flags of connections that read badly.
func (f *flags) readerFlags(set *pflag.FlagSet) {
	set.Var(&field[echoserver.SlowRead]{to: &f.readers.slow, noun: "RATE[:SHARE]", names: []string{valueNone},
		parse: parseReadRate, format: echoserver.SlowRead.String}, "read-rate",
		"slow readers: read only so many bytes a second, as in 1KiB/s, on all connections or a share of them (1KiB/s:0.1)")
	flag := set.VarPF(&field[float64]{to: &f.readers.deaf, noun: "SHARE", names: []string{valueNone},
		parse:  parsePart("want --stop-reading by itself, or a share of the connections above 0 and up to 1: --stop-reading=0.05"),
		format: formatPart}, "stop-reading", "",
		"never read after the opening handshake, on all connections or a share of them (--stop-reading=0.05)")
	flag.NoOptDefVal = "1"
}

// valueNone switches off what has no other value for that.
const valueNone = "none"

func parseReadRate(s string) (echoserver.SlowRead, error) {
	if s == valueNone {
		return echoserver.SlowRead{}, nil
	}
	return echoserver.ParseSlowRead(s)
}

// parsePart returns what reads a share of the connections, or none; want is what to
// say of anything else.
func parsePart(want string) func(string) (float64, error) {
	return func(s string) (float64, error) {
		if s == valueNone {
			return 0, nil
		}
		share, err := echoserver.ParseShare(s)
		if err != nil || share == 0 {
			return 0, errors.New(want)
		}
		return share, nil
	}
}

func formatPart(share float64) string {
	if share == 0 {
		return valueNone
	}
	return echoserver.FormatShare(share)
}

// resolveReaders completes the plan of connections that read badly.
func (r *request) resolveReaders() {
	p := &r.plan
	p.ReadRate, p.SlowShare, p.DeafShare = int64(r.readers.slow.Rate), r.readers.slow.Share, r.readers.deaf
}

// checkReaders returns what is wrong between the shares.
func (r *request) checkReaders() error {
	slow := r.readers.slow.Share
	if r.readers.slow.Rate > 0 && slow == 0 {
		slow = 1
	}
	if slow > 0 && slow+r.readers.deaf > 1 {
		return usagef("%s contradicts %s: both together are more than all connections; give a share, as in --read-rate 1KiB/s:0.1",
			r.told("stop-reading"), r.told("read-rate"))
	}
	return nil
}
