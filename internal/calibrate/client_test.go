package calibrate

import (
	"testing"
	"time"
)

// The ratio is that of each round to the floor of the same round: where the
// machine gets slower from round to round, it does so for both.
func TestNewClient(t *testing.T) {
	talk := func(messages int64, cpu time.Duration) sample {
		return sample{messages: messages, time: 2 * time.Second, cpu: cpu}
	}
	open := func(cpu time.Duration) sample {
		return sample{opened: 10, openTime: 5 * time.Millisecond, openCPU: cpu}
	}
	floorTalks := []sample{talk(100, 100), talk(100, 200), talk(100, 400)}
	floorOpens := []sample{open(10), open(20), open(40)}
	talks := []sample{talk(100, 120), talk(200, 480), talk(50, 240)}
	opens := []sample{open(30), open(60), open(120)}
	got := newClient("epoll", talks, opens, floorTalks, floorOpens)
	want := Client{
		Name: "epoll", Rounds: 3,
		Messages: 50, MessageCPUNS: 2.4, MessageRatio: 1.2, MessageSpread: 1.5,
		Connections: 2000, ConnectionCPUNS: 6, ConnectionRatio: 3,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := newClient("portable", talks, opens, nil, nil); got.MessageRatio != 0 || got.ConnectionRatio != 0 {
		t.Errorf("without a floor: got %+v", got)
	}
}

// Some platforms count CPU time in ticks of 10 ms.
func TestRatioToNothing(t *testing.T) {
	some := []sample{{messages: 1, cpu: 5}, {messages: 1, cpu: 6}}
	none := []sample{{messages: 1}, {messages: 1, cpu: 3}}
	if got := ratio(some, none, sample.messageCPU); got != 2 {
		t.Errorf("got %v, want 2", got)
	}
	if got := ratio(some, none[:1], sample.messageCPU); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
}
