// Package regress says whether a server got slower, from Results of the old one
// and of the new. It reads no clock and no file, draws nothing but from a seed,
// and leaves every slice it is given in its order, in which pairs belong
// together.
//
// Four questions can be asked, by what there is to compare:
//
//	Bench       pairs of runs, made for the purpose: an answer
//	Compare     six results or more on each side, made whenever: an answer
//	            to what changed between them, the host included; five will
//	            do for one or two metrics
//	Indicate    two results: a hint
//	Calibrate   pairs in which nothing changed: what Bench can see on this host
//
// Differences says beforehand what makes two results not comparable.
//
// # What is tested
//
// A Metric is one figure of a Result. Its effect in a pair is ln(new/old),
// signed so that positive is worse. The order of the two runs is drawn for each
// pair on its own, so that without a change either sign of each effect is as
// likely as the other, whatever the shape of the noise and however the host
// drifts: Wilcoxon's signed-rank test, enumerated and not approximated, needs
// nothing else. The estimate of the effect is that of Hodges and Lehmann, the
// median of the Walsh averages, and its interval is the same test inverted.
//
// A metric has
//
//	REGRESSED      if it is significantly worse and the estimate is no less
//	               than the least effect that matters
//	IMPROVED       likewise on the other side; it fails and excuses nothing
//	EQUIVALENT     if the whole interval lies within the least effect, on
//	               either side
//	INCONCLUSIVE   otherwise
//
// A metric that has no figure in some of the results, because replies were too
// few or lost, is left out: those that have one would be the fast runs or the
// slow ones. Whether it got worse is then unknown, and all metrics together are
// INCONCLUSIVE unless another one REGRESSED. Only where no result has a figure,
// and of quantiles beyond the 99th, which runs of some length have by chance, it
// weighs nothing.
//
// Significant means: by the one-sided test, after Holm's adjustment for all the
// metrics, at half of Alpha at the first look, FirstLook pairs, and at the other
// half at LastLook pairs, which are made only where the first look is undecided.
// The two halves add up, so that the family is called REGRESSED without a cause
// in 1% of benches at most, however the looks and the metrics depend on each
// other. The interval of each look holds 99%.
//
// One-sided, because only slower fails a build, and because two-sided it could
// not: of 10 pairs the smallest probability is 1/1024 on one side and 1/512 on
// both, and Holm asks the best of four metrics for 0.005/4 = 1/800. So the first
// of up to five metrics can be significant at the first look, if all ten pairs
// got worse. With more metrics, only the second look can tell.
//
// # What it can see
//
// Percentage of simulated benches that were called REGRESSED, 2,000 for each
// figure, with the four default metrics. Noise is the standard deviation of
// ln(new/old) in a pair; half of its variance is common to the metrics.
//
//	                          noise 2%   noise 5%   noise 10%
//	nothing slower                0.00       0.25        0.25
//	everything by 5%            100.00      73.75       17.95
//	everything by 10%           100.00     100.00       79.45
//	everything by 20%           100.00     100.00      100.00
//	rtt.p99 alone by 10%         60.25      59.00       41.65
//	rtt.p99 alone by 20%        100.00     100.00       99.80
//	nothing, and EQUIVALENT      99.40       2.15        0.00
//
// What got worse by just its least effect, as rtt.p99 by 10%, is beyond it in
// every second estimate, and there are two looks. The last line is how often nothing slower is
// known to be nothing: with noise that is not well below the least of the least
// effects, 3%, a bench can only fail to find anything.
//
// With nothing slower, in these and in benches whose second run is always slower
// or whose runs are disturbed one time in ten, 6 of 2,000 were false alarms at
// the worst, a rate of 0.11% to 0.65% (Clopper and Pearson, 95%). The noisier
// the pairs, the less do the least effects hold back, and the rate rises towards
// its bound, 0.82% for four metrics: at a noise of 30% it was 19 of 2,000, and
// 262 of 40,000 when simulated once for longer.
//
// # What it cannot
//
// It cannot say why. Another alignment in memory makes a program slower as truly
// as worse code does. Nor does REGRESSED with an estimate of 12% say that the
// metric is worse by more than its least effect of 10%: it is worse for sure, and
// 12% is the best guess at how much. For more there is the interval, and
// Change.Exceeds.
//
// Indicate is a hint for two reasons: the fewer the seconds, the more too narrow
// its interval, and it knows nothing of how runs differ from each other.
// Percentage of 500 comparisons whose 99% interval of rtt.p50 left out the truth,
// when seconds vary by 5% and are correlated by 0.3 with their neighbours:
//
//	                          10 s   30 s   60 s
//	runs do not differ        11.0    3.2    1.0
//	runs differ by 2%         14.2   12.0   16.0
package regress
