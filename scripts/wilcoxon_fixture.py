"""Writes crates/measure/tests/fixtures/wilcoxon.json: signed-rank tests by SciPy on whole-number differences.

    python scripts/wilcoxon_fixture.py > crates/measure/tests/fixtures/wilcoxon.json
"""

import json

import numpy
import scipy
from scipy.stats import wilcoxon

MASK = (1 << 64) - 1


def differences(seed, n, grain, shift):
    state = seed
    values = []
    for _ in range(2 * n):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        values.append((state >> 33) % grain)
    return numpy.array([values[2 * i] + shift - values[2 * i + 1] for i in range(n)], float)


def main():
    cases = []
    seed = 0
    for n in [2, 3, 5, 7, 8, 10, 12, 13, 14, 20, 25, 26, 27, 35, 40, 49, 50, 51, 60, 100, 200]:
        # Without ties; with ties; with ties and zeros.
        for grain in [1_000_003, 12, 4]:
            for shift in [0, grain // 8, grain // 3, grain]:
                seed += 1
                d = differences(seed, n, grain, shift)
                zeros = int((d == 0).sum())
                if zeros == n:
                    continue
                found = wilcoxon(d, method="auto")
                cases.append(
                    dict(seed=seed, n=n, grain=grain, shift=shift, statistic=float(found.statistic), p=float(found.pvalue), zeros=zeros)
                )
    source = f"SciPy {scipy.__version__}, scipy.stats.wilcoxon(d, method='auto'), by scripts/wilcoxon_fixture.py"
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    print(f'{{\n "source": "{source}",\n "cases": [\n  {lines}\n ]\n}}')


if __name__ == "__main__":
    main()
