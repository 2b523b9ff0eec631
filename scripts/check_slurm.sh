#!/bin/sh
# Runs the batch scripts of `myops plan --slurm` and `myops cross-validate --slurm` on a real Slurm (scripts/with_slurm.sh), with a
# task killed and a damaged case, and compares what they leave with what one process leaves, byte for byte. The lines of Snakemake in
# docs/cohorts.md do the same. Where Slurm or Snakemake cannot be installed, it is told and skipped, but fails in CI.
set -eu
cd "$(dirname "$0")/.."
place=$(pwd)/target/slurm
venv=$(pwd)/target/venv-snakemake
guide=$(pwd)/docs/cohorts.md

unchecked() {
    echo "batch scripts NOT CHECKED: $1"
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

wrong() {
    tail -n 5 "$place"/*/logs/*.log
    echo "batch scripts: $1"
    exit 1
}

if [ -z "${SLURM_JOBS:-}" ]; then
    command -v python3 >/dev/null || unchecked "needs python3"
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet snakemake; } || unchecked "cannot install snakemake"
    cargo build --release --quiet --package myops
    status=0
    scripts/with_slurm.sh "$0" || status=$?
    [ $status -ne 3 ] || unchecked "no Slurm here"
    exit $status
fi
myops=$(pwd)/target/release/myops

# Kills with -9 the process that writes into a folder, once there is a file of this pattern in it.
kill_in() {
    for _ in $(seq 1200); do
        if ls "$1"/$2 >/dev/null 2>&1; then
            kill -9 "$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$1/.myops.lock")"
            return
        fi
        sleep 0.05
    done
    wrong "nothing was written into $1"
}

# Waits until no job is left.
all_ended() {
    for _ in $(seq 600); do
        [ -n "$(squeue --noheader)" ] || return 0
        sleep 0.5
    done
    squeue
    wrong "jobs do not end"
}

rm -rf "$place"
mkdir -p "$place"
cd "$place"

echo "== 12 cases in an array of 4 tasks"
"$myops" phantom --cases 12 --out data --quiet
damaged=data/phantom-005/phantom-005_LGE.nii.gz
head -c 100000 "$damaged" >half
mv half "$damaged"
! "$myops" segment data --out whole --quiet 2>/dev/null || wrong "a damaged case does not fail"
"$myops" plan data --shards 4 --out plan --slurm --quiet | sh
kill_in plan/results/0001 '*/*.json'
all_ended
[ "$(grep -c '"pid"' plan/runs/0001/manifest.json)" = 2 ] || wrong "the killed task was not run again"
cat plan/runs/*/failed.csv | grep -q "phantom-005" || wrong "the damaged case is not in the table of its shard"
grep -q "phantom-005: failed" plan/logs/merge.log || wrong "the damaged case is not in the log of the merge"

# Compares all cases of a plan and their table with those that one process wrote.
same_as_whole() {
    mkdir "$1/all"
    cp -r "$1"/results/*/phantom-* "$1/cohort.csv" "$1/all"
    diff -r --exclude cohort.html --exclude cohort.parquet whole "$1/all" || wrong "$1 has other results than one process"
    [ "$(find "$1/all" -name '*_labels.nii.gz' | wc -l)" = 11 ] || wrong "$1 has not 11 cases"
}
same_as_whole plan

echo "== 2 folds with 2 seeds each"
cat >settings.toml <<EOF
epochs = 20
batch_size = 4
[model]
architecture = "runet"
width = 4
[recipe.preprocess]
size = 64
EOF
mkdir few
cp -r data/phantom-001 data/phantom-002 data/phantom-003 data/phantom-004 few
set -- cross-validate few --folds 2 --config settings.toml --seeds 1,2 --quiet
"$myops" "$@" --threads 2 --out one >one.txt
"$myops" "$@" --slurm --out cv | sh
kill_in cv/seed2/fold0 last.checkpoint
all_ended
grep -q "epoch   20" cv/logs/train-2.log || wrong "the killed training was not resumed"
grep -v "^Submitted" cv/logs/evaluate.log | diff one.txt - || wrong "other scores than of one process"
for fold in seed1/fold0 seed1/fold1 seed2/fold0 seed2/fold1; do
    cmp "one/$fold/model.safetensors" "cv/$fold/model.safetensors" || wrong "other networks than of one process"
done
echo "== Snakemake"
mkdir snakemake
awk '$0 == "<!-- Snakefile -->" { on = 1; next } on && /^```/ { if (inside) exit; inside = 1; next } inside' "$guide" >snakemake/Snakefile
"$myops" plan data --shards 4 --out snakemake/plan --quiet
# The merge ends with 1, since a case failed.
! (cd snakemake && PATH=${myops%/*}:$PATH "$venv/bin/snakemake" --cores 2 --quiet all >snakemake.log 2>&1) || wrong "a failed case is not told"
same_as_whole snakemake/plan
echo "batch scripts checked: results as one process, byte for byte"
