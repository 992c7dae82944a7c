package calibrate

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"wsstorm/internal/floor"
	"wsstorm/loadgen"
	"wsstorm/wsclient"
)

// drivers returns those of the engine, the faster one first.
func drivers() []engine {
	return []engine{{"epoll", loadgen.DriverEpoll}, {"portable", loadgen.DriverPortable}}
}

func platformContenders() []contender {
	return []contender{{floorName, floorExchange, floorOpen}}
}

func floorExchange(_ context.Context, to wsclient.Target, connections int, warmup, window time.Duration) (sample, error) {
	return runFloor(to, floor.Config{Connections: connections, Size: messageSize, Warmup: warmup, Duration: window})
}

func floorOpen(_ context.Context, to wsclient.Target, connections int) (sample, error) {
	return runFloor(to, floor.Config{Connections: connections, Size: messageSize})
}

func runFloor(to wsclient.Target, c floor.Config) (sample, error) {
	var err error
	if c.Addr, err = netip.ParseAddrPort(to.Host + ":" + to.Port); err != nil {
		return sample{}, err
	}
	r, err := floor.Run(c)
	if err != nil {
		return sample{}, fmt.Errorf("the floor: %w", err)
	}
	return sample{
		messages: r.Messages, time: r.Time, cpu: r.CPU,
		opened: c.Connections, openTime: r.OpenTime, openCPU: r.OpenCPU,
	}, nil
}
