#!/bin/sh
# Whether ONNX Runtime computes with exported networks what this project computes; skipped where Python or its packages are not
# to be had.
set -eu
cd "$(dirname "$0")/.."
place=target/onnx
venv=target/venv-onnx
if ! command -v python3 >/dev/null; then
    echo "ONNX files not checked: no python3"
    exit 0
fi
if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet onnx onnxruntime numpy; }; then
    echo "ONNX files not checked: onnxruntime cannot be installed"
    exit 0
fi
rm -rf "$place"
mkdir -p "$place"
cargo run --release --quiet --package myops-segment --example onnx_pairs -- "$place" crates/myops/weights/*.safetensors
"$venv/bin/python" scripts/check_onnx.py "$place"
