package report

import "wsstorm/stats"

// broadcast tells how many copies the messages of a broadcast became, and what
// became of these; nothing of other runs.
func broadcast(r *stats.Result) []string {
	b := r.Broadcast
	if b == nil {
		return nil
	}
	items := []string{
		plural(b.Publishers, "publisher") + " to " + plural(b.Subscribers, "subscriber"),
		Count(b.Delivered) + " of " + Count(b.Expected) + " copies delivered",
	}
	items = some(items, b.Lost, "lost")
	items = some(items, b.Duplicated, "duplicated")
	items = some(items, b.Reordered, "reordered")
	items = some(items, b.Mismatched, "mismatched")
	if b.Incomplete > 0 {
		items = append(items, plural(b.Incomplete, "message")+" did not reach everybody")
	}
	return some(items, b.Other, "other messages received")
}
