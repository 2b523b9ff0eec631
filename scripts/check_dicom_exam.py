#!/usr/bin/env python3
"""Compares what the program reads from an exam with what dcm2niix makes of it: the same values at the same places in the patient.

    check_dicom_exam.py OURS THEIRS
    check_dicom_exam.py --labels RESULTS RESULTS

OURS is a folder with bSSFP.nii.gz, LGE.nii.gz and T2.nii.gz (the example `exam` of `myops-dicom`), THEIRS dcm2niix's. Each of
ours has to be in a file of theirs: in its first volume of a cine. With --labels, the one label map in both folders of results has
to be the same. Fails otherwise. Needs nibabel and numpy.
"""

import sys
from pathlib import Path

import nibabel as nib
import numpy as np


def same(ours: nib.Nifti1Image, theirs: nib.Nifti1Image) -> str | None:
    """Where theirs hold our voxels; None if they do not."""
    values, affine = ours.get_fdata(), ours.affine
    other = theirs.get_fdata()
    other = other[..., 0] if other.ndim == 4 else other
    if sorted(values.shape) != sorted(other.shape):
        return None
    # Places of all voxels, as indices of theirs.
    index = np.stack(np.meshgrid(*map(np.arange, values.shape), indexing="ij"), -1).reshape(-1, 3)
    place = index @ affine[:3, :3].T + affine[:3, 3]
    found = (place - theirs.affine[:3, 3]) @ np.linalg.inv(theirs.affine[:3, :3]).T
    whole = np.rint(found).astype(int)
    off = np.abs(found - whole) @ np.linalg.norm(theirs.affine[:3, :3], axis=0)
    if off.max() > 0.01 or (whole < 0).any() or (whole >= other.shape).any():
        return None
    if not np.array_equal(other[tuple(whole.T)], values.reshape(-1)):
        return None
    return f"{values.shape}, places within {off.max():.5f} mm"


def labels(first: Path, second: Path) -> int:
    [a], [b] = (list(results.glob("*/*_labels.nii.gz")) for results in (first, second))
    a, b = nib.load(a), nib.load(b)
    labelled = int((a.get_fdata() > 0).sum())
    how = same(a, b)
    print(f"labels: {labelled} voxels, {'equal' if how and labelled else 'NOT equal'} from DICOM and from dcm2niix's files")
    return 0 if how and labelled else 1


def main() -> int:
    if sys.argv[1] == "--labels":
        return labels(*map(Path, sys.argv[2:]))
    ours, theirs = map(Path, sys.argv[1:])
    failed = 0
    for name in ["bSSFP", "LGE", "T2"]:
        image = nib.load(ours / f"{name}.nii.gz")
        found = {
            path.name: how
            for path in sorted(theirs.glob("*.nii*"))
            if (how := same(image, nib.load(path))) is not None
        }
        failed += not found
        print(f"{name}: {'equal to ' + str(found) if found else 'in NO file of dcm2niix'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
