"""Compares `myops evaluate` with MedPy, MONAI and surface-distance on hundreds of masks.

    pip install numpy scipy nibabel medpy==0.5.2 surface-distance==0.1 monai==1.6.1 torch
    cargo build --release
    python scripts/check_measures.py target/release/myops [--cases N] [--real FOLDER_OF_LABEL_FILES]

Random boxes and blobs, one voxel, touching, nested, empty and full masks on anisotropic grids are written as label maps
of scar; with --real, label files (`*_gd.nii.gz`) are compared with moved copies of themselves, region by region. Ends
with the largest difference of each measure, and code 1 where one exceeds its tolerance.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile
import warnings

import nibabel
import numpy as np
import surface_distance
from medpy.metric import binary
from scipy import ndimage

try:
    import torch
    from monai.metrics import compute_hausdorff_distance
except ImportError:
    compute_hausdorff_distance = None

warnings.filterwarnings("ignore", category=FutureWarning)
SCAR = 2221
REGIONS = {
    "scar": [2221],
    "edema": [1220],
    "scar+edema": [1220, 2221],
    "wall": [200, 1220, 2221],
    "healthy myocardium": [200],
    "LV pool": [500],
    "RV pool": [600],
}
# MONAI finds the rank of a percentile in single precision: off by a ten-thousandth of a rank among thousands.
TOLERANCE = {"hd95_larger_mm": 2e-4}


def blob(rng, shape):
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), [3, 3, 0.6])
    return noise > np.quantile(noise, rng.uniform(0.5, 0.97))


def boxes(rng, shape):
    mask = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 4)):
        low = [rng.integers(0, n) for n in shape]
        high = [rng.integers(a + 1, n + 1) for a, n in zip(low, shape)]
        mask[tuple(slice(a, b) for a, b in zip(low, high))] = True
    return mask


def pairs(rng, count):
    """Masks with their name and spacing."""
    for n in range(count):
        shape = tuple(int(v) for v in (rng.integers(4, 60), rng.integers(4, 60), rng.integers(1, 9)))
        spacing = [float(v) for v in (rng.uniform(0.4, 2.0), rng.uniform(0.4, 2.0), rng.uniform(0.5, 20.0))]
        draw = [blob, boxes][n % 2]
        a, b = draw(rng, shape), draw(rng, shape)
        match n % 12:
            case 2:  # one voxel each
                a, b = np.zeros(shape, bool), np.zeros(shape, bool)
                a[tuple(rng.integers(0, s) for s in shape)] = True
                b[tuple(rng.integers(0, s) for s in shape)] = True
            case 3:  # touching: b begins where a ends
                a, b = np.zeros(shape, bool), np.zeros(shape, bool)
                cut = shape[0] // 2
                a[:cut], b[cut:] = True, True
            case 4:
                a = np.zeros(shape, bool)
            case 5:
                b = np.zeros(shape, bool)
            case 6:
                a, b = np.zeros(shape, bool), np.zeros(shape, bool)
            case 7:
                a = np.ones(shape, bool)
            case 8:
                a, b = np.ones(shape, bool), np.ones(shape, bool)
            case 9:  # nested
                b = ndimage.binary_erosion(a)
            case 10:  # equal
                b = a.copy()
            case 11:  # the same, moved by a voxel
                b = np.roll(a, 1, axis=int(rng.integers(0, 2)))
        yield f"m{n:04}", a, b, spacing


def expected(p, r, spacing):
    """Every measure by the field's own tools; nothing where a mask is empty."""
    if not p.any() or not r.any():
        return {}
    # Only the box about both masks counts; one voxel of background around it keeps borders what they are.
    box = tuple(slice(v.min(), v.max() + 1) for v in np.nonzero(p | r))
    p, r = np.pad(p[box], 1), np.pad(r[box], 1)
    found = {
        "dice": binary.dc(p, r),
        "jaccard": binary.jc(p, r),
        "sensitivity": binary.sensitivity(p, r),
        "precision": binary.precision(p, r),
        "hd_mm": binary.hd(p, r, voxelspacing=spacing),
        "hd95_pooled_mm": binary.hd95(p, r, voxelspacing=spacing),
        "assd_mm": binary.assd(p, r, voxelspacing=spacing),
    }
    distances = surface_distance.compute_surface_distances(r, p, spacing)
    found["hd95_area_mm"] = surface_distance.compute_robust_hausdorff(distances, 95)
    if compute_hausdorff_distance is not None:
        as_tensor = lambda m: torch.from_numpy(m[None, None].astype(np.float32))
        found["hd95_larger_mm"] = float(
            compute_hausdorff_distance(as_tensor(p), as_tensor(r), include_background=True, percentile=95, spacing=spacing)
        )
    return found


def write(path, labels, affine):
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(labels.astype(np.int16), affine), path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("myops", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=360)
    parser.add_argument("--real", type=pathlib.Path)
    args = parser.parse_args()
    rng = np.random.default_rng(2020)
    truth = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, p, r, spacing in pairs(rng, args.cases):
            affine = np.diag([*spacing, 1.0])
            write(folder / "prediction" / f"{name}.nii.gz", p * SCAR, affine)
            write(folder / "reference" / f"{name}.nii.gz", r * SCAR, affine)
            # The file keeps spacings in single precision.
            truth[name, "scar"] = expected(p, r, [float(np.float32(s)) for s in spacing])
        for path in sorted(args.real.rglob("*_gd.nii.gz")) if args.real else []:
            image = nibabel.load(path)
            r = np.asarray(image.dataobj).astype(np.int16)
            p = np.roll(r, [int(v) for v in rng.integers(-4, 5, 2)], axis=(0, 1))
            name = path.name.removesuffix("_gd.nii.gz")
            spacing = [float(v) for v in nibabel.affines.voxel_sizes(image.affine)]
            write(folder / "prediction" / f"{name}.nii.gz", p, image.affine)
            write(folder / "reference" / f"{name}.nii.gz", r, image.affine)
            for region, codes in REGIONS.items():
                truth[name, region] = expected(np.isin(p, codes), np.isin(r, codes), spacing)
        command = [args.myops, "evaluate", "--prediction", folder / "prediction", "--reference", folder / "reference"]
        subprocess.run([*command, "--out", folder / "out"], check=True, stdout=subprocess.DEVNULL)
        with open(folder / "out" / "scores.csv", newline="") as file:
            rows = {(row["case"], row["region"]): row for row in csv.DictReader(file)}
    worst, compared, failed = {}, {}, False
    for key, measures in truth.items():
        row = rows[key]
        if not measures and any(row[m] for m in ("dice", "hd_mm", "assd_mm")):
            print(f"{key}: a value where a mask is empty")
            failed = True
        for measure, value in measures.items():
            if not np.isfinite(value):
                continue
            off = abs(float(row[measure]) - value)
            tolerance = TOLERANCE.get(measure, 2e-6) * max(1.0, abs(value))
            compared[measure] = compared.get(measure, 0) + 1
            worst[measure] = max(worst.get(measure, 0.0), off)
            if off > tolerance:
                print(f"{key} {measure}: {row[measure]}, not {value}")
                failed = True
    for measure, off in worst.items():
        print(f"{measure:<16} {compared[measure]:>5} compared, largest difference {off:.1e}")
    if compute_hausdorff_distance is None:
        print("MONAI is not installed: hd95_larger_mm was not compared")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
