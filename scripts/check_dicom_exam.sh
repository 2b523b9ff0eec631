#!/bin/sh
# Whether a synthetic exam is read as dcm2niix reads it: the same values at the same places in the patient. Skipped where dcm2niix,
# Python or its packages are not to be had.
set -eu
cd "$(dirname "$0")/.."
place=target/dicom-exam
venv=target/venv-dicom-exam
for program in dcm2niix python3; do
    if ! command -v $program >/dev/null; then
        echo "DICOM exam not checked: no $program"
        exit 0
    fi
done
if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet nibabel numpy; }; then
    echo "DICOM exam not checked: nibabel cannot be installed"
    exit 0
fi
rm -rf "$place"
mkdir -p "$place/dcm2niix"
run() { cargo run --release --quiet --package myops-dicom --example "$@"; }
run synthetic -- "$place/exam"
dcm2niix -o "$place/dcm2niix" "$place/exam" >"$place/dcm2niix.log"
run exam -- "$place/exam" "$place/read"
"$venv/bin/python" scripts/check_dicom_exam.py "$place/read" "$place/dcm2niix"
