package objective

import "wsstorm/stats"

// broadcast returns the counts of a broadcast, of copies as shares of those that
// were to be delivered.
func broadcast() []metric {
	of := func(name string, u unit, value func(*stats.Broadcast) float64) metric {
		return metric{name: "broadcast." + name, unit: u, value: func(r *stats.Result) (float64, string) {
			if r.Broadcast == nil {
				return 0, "the run was no broadcast"
			}
			return value(r.Broadcast), ""
		}}
	}
	number := func(name string, n func(*stats.Broadcast) int64) metric {
		return of(name, count, func(b *stats.Broadcast) float64 { return float64(n(b)) })
	}
	copies := func(name string, n func(*stats.Broadcast) int64, classes ...stats.Class) metric {
		m := number(name, n)
		m.whole = (*stats.Result).Expected
		m.classes = classes
		return m
	}
	incomplete := number("incomplete", func(b *stats.Broadcast) int64 { return b.Incomplete })
	incomplete.whole = func(r *stats.Result) int64 { return r.Messages.Sent }
	return []metric{
		number("publishers", func(b *stats.Broadcast) int64 { return b.Publishers }),
		number("subscribers", func(b *stats.Broadcast) int64 { return b.Subscribers }),
		number("published", func(b *stats.Broadcast) int64 { return b.Published }),
		number("expected", func(b *stats.Broadcast) int64 { return b.Expected }),
		copies("delivered", func(b *stats.Broadcast) int64 { return b.Delivered }),
		copies("lost", func(b *stats.Broadcast) int64 { return b.Lost }, stats.ErrLost),
		copies("duplicated", func(b *stats.Broadcast) int64 { return b.Duplicated }, stats.ErrDuplicated),
		copies("reordered", func(b *stats.Broadcast) int64 { return b.Reordered }, stats.ErrReordered),
		copies("mismatched", func(b *stats.Broadcast) int64 { return b.Mismatched }, stats.ErrMismatched),
		incomplete,
		number("other", func(b *stats.Broadcast) int64 { return b.Other }),
		of("rate", rate, func(b *stats.Broadcast) float64 { return b.Rate }),
		of("fanout", count, func(b *stats.Broadcast) float64 { return b.Fanout }),
	}
}
