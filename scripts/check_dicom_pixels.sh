#!/bin/sh
# Whether the pixels read from DICOM samples are those that pydicom reads. MYOPS_DATA names the folder of real cases; the samples lie
# beside it. Skipped without it, or where Python or its packages are not to be had.
set -eu
cd "$(dirname "$0")/.."
samples=${MYOPS_DATA:-}/../dicom
venv=target/venv-dicom
if [ -z "${MYOPS_DATA:-}" ] || [ ! -d "$samples" ]; then
    echo "DICOM pixels not checked: MYOPS_DATA names no folder with samples beside it"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "DICOM pixels not checked: no python3"
    exit 0
fi
if ! { python3 -m venv "$venv" &&
    "$venv/bin/pip" install --quiet pydicom numpy pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg pyjpegls; }; then
    echo "DICOM pixels not checked: pydicom cannot be installed"
    exit 0
fi
cargo build --release --quiet --package myops-dicom --example pixels
"$venv/bin/python" scripts/check_dicom_pixels.py target/release/examples/pixels "$samples"/*.dcm
