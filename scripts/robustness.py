#!/usr/bin/env python3
"""What missing and shifted sequences cost, out of fold.

    scripts/robustness.py DATA CROSS_VALIDATION OUT [--myops PROGRAM]

Every case of DATA is altered, segmented by the network of CROSS_VALIDATION that never saw it, and scored by
`myops evaluate`. Prints one row a change. Needs nibabel and numpy; DATA holds one folder a case.
"""

import argparse
import csv
import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import nibabel
import numpy

SEQUENCES = ["C0", "LGE", "T2"]
REGIONS = ["scar", "scar+edema", "wall", "LV pool", "RV pool"]


def save(data, out, keep, shift_mm):
    """Writes a case with some sequences left out and others shifted: {sequence: (mm along i, mm along j)}."""
    out.mkdir(parents=True)
    for sequence in keep:
        source = data / f"{data.name}_{sequence}.nii.gz"
        image = nibabel.load(source)
        if sequence not in shift_mm:
            shutil.copy(source, out)
            continue
        spacing = image.header.get_zooms()[:2]
        steps = [round(mm / step) for mm, step in zip(shift_mm[sequence], spacing)]
        # The border's values fill what is uncovered.
        pixels = numpy.asanyarray(image.dataobj)
        before = [(max(s, 0), max(-s, 0)) for s in steps] + [(0, 0)]
        wide = numpy.pad(pixels, before, mode="edge")
        low = [max(-s, 0) for s in steps]
        moved = wide[low[0] : low[0] + pixels.shape[0], low[1] : low[1] + pixels.shape[1]]
        nibabel.save(nibabel.Nifti1Image(moved, None, image.header), out / source.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("cross_validation", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--myops", default="myops")
    args = parser.parse_args()
    folds = defaultdict(list)
    for row in csv.DictReader((args.cross_validation / "folds.csv").open()):
        folds[row["fold"]].append(row["case"])
    changes = {"as it is": (SEQUENCES, {})}
    for keep in [["LGE", "T2"], ["C0", "LGE"], ["C0", "T2"], ["LGE"], ["T2"]]:
        changes["only " + " ".join(keep)] = (keep, {})
    # Where one sequence is moved, the reference stays with the other two, and so does the program.
    for mm in [3, 6, 10]:
        changes[f"T2 shifted by {mm} mm"] = (SEQUENCES, {"T2": (0.8 * mm, -0.6 * mm)})
        changes[f"C0 shifted by {mm} mm"] = (SEQUENCES, {"C0": (-0.6 * mm, -0.8 * mm)})
        changes[f"LGE shifted by {mm} mm"] = (SEQUENCES, {"LGE": (-0.8 * mm, 0.6 * mm)})
    print("| | " + " | ".join(REGIONS) + " |\n|" + " --- |" * (len(REGIONS) + 1))
    for name, (keep, shift_mm) in changes.items():
        place = args.out / name.replace(" ", "_")
        shutil.rmtree(place, ignore_errors=True)
        for fold, cases in folds.items():
            for case in cases:
                save(args.data / case, place / "images" / fold / case, keep, shift_mm)
            segment(args, fold, place)
        score(args, name, place)
    slices_alone(args, folds)
    place = args.out / "as_it_is"
    for region, field in [("scar", "expected_dice_of_scar"), ("scar+edema", "expected_dice")]:
        print(f"expected and true Dice of {region}: rank correlation {confidence(place, region, field):.2f}")


def segment(args, fold, place):
    """Labels the images of a fold with the network that held it out."""
    model = args.cross_validation / f"fold{fold}"
    command = [args.myops, "segment", place / "images" / fold, "--model", model, "--out", place / "found", "-q"]
    subprocess.run(command, check=True)


def score(args, name, place):
    """Scores what was found and prints the row of a change."""
    command = [args.myops, "evaluate", "--prediction", place / "found", "--reference", args.data]
    subprocess.run([*command, "--out", place / "scores"], check=True, capture_output=True)
    rows = list(csv.DictReader((place / "scores" / "summary.csv").open()))
    dice = {r["region"]: r["mean"] for r in rows if r["measure"] == "dice" and r["rule"] == "challenge"}
    print(f"| {name} | " + " | ".join(f"{float(dice[region]):.3f}" for region in REGIONS) + " |", flush=True)


def slices_alone(args, folds):
    """Every slice as a study of its own, so that none is seen beside it; scored as whole cases again."""
    place, alone = args.out / "slices_alone", args.out / "each_slice"
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(alone, ignore_errors=True)
    for fold, cases in folds.items():
        for case in cases:
            for sequence in SEQUENCES:
                image = nibabel.load(args.data / case / f"{case}_{sequence}.nii.gz")
                for n in range(image.shape[2]):
                    out = alone / "images" / fold / f"{case}slice{n}"
                    out.mkdir(parents=True, exist_ok=True)
                    nibabel.save(image.slicer[:, :, n : n + 1], out / f"{case}slice{n}_{sequence}.nii.gz")
        segment(args, fold, alone)
        for case in cases:
            image = nibabel.load(args.data / case / f"{case}_LGE.nii.gz")
            names = [f"{case}slice{n}" for n in range(image.shape[2])]
            found = [nibabel.load(alone / "found" / n / f"{n}_labels.nii.gz").dataobj for n in names]
            labels = numpy.concatenate([numpy.asanyarray(slice) for slice in found], axis=2)
            (place / "found" / case).mkdir(parents=True)
            out = place / "found" / case / f"{case}_labels.nii.gz"
            nibabel.save(nibabel.Nifti1Image(labels, image.affine), out)
    score(args, "every slice alone", place)


def confidence(place, region, field):
    """Spearman's correlation over cases of the Dice that the program expects with the true one."""
    scores = csv.DictReader((place / "scores" / "scores.csv").open())
    true = {row["case"]: float(row["dice"]) for row in scores if row["region"] == region}
    records = {case: json.loads((place / "found" / case / f"{case}.json").read_text()) for case in true}
    ranks = [numpy.argsort(numpy.argsort(values)) for values in (
        [true[case] for case in true],
        [records[case]["confidence"][field] for case in true],
    )]
    return numpy.corrcoef(*ranks)[0, 1]


if __name__ == "__main__":
    main()
