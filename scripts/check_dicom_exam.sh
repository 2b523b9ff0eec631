#!/bin/sh
# Whether a synthetic exam is read as dcm2niix reads it: the same values at the same places in the patient, and the same labels from
# the exam as from dcm2niix's NIfTI files. Skipped where dcm2niix, Python or its packages are not to be had.
set -eu
cd "$(dirname "$0")/.."
place=target/dicom-exam
venv=target/venv-dicom-exam
if [ "${CI:-}" = true ] && ! command -v dcm2niix >/dev/null; then
    apt-get update -qq && apt-get install -y -qq dcm2niix >/dev/null || true
fi
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
segment() { cargo run --release --quiet --package myops -- segment "$1" --quiet --phase 20 --out "$2"; }
segment "$place/exam" "$place/labels"
segment "$place/dcm2niix" "$place/labels-of-dcm2niix"
"$venv/bin/python" scripts/check_dicom_exam.py --labels "$place/labels" "$place/labels-of-dcm2niix"
