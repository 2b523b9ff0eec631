#!/bin/sh
# Builds the files of a release (`cargo xtask dist`) and checks what others rely on: the glibc that the program needs, its size, that
# its wheel installs into a clean environment and runs there, and that it computes the same labels, more slowly, on processors
# without AVX-512 and without AVX2. Installs what it needs: Debian packages where it may, Python packages under target. Where that
# fails, it is told and skipped, but fails in CI.
set -eu
cd "$(dirname "$0")/.."
place=target/dist
most_bytes=45000000
oldest=GLIBC_2.17

unchecked() {
    echo "release NOT CHECKED: $1"
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

wrong() {
    echo "release: $1"
    exit 1
}

[ "$(uname -sm)" = "Linux x86_64" ] || unchecked "releases are built on x86_64 Linux"
missing=
for command in readelf:binutils qemu-x86_64:qemu-user; do
    command -v "${command%:*}" >/dev/null || missing="$missing ${command#*:}"
done
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || unchecked "needs the Debian packages$missing"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >/dev/null 2>&1 ||
        unchecked "cannot install$missing"
fi
command -v python3 >/dev/null || unchecked "needs python3"
{ python3 -m venv target/venv-dist && target/venv-dist/bin/pip install --quiet ziglang cargo-zigbuild wheel; } ||
    unchecked "cannot install ziglang, cargo-zigbuild and wheel"

rm -rf "$place"
PATH=$(pwd)/target/venv-dist/bin:$PATH cargo xtask dist
program=$place/myops

needed=$(readelf --version-info --wide "$program" | grep -o 'GLIBC_[0-9.]*' | sort --version-sort | tail -1)
[ "$(printf '%s\n' "$needed" $oldest | sort --version-sort | tail -1)" = $oldest ] || wrong "needs $needed, which is later than $oldest"
bytes=$(stat --format %s "$program")
[ "$bytes" -le $most_bytes ] || wrong "$bytes bytes are more than $most_bytes"
! readelf --sections --wide "$program" | grep -q '\.symtab\|\.debug_info' || wrong "has symbols that nobody needs"
echo "needs $needed, has $bytes bytes"

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-index "$place"/myops-*.whl
myops=$(pwd)/$place/venv/bin/myops
commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
"$myops" --version | grep -qx "commit: $commit" || wrong "is not of commit $commit: $("$myops" --version)"
(cd "$place" && "$myops" demo --quiet >/dev/null)
[ -s "$place/demo/phantom-001/phantom-001.json" ] || wrong "its demo leaves no result"
echo "the wheel installs and runs"

# qemu's greatest processor has AVX2 at most, Nehalem SSE4.2.
"$myops" phantom --cases 1 --out "$place/phantom" --quiet
"$myops" segment "$place/phantom" --model runet --out "$place/here" --quiet
for processor in max Nehalem; do
    qemu-x86_64 -cpu $processor "$program" segment "$place/phantom" --model runet --out "$place/$processor" --quiet
    python3 - "$processor" "$place/here" "$place/$processor" <<'EOF'
import gzip, pathlib, sys
from array import array

def labels(folder):
    file, = pathlib.Path(folder).glob("*/*_labels.nii.gz")
    return array("h", gzip.decompress(file.read_bytes())[352:])

processor, here, there = sys.argv[1], labels(sys.argv[2]), labels(sys.argv[3])
labelled = [(a, b) for a, b in zip(here, there, strict=True) if a or b]
same = sum(a == b for a, b in labelled) / len(labelled)
print(f"processor {processor}: {same:.5f} of {len(labelled)} labelled voxels are the same")
sys.exit(same < 0.999)
EOF
done
echo "release checked"
