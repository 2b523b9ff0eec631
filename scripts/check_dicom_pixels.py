#!/usr/bin/env python3
"""Compares the pixels that the program reads from DICOM files with those that pydicom reads: after RescaleSlope and
RescaleIntercept, as 32-bit floating-point numbers, every one of them.

    check_dicom_pixels.py PIXELS FILE...

PIXELS is the example `pixels` of the crate `myops-dicom`. Prints a line a file, and fails if one differs, or if the program
refuses an MR image that pydicom reads. Needs pydicom with pylibjpeg and pyjpegls (see check_dicom_pixels.sh).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pydicom


def expected(path: str) -> np.ndarray:
    dataset = pydicom.dcmread(path, force=True)
    values = dataset.pixel_array.astype(np.float64)
    slope, intercept = getattr(dataset, "RescaleSlope", 1), getattr(dataset, "RescaleIntercept", 0)
    values = values * float(slope) + float(intercept)
    return values.reshape(-1, dataset.Rows, dataset.Columns).astype(np.float32)


def main() -> int:
    program, *files = sys.argv[1:]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "pixels"
        for path in files:
            run = subprocess.run([program, path, out], capture_output=True, text=True)
            refused = run.stderr.strip() if run.returncode else None
            try:
                want = expected(path)
                problem = None
            except Exception as error:  # pydicom raises many kinds
                problem = f"{type(error).__name__}: {error}".splitlines()[0]
            name = Path(path).name
            if refused and problem:
                print(f"{name}: refused by both ({refused}; pydicom: {problem})")
            elif refused:
                modality = getattr(pydicom.dcmread(path, force=True), "Modality", "none")
                failed += modality == "MR"
                print(f"{name}: REFUSED, modality {modality}: {refused}")
            elif problem:
                print(f"{name}: read here alone (pydicom: {problem})")
            else:
                shape = tuple(int(n) for n in run.stdout.split())
                got = np.fromfile(out, np.float32).reshape(shape)
                same = got.shape == want.shape and np.array_equal(got, want)
                failed += not same
                differ = "" if same or got.shape != want.shape else f" ({np.sum(got != want)} pixels)"
                print(f"{name}: {'equal' if same else 'DIFFERENT'} {shape}{differ}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
