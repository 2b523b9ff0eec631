#!/usr/bin/env python3
"""Measures how time and memory of `myops segment` grow with cases, slices and pixels, and draws them.

    scripts/growth.py target/release/myops work docs/growth.png

The first is the program, the second a folder for synthetic patients, tables of cases and results, the third the picture. Prints
every measurement as a line of JSON. Needs nibabel, SciPy and matplotlib.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nibabel
import numpy as np
from scipy.ndimage import zoom

SEQUENCES = {"bssfp": "C0", "lge": "LGE", "t2": "T2"}
PATIENTS = 10
# What is varied, its values, and the models that are run on them.
SERIES = {
    "cases": {"runet": [1, 10, 100, 1000], "nested": [1, 10, 100]},
    "slices": {"runet": [1, 2, 5, 10, 15, 20], "nested": [1, 2, 5, 10, 15, 20]},
    "pixels along a side": {"runet": [256, 384, 512, 768, 1024], "nested": [256, 384, 512, 768, 1024]},
}
COLOURS = {"runet": "#0072B2", "nested": "#D55E00"}


def main(program, work, picture):
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run([program, "phantom", "--cases", str(PATIENTS), "--out", work / "phantoms", "--quiet"], check=True)
    measured = {}
    for axis, models in SERIES.items():
        for model, values in models.items():
            for value in values:
                table = cases(work, value) if axis == "cases" else one_case(work, axis, value)
                seconds, mib = run(program, model, table, work / "out")
                measured.setdefault(axis, {}).setdefault(model, []).append((value, seconds, mib))
                print(json.dumps({axis: value, "model": model, "seconds": round(seconds, 2), "MiB": round(mib)}), flush=True)
    draw(measured, picture)


def images(work, patient):
    folder = work / "phantoms" / f"phantom-{patient + 1:03d}"
    return {s: folder / f"{folder.name}_{name}.nii.gz" for s, name in SEQUENCES.items()}


def cases(work, n):
    return written(work, [(f"P{case:04d}", images(work, case % PATIENTS)) for case in range(n)])


def one_case(work, axis, n):
    """A patient of `n` slices, or of `n` pixels along a side: slices are repeated, and pixels interpolated."""
    there = {}
    for sequence, path in images(work, 0).items():
        image = nibabel.load(path)
        data, affine = np.asarray(image.dataobj, dtype=np.float32), image.affine.copy()
        if axis == "slices":
            data = data[:, :, np.arange(n) % data.shape[2]]
        else:
            factor = n / data.shape[0]
            data = zoom(data, (factor, n / data.shape[1], 1), order=1)
            affine[:, :2] /= factor
        there[sequence] = work / f"{sequence}.nii.gz"
        nibabel.save(nibabel.Nifti1Image(data, affine), there[sequence])
    return written(work, [("P0000", there)])


def written(work, rows):
    table = work / "cases.csv"
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", *SEQUENCES])
        writer.writerows([case, *(path.resolve() for path in files.values())] for case, files in rows)
    return table


def run(program, model, table, out):
    """Seconds and peak MiB of a whole process, which writes all outputs."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    child = subprocess.Popen([program, "segment", "--cases", table, "--model", model, "--out", out, "--quiet"])
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{model} failed on {table}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def draw(measured, picture):
    figure, panes = plt.subplots(2, len(measured), figsize=(11, 6), sharex="col", layout="constrained")
    for (axis, models), (above, below) in zip(measured.items(), panes.T):
        for model, rows in models.items():
            values, seconds, mib = zip(*rows)
            above.plot(values, seconds, "o-", color=COLOURS[model], label=model)
            below.plot(values, mib, "o-", color=COLOURS[model], label=model)
        below.set_xlabel(axis)
        if axis == "cases":
            above.set(xscale="log", yscale="log")
        else:
            above.set_ylim(bottom=0)
        below.set_ylim(bottom=0)
        for pane in (above, below):
            pane.grid(alpha=0.3)
    panes[0][0].set_ylabel("time, s")
    panes[1][0].set_ylabel("peak memory, MiB")
    panes[0][0].legend()
    figure.savefig(picture, dpi=100)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
