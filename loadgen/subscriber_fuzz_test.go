package loadgen

import (
	"testing"

	"wsstorm/stats"
)

// FuzzDeliveries: whatever a server sends to a subscriber is counted, and the same
// whether it comes whole or byte by byte. "@" in the input stands for the stamp and
// payload of one of the messages that were published, by turns.
func FuzzDeliveries(f *testing.F) {
	for _, in := range []string{"@", "@@", `{"data":"@"}`, "~", "~~@", "@~AAAAAAA", "hello", "", "@\x00\xFF@@@@"} {
		f.Add([]byte(in), uint8(0), uint8(0))
		f.Add([]byte(in), uint8(10), uint8(1))
		f.Add([]byte(in), uint8(40), uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, at, flip uint8) {
		heard := func(whole bool) stats.Messages {
			st := newAudience(t, Plan{Sizes: []SizeClass{{Min: 32, Max: 100}}, Seed: 3}, 1)
			// The mark is drawn for each run: the two are to be of one.
			st.publication.mark = [markBytes]byte{'~', 'm', 'a', 'r', 'k', 'e', 'd', '!'}
			published := st.at(3000).publishes(0)
			var message []byte
			turn := 0
			for _, b := range in {
				if b != '@' {
					message = append(message, b)
					continue
				}
				message = append(message, published[turn%len(published)]...)
				turn++
			}
			if int(at) < len(message) {
				message[at] ^= flip
			}
			frame := binaryFrame(message)
			if whole {
				st.hears(frame)
			} else {
				for i := range frame {
					st.hears(frame[i : i+1])
				}
			}
			r := st.result()
			m := r.Messages
			if m.Received > 4 || r.Broadcast.Expected != 4 || r.Broadcast.Other > 1 {
				t.Errorf("%q: %+v of %d that were expected", message, m, r.Broadcast.Expected)
			}
			return m
		}
		if whole, pieces := heard(true), heard(false); whole != pieces {
			t.Errorf("%q: whole %+v, byte by byte %+v", in, whole, pieces)
		}
	})
}
