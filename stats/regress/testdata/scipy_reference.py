# Writes the file that is its argument: testdata/scipy.json, what scipy makes of
# differences and samples that were drawn or chosen here. The tests in Go compare.
#
#   python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scipy==1.17.1
#   /tmp/venv/bin/python scipy_reference.py scipy.json
#
# Without ties, p is that of method="exact". With ties or zeros scipy has no exact
# distribution, and p is that of all sign flips (zeros by Pratt), or of all
# divisions into two samples. Intervals are found by brute force: the test is made
# for a centre between any two neighbouring Walsh averages or differences.
import json, sys
import numpy as np, scipy
from scipy import stats as st
rng = np.random.default_rng(7)
out = {"made_by": f"scipy {scipy.__version__}, numpy {np.__version__}"}

def perm_wilcoxon(d):
    m = st.PermutationMethod(n_resamples=np.inf)
    return {alt: float(st.wilcoxon(d, zero_method="pratt", alternative=alt, method=m).pvalue) for alt in ("greater", "less")}

def exact_wilcoxon(d):
    return {alt: float(st.wilcoxon(d, alternative=alt, method="exact").pvalue) for alt in ("greater", "less")}

def hull(d, alpha):
    """Non-rejected centres by brute force: scipy's exact test between all Walsh averages."""
    w = sorted((d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i + 1))
    pts = [w[0] - 1] + [(a + b) / 2 for a, b in zip(w, w[1:])] + [w[-1] + 1]
    ok = [k for k, t in enumerate(pts) if min(exact_wilcoxon([x - t for x in d]).values()) > alpha]
    return w[ok[0] - 1] if ok[0] else None, w[ok[-1]] if ok[-1] < len(w) else None

sr = []
for n in (5, 10, 10, 12, 16, 16, 16):
    d = [round(float(x), 6) for x in rng.normal(0.02, 0.05, n)]
    e = exact_wilcoxon(d)
    lo, hi = hull(d, 0.005) if n > 8 else (None, None)
    w = [(d[i] + d[j]) / 2 for i in range(n) for j in range(i + 1)]
    sr.append(dict(d=d, **e, hl=float(np.median(w)), low=lo, high=hi, note="no ties"))
for d in ([1, 1, 2, -2, 3, 3, 4, -1, 5, 6], [0, 1, 2, -1, 3, 0, 4, 4, 5, -2], [0, 0, 0, 1, 1, -1, 2, 3],
          [1] * 10, [2, 2, 2, -2, 2, 2, 0, 2, 2, 2, 1, 1], [0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18][:12],
          [0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18], [0.5, -0.5, 0.5, 1.5, 2.5, 1.5, -1.5, 0, 3, 3, 3, 3, -3, 4]):
    d = [float(x) for x in d]
    w = [(d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i + 1)]
    sr.append(dict(d=d, **perm_wilcoxon(d), hl=float(np.median(w)), low=None, high=None, note="ties or zeros: all sign flips"))
out["signed_rank"] = sr

def mw(x, y, method):
    # "greater": new above old
    return {alt: float(st.mannwhitneyu(y, x, alternative=alt, method=method).pvalue) for alt in ("greater", "less")}

def mwhull(x, y, alpha):
    w = sorted(b - a for a in x for b in y)
    pts = [w[0] - 1] + [(a + b) / 2 for a, b in zip(w, w[1:])] + [w[-1] + 1]
    ok = [k for k, t in enumerate(pts) if min(mw(x, [b - t for b in y], "exact").values()) > alpha]
    return w[ok[0] - 1], w[ok[-1]]

rs = []
for n, m in ((5, 5), (5, 6), (7, 5), (8, 8), (10, 6), (5, 12), (12, 12)):
    x = [round(float(v), 6) for v in rng.normal(0, 0.05, n)]
    y = [round(float(v), 6) for v in rng.normal(0.04, 0.05, m)]
    lo, hi = mwhull(x, y, 0.01)
    rs.append(dict(old=x, new=y, **mw(x, y, "exact"), hl=float(np.median([b - a for a in x for b in y])), low=lo, high=hi, note="no ties"))
pm = st.PermutationMethod(n_resamples=np.inf)
for x, y in (([1, 2, 2, 3, 4], [2, 3, 4, 5, 5]), ([1, 1, 1, 1, 1], [1, 1, 1, 1, 2]), ([3] * 5, [3] * 6), ([1, 2, 3, 3, 3, 4], [3, 3, 4, 4, 5, 6, 6]), ([5, 5, 6, 7, 7], [1, 2, 5, 5, 6])):
    x = [float(v) for v in x]; y = [float(v) for v in y]
    rs.append(dict(old=x, new=y, **mw(x, y, pm), hl=float(np.median([b - a for a in x for b in y])), low=None, high=None, note="ties: all divisions"))
for n, m in ((60, 55), (51, 70)):
    x = [round(float(v), 2) for v in rng.normal(0, 1, n)]
    y = [round(float(v), 2) for v in rng.normal(0.4, 1, m)]
    rs.append(dict(old=x, new=y, **mw(x, y, "asymptotic"), hl=float(np.median([b - a for a in x for b in y])), low=None, high=None, note="asymptotic, ties"))
out["rank_sum"] = rs

cp = []
for k, n in ((0, 2000), (1, 2000), (7, 2000), (10, 2000), (20, 2000), (1000, 2000), (1999, 2000), (2000, 2000), (3, 10), (0, 1), (1, 1)):
    for c in (0.95, 0.99):
        ci = st.binomtest(k, n).proportion_ci(c, "exact")
        cp.append(dict(k=k, n=n, confidence=c, low=float(ci.low), high=float(ci.high)))
out["clopper_pearson"] = cp

with open(sys.argv[1], "w") as f:
    f.write("{\n")
    for key, cases in out.items():
        if key == "made_by":
            f.write(f'"made_by": {json.dumps(cases)}')
        else:
            f.write(f',\n"{key}": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]")
    f.write("\n}\n")
