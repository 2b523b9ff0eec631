#!/usr/bin/env python3
"""Writes cases whose sequences share one grid with bSSFP and T2 on grids of their own, to try the program on.

    scripts/own_grids.py DATA OUT [--tilt DEGREES] [--shift MM]

DATA holds one folder a case (CASE_C0, CASE_LGE, CASE_T2). LGE stays as it is. bSSFP is put on pixels of 1.25 mm with slices
every 8 mm, tilted by TILT (3 degrees unless said otherwise); T2 on pixels of 1.0 mm with slices every 10 mm, tilted the other
way. Neither begins where LGE does. Each new slice shows what the original slice at its place shows. SHIFT moves the content of
T2 in the plane as another breath-hold would, its header unchanged. Needs nibabel, numpy and scipy.
"""

import argparse
from pathlib import Path

import nibabel
import numpy
from scipy.ndimage import map_coordinates


def rotation(axis, degrees):
    angle = numpy.radians(degrees)
    x, y, z = axis / numpy.linalg.norm(axis)
    cross = numpy.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return numpy.eye(3) + numpy.sin(angle) * cross + (1 - numpy.cos(angle)) * cross @ cross


def on_own_grid(image, pixel_mm, distance_mm, degrees, offset_mm, shift_mm):
    """The image on slices tilted about its middle, and on other pixels."""
    data, affine = numpy.asarray(image.dataobj, dtype=float), image.affine
    spacing = numpy.linalg.norm(affine[:3, :3], axis=0)
    directions = affine[:3, :3] / spacing
    extent = (numpy.array(data.shape) - 1) * spacing
    middle = affine[:3, :3] @ ((numpy.array(data.shape) - 1) / 2) + affine[:3, 3]
    turned = rotation(directions[:, 0] + directions[:, 1], degrees) @ directions
    step = numpy.array([pixel_mm, pixel_mm, distance_mm])
    # Enough slices that the tilted stack covers the original one about the heart.
    reach = extent[2] + spacing[2] + 100 * abs(numpy.sin(numpy.radians(degrees)))
    shape = [int(extent[0] / pixel_mm) + 1, int(extent[1] / pixel_mm) + 1, int(numpy.ceil(reach / distance_mm)) + 1]
    new = numpy.eye(4)
    new[:3, :3] = turned * step
    new[:3, 3] = middle + turned[:, 2] * offset_mm - new[:3, :3] @ ((numpy.array(shape) - 1) / 2)
    voxels = numpy.indices(shape).reshape(3, -1)
    world = new[:3, :3] @ voxels + new[:3, 3:] - directions[:, :1] * shift_mm[0] - directions[:, 1:2] * shift_mm[1]
    places = numpy.linalg.inv(affine[:3, :3]) @ (world - affine[:3, 3:])
    nearest = numpy.rint(places[2])
    outside = (nearest < 0) | (nearest >= data.shape[2])
    out = numpy.zeros(voxels.shape[1])
    for k in range(data.shape[2]):
        here = nearest == k
        out[here] = map_coordinates(data[:, :, k], places[:2, here], order=1, mode="constant")
    out[outside] = 0
    out = out.reshape(shape)
    seen = [k for k in range(shape[2]) if (~outside.reshape(shape)[:, :, k]).mean() > 0.5]
    new[:3, 3] += new[:3, 2] * seen[0]
    return nibabel.Nifti1Image(numpy.rint(out[:, :, seen[0] : seen[-1] + 1]).astype(numpy.int16), new)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tilt", type=float, default=3.0)
    parser.add_argument("--shift", type=float, default=0.0)
    args = parser.parse_args()
    for folder in sorted(p for p in args.data.iterdir() if p.is_dir()):
        case = folder.name
        target = args.out / case
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{case}_LGE.nii.gz").write_bytes((folder / f"{case}_LGE.nii.gz").read_bytes())
        bssfp = nibabel.load(folder / f"{case}_C0.nii.gz")
        nibabel.save(on_own_grid(bssfp, 1.25, 8.0, args.tilt, 2.5, (0, 0)), target / f"{case}_C0.nii.gz")
        t2 = nibabel.load(folder / f"{case}_T2.nii.gz")
        shift = (0.8 * args.shift, -0.6 * args.shift)
        nibabel.save(on_own_grid(t2, 1.0, 10.0, -args.tilt, -3.5, shift), target / f"{case}_T2.nii.gz")


if __name__ == "__main__":
    main()
