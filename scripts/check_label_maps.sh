#!/bin/sh
# Checks with nibabel that the program's label maps have the geometry of their images. Skipped without Python or nibabel.
set -eu
cd "$(dirname "$0")/.."
place=target/label-maps
venv=target/venv
if ! command -v python3 >/dev/null; then
    echo "label maps not checked with nibabel: no python3"
    exit 0
fi
if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet nibabel numpy; }; then
    echo "label maps not checked with nibabel: it cannot be installed"
    exit 0
fi
rm -rf "$place"
cargo run --release --quiet -- phantom --cases 6 --seed 11 --out "$place/phantoms"
cargo run --release --quiet -- segment "$place/phantoms" --out "$place/segmented"
"$venv/bin/python" scripts/check_nifti.py "$place/phantoms" "$place/segmented"
if [ -n "${MYOPS_DATA:-}" ]; then
    for cases in sample unseen_centre; do
        cargo run --release --quiet -- segment "$MYOPS_DATA/$cases" --out "$place/$cases"
        "$venv/bin/python" scripts/check_nifti.py "$MYOPS_DATA/$cases" "$place/$cases"
    done
fi
