"""Compares ONNX Runtime's output of exported networks with this project's: check_onnx.py FOLDER."""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

BOUND = 1e-4
folder = pathlib.Path(sys.argv[1])
worst = 0.0
files = sorted(folder.glob("*.onnx"))
assert files, f"{folder}: no ONNX file"
for file in files:
    onnx.checker.check_model(str(file), full_check=True)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    channels = session.get_inputs()[0].shape[1]
    x = np.fromfile(file.with_suffix(".x"), "<f4").reshape(2, 96, 160, channels)
    y = np.fromfile(file.with_suffix(".y"), "<f4").reshape(2, 96, 160, -1)
    (found,) = session.run(["probabilities"], {"image": np.ascontiguousarray(x.transpose(0, 3, 1, 2))})
    difference = float(np.abs(found.transpose(0, 2, 3, 1) - y).max())
    worst = max(worst, difference)
    print(f"{file.name}: largest difference {difference:.1e}")
if worst >= BOUND:
    sys.exit(f"largest difference {worst:.1e}: must be below {BOUND:.0e}")
