"""Makes the results of many cases from those of one: python3 many_records.py RESULTS/CASE OUT CASES

Each has a folder with a record, whose numbers and findings differ, and a thumbnail; label maps, pictures and pages are left out.
"""

import json
import os
import random
import sys
from pathlib import Path

FINDINGS = [
    (0.002, lambda _: {"code": "heart_not_found"}),
    (0.01, lambda _: {"code": "no_t2"}),
    (0.03, lambda r: {"code": "misaligned", "sequence": "T2", "shift_mm": r.uniform(5, 20), "corrected": False}),
    (0.15, lambda r: {"code": "misaligned", "sequence": "LGE", "shift_mm": r.uniform(3, 15), "corrected": True}),
    (0.1, lambda r: {"code": "ring_open", "slices": sorted(r.sample(range(12), 2))}),
    (0.2, lambda r: {"code": "insertions_borrowed", "slices": sorted(r.sample(range(12), 3))}),
    (0.35, lambda r: {"code": "threshold_contradicts_labels", "threshold_ml": r.uniform(1, 60), "scar_ml": r.uniform(1, 40)}),
    (0.3, lambda r: {"code": "low_confidence", "expected_dice": r.uniform(0.3, 0.65)}),
]
# Names that a page, a link and a table must not take for more than names.
STRANGE = ["<img src=x onerror=document.title=1>", "a&b 'c' \"d\"", "=1+1", "100 % ünïcode #7?"]


def varied(values, by):
    """The numbers of a table, all larger or smaller by one factor; a few are missing."""
    return {name: value * by if isinstance(value, float) else value for name, value in values.items()}


def write(record, case, thumbnail, out, rng):
    record["case"]["id"] = case
    factor = rng.lognormvariate(0, 0.3)
    quantities = varied(record["quantities"], factor)
    if rng.random() < 0.02:
        quantities["scar_percent"] = None
    confidence = {**record["confidence"], "expected_dice": min(0.95, 0.7 * factor**0.3)}
    findings = [make(rng) for share, make in FINDINGS if rng.random() < share]
    told = {**record, "quantities": quantities, "confidence": confidence, "findings": findings}
    told["outputs"] = {f"{case}_thumbnail.png": {"bytes": 0, "sha256": ""}}
    folder = out / case
    folder.mkdir()
    (folder / f"{case}.json").write_text(json.dumps(told, indent=2))
    os.link(thumbnail, folder / f"{case}_thumbnail.png")


def main(model, out, cases):
    record = json.loads((model / f"{model.name}.json").read_text())
    thumbnail = model / f"{model.name}_thumbnail.png"
    out.mkdir(parents=True)
    rng = random.Random(1)
    names = STRANGE + [f"site{n % 40:02}-patient-{n:05}" for n in range(cases - len(STRANGE))]
    for case in names:
        write(record, case, thumbnail, out, rng)


main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
