#!/usr/bin/env python3
"""Makes up a large cohort from a few synthetic patients, to measure `myops plan` and `myops merge`.

    myops phantom --cases 12 --out few && myops segment few --model runet --out segmented
    scripts/many_cases.py images few many 50000         # links to the images of the few, a folder a case
    myops plan many --model runet --shards 50 --out plan
    scripts/many_cases.py results segmented plan        # the results of the few, under the names of all
    myops merge plan
"""

import json
import os
import sys
from pathlib import Path


def images(few: Path, many: Path, cases: int) -> None:
    patients = sorted(path.name for path in few.iterdir() if path.is_dir())
    for number in range(cases):
        patient, case = patients[number % len(patients)], f"P{number:06d}"
        (many / case).mkdir(parents=True)
        for sequence in ("C0", "LGE", "T2"):
            name = f"{sequence}.nii.gz"
            os.link(few / patient / f"{patient}_{name}", many / case / f"{case}_{name}")


def results(segmented: Path, plan: Path) -> None:
    patients = sorted(path.name for path in segmented.iterdir() if path.is_dir())
    records = {patient: record_of(segmented, patient) for patient in patients}
    for shard in sorted((plan / "shards").iterdir()):
        for planned in json.loads(shard.read_text())["cases"]:
            case = planned["case"]
            patient = patients[int(case[1:]) % len(patients)]
            folder = plan / "results" / shard.stem / case
            folder.mkdir(parents=True)
            (folder / f"{case}.json").write_text(records[patient].replace(patient, case))
            for file in (segmented / patient).glob(f"{patient}_*"):
                os.link(file, folder / file.name.replace(patient, case))


def record_of(segmented: Path, patient: str) -> str:
    record = json.loads((segmented / patient / f"{patient}.json").read_text())
    # The links are of images alone.
    record["inputs"].pop("reference labels", None)
    return json.dumps(record, indent=2)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["images", few, many, cases]:
            images(Path(few), Path(many), int(cases))
        case ["results", segmented, plan]:
            results(Path(segmented), Path(plan))
        case _:
            sys.exit(__doc__)
