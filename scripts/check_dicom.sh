#!/bin/sh
# Has the segmentations and reports for a PACS judged by other programs, and sent to a real archive with the lines of docs/dicom.md.
# Installs what it needs: Debian packages where it may, Python packages under target. Where that fails, it is told and skipped, but
# fails in CI. An Orthanc of its own runs on this machine until the end, with the configuration of docs/dicom.md.
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
place=$top/target/dicom
venv=$top/target/venv-dicom
guide=$top/docs/dicom.md
archive=http://127.0.0.1:18042

unchecked() {
    echo "DICOM results NOT CHECKED: $1"
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

missing=
for command in dciodvfy:dicom3tools storescu:dcmtk Orthanc:orthanc curl:curl; do
    command -v "${command%:*}" >/dev/null || missing="$missing ${command#*:}"
done
[ -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so ] || missing="$missing orthanc-dicomweb"
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || unchecked "needs the Debian packages$missing"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >/dev/null 2>&1 ||
        unchecked "cannot install$missing"
fi
command -v python3 >/dev/null || unchecked "needs python3"
{ python3 -m venv "$venv" && "$venv/bin/pip" install --quiet pydicom highdicom dcmqi numpy SimpleITK; } ||
    unchecked "cannot install highdicom, dcmqi and SimpleITK"
PATH=$venv/bin:$PATH
dpkg-query -W -f '${Package} ${Version}; ' dicom3tools dcmtk orthanc orthanc-dicomweb 2>/dev/null || true
pip list --format freeze 2>/dev/null | grep -E '^(pydicom|highdicom|dcmqi)=' | tr '\n' ' '
echo

rm -rf "$place"
mkdir -p "$place/archive"
cargo run --release --quiet --package myops-dicom --example results -- "$place/exams"
# And what the program itself makes of an exam.
cargo run --release --quiet --package myops-dicom --example synthetic -- "$place/exam"
cargo run --release --quiet --package myops -- segment "$place/exam" --quiet --dicom --out "$place/segmented"
mkdir -p "$place/exams/segmented/images"
# The series that the labels were drawn on: the magnitude images of LGE.
python -c 'import pathlib, pydicom, shutil, sys
for image in pathlib.Path(sys.argv[1]).iterdir():
    if pydicom.dcmread(image, stop_before_pixels=True).SeriesNumber == 9:
        shutil.copy(image, sys.argv[2])' "$place/exam" "$place/exams/segmented/images"
for result in "$place"/segmented/exam-*/*_labels.nii.gz "$place"/segmented/exam-*/*.dcm; do
    ending=${result##*/exam-????????_}
    case $ending in labels.nii.gz) name=$ending ;; *) name=segmented_$ending ;; esac
    cp "$result" "$place/exams/segmented/$name"
done
echo "== files: dciodvfy, highdicom, dcmqi, pydicom's dictionary"
python scripts/check_dicom.py files "$place"/exams/*

# The block of docs/dicom.md that follows the line <!-- NAME -->.
block() {
    awk -v name="<!-- $1 -->" '$0 == name { on = 1; next } on && /^```/ { if (inside) exit; inside = 1; next } inside' "$guide"
}

start() {
    rm -rf "$place/archive"
    mkdir "$place/archive"
    block orthanc.json >"$place/archive/orthanc.json"
    ! curl --silent --output /dev/null "$archive/system" || { echo "a program already listens at $archive"; exit 1; }
    (cd "$place/archive" && exec Orthanc orthanc.json) >"$place/orthanc.log" 2>&1 &
    orthanc=$!
    for _ in $(seq 100); do
        ! curl --silent --fail --output /dev/null "$archive/system" || return 0
        kill -0 "$orthanc" 2>/dev/null || break
        sleep 0.2
    done
    tail -5 "$place/orthanc.log"
    echo "Orthanc does not start"
    exit 1
}

stop() {
    [ -z "${orthanc:-}" ] || { kill "$orthanc" 2>/dev/null || true; wait "$orthanc" 2>/dev/null || true; }
    orthanc=
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

for way in storescu curl; do
    echo "== archive: Orthanc, sent with $way as docs/dicom.md says"
    start
    block "$way" >"$place/$way.sh"
    [ -s "$place/$way.sh" ] || { echo "docs/dicom.md has no block $way"; exit 1; }
    for exam in "$place"/exams/*; do
        (cd "$exam" && sh -eu "$place/$way.sh") >"$place/$way.log" 2>&1 || { cat "$place/$way.log"; echo "$way failed"; exit 1; }
    done
    python scripts/check_dicom.py archive "$archive/dicom-web" "$place"/exams/*
    stop
done
echo "DICOM results checked: $(ls "$place/exams" | wc -l) exams, every check passed"
