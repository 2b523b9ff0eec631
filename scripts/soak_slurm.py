#!/usr/bin/env python3
"""Segments a large cohort of synthetic patients on a Slurm of one node, kills tasks at random, and checks that nothing is lost and
nothing is done twice; then prints time, memory and files a case. Needs nothing beside the program and Slurm:

    cargo build --release && scripts/with_slurm.sh python3 scripts/soak_slurm.py --cases 2000

Every fifth kill hits the shell of a batch script, which cannot queue itself again: what merge then names is submitted again, as
docs/cohorts.md says.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

import many_cases

DISTINCT = 10
POLL_S = 0.5


def main():
    arguments = parse()
    top = pathlib.Path(__file__).resolve().parent.parent
    place = top / "target/soak"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    # A copy, which stays as it is when something is built meanwhile.
    myops = shutil.copy2(top / "target/release/myops", place)
    random.seed(arguments.seed)
    print(run(myops, "--version").splitlines()[1])

    expected = make_cohort(myops, place, arguments)
    plan = place / "plan"
    lines = run(myops, "plan", place / "data", "--shards", arguments.shards, "--model", arguments.model,
                "--out", plan, "--slurm", "--quiet")
    start = time.monotonic()
    # More tasks at a time than two cores each would allow here.
    subprocess.run(["sh", "-e"], input=lines.replace("sbatch --parsable", "sbatch --parsable --cpus-per-task=1"),
                   text=True, check=True, stdout=subprocess.DEVNULL)
    watch = Watch(plan, arguments)
    watch.until_no_job_is_left()
    submissions = 1
    while again := subprocess.run([myops, "merge", plan, "--quiet"], stdout=subprocess.PIPE, text=True).stdout.strip():
        print(f"merge: submit again the shards {again}", flush=True)
        run("sbatch", f"--array={again}", "--cpus-per-task=1", plan / "segment.sbatch")
        submissions += 1
        watch.until_no_job_is_left()
    seconds = time.monotonic() - start
    run(myops, "merge", plan, "--quiet")
    check(plan, expected)
    tell(plan, arguments, watch, submissions, seconds)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--model", default="runet")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE).stdout


def make_cohort(myops, place, arguments):
    """A few synthetic patients under many names; gives the label map that each case has to get, as a checksum."""
    run(myops, "phantom", "--cases", DISTINCT, "--out", place / "distinct", "--quiet")
    run(myops, "segment", place / "distinct", "--model", arguments.model, "--out", place / "whole", "--quiet")
    many_cases.images(place / "distinct", place / "data", arguments.cases)
    labels = [checksum(path) for path in sorted(place.glob("whole/*/*_labels.nii.gz"))]
    cases = sorted(path.name for path in (place / "data").iterdir())
    return {case: labels[number % DISTINCT] for number, case in enumerate(cases)}


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Watch:
    """Looks at the processes of a plan while there are jobs, and kills some of them."""

    def __init__(self, plan, arguments):
        self.plan = plan
        self.kills_at = sorted(random.sample(range(arguments.cases // 50, arguments.cases * 49 // 50), arguments.kills))
        self.killed = []
        self.peak_mb = 0.0
        self.cpu_s = collections.Counter()

    def until_no_job_is_left(self):
        while run("squeue", "--noheader"):
            running = self.look()
            if self.kills_at and running and self.done() >= self.kills_at[0]:
                self.kills_at.pop(0)
                self.kill(*random.choice(running))
            time.sleep(POLL_S)

    def look(self):
        """The shards that are being segmented, with their processes."""
        running = []
        for lock in self.plan.glob("results/*/.myops.lock"):
            try:
                pid = json.loads(lock.read_text())["pid"]
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue  # It has just ended.
            if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
                self.peak_mb = max(self.peak_mb, int(peak[1]) / 1024)
                self.cpu_s[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                running.append((lock.parent.name, pid, int(fields[1])))
        return running

    def done(self):
        return sum(1 for _ in self.plan.glob("results/*/*/*.json"))

    def kill(self, shard, pid, parent):
        is_shell = len(self.killed) % 5 == 4
        os.kill(parent if is_shell else pid, signal.SIGKILL)
        self.killed.append(shard)
        what = "the batch script" if is_shell else "the program"
        print(f"{self.done()} cases done: killed {what} of shard {shard}", flush=True)


def check(plan, expected):
    """Every case is there once, with the labels of its phantom, and so it is in the table."""
    found = collections.Counter(path.parent.name for path in plan.glob("results/*/*/*.json"))
    assert found == dict.fromkeys(expected, 1), "cases are lost, or there more than once"
    for labels in plan.glob("results/*/*/*_labels.nii.gz"):
        assert checksum(labels) == expected[labels.parent.name], f"{labels}: other labels than of one process"
    rows = [line.split(",")[0] for line in (plan / "cohort.csv").read_text().splitlines()[1:]]
    assert sorted(rows) == sorted(expected), "the table has other rows than there are cases"
    assert not list(plan.rglob(".myops-*.tmp")), "files that were not finished are left"


def tell(plan, arguments, watch, submissions, seconds):
    files = [path for path in plan.glob("results/*/*/*")]
    manifests = [json.loads(path.read_text()) for path in plan.glob("runs/*/manifest.json")]
    runs = [run for manifest in manifests for run in manifest["runs"]]
    per_case = sum(watch.cpu_s.values()) / arguments.cases
    files_a_case, kb_a_case = len(files) / arguments.cases, sum(f.stat().st_size for f in files) / arguments.cases / 1000
    print(f"""
cases, model                        {arguments.cases}, {arguments.model}
shards, runs of them, submissions   {arguments.shards}, {len(runs)}, {submissions}
kills                               {len(watch.killed)}
lost, twice, other labels           0, 0, 0
time of all                         {seconds / 60:.1f} min
time of a core for a case           {per_case:.2f} s
peak memory of a task               {watch.peak_mb:.0f} MB
files and space of a case           {files_a_case:.2f}, {kb_a_case:.0f} kB
other files of the plan             {sum(1 for path in plan.rglob("*") if path.is_file()) - len(files)}

50,000 cases on 50 nodes of 2 cores {50_000 * per_case / 100 / 60:.0f} min, {50_000 * files_a_case:.0f} files, {kb_a_case / 20:.0f} GB""")


if __name__ == "__main__":
    main()
