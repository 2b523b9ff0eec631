#!/usr/bin/env python3
"""Checks that label maps lie exactly on their images: `check_nifti.py CASES LABELS`.

CASES holds images (ID_C0.nii.gz, ... flat or one folder a case), LABELS one ID.nii.gz or ID_labels.nii.gz a case, in
folders or not. For each label map: shape, affine, q-form and s-form (codes and values) are those of the image, voxels
are int16 of the six codes, the header is clean. Where CASES has reference labels (ID_gd.nii.gz) and `--same` is given,
all voxels must equal them.

Needs nibabel; compares SimpleITK's reading too where that is installed. Ends with 1 if any label map fails.
"""

import argparse
import gzip
import pathlib
import sys

import nibabel
import numpy as np

try:
    import SimpleITK
except ImportError:
    SimpleITK = None

CODES = {0, 200, 500, 600, 1220, 2221}
INTENT_LABEL = 1002
PLACE_FIELDS = ["quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z"]
PLACE_FIELDS += ["qform_code", "sform_code", "srow_x", "srow_y", "srow_z"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("--same", action="store_true", help="voxels must equal the reference labels (ID_gd)")
    args = parser.parse_args()
    failed = checked = 0
    for path in sorted(args.labels.rglob("*.nii.gz")):
        case = path.name.removesuffix(".nii.gz").removesuffix("_labels")
        images = [p for p in args.cases.rglob(f"{case}_*.nii.gz") if not p.name.endswith("_gd.nii.gz")]
        reference = next(args.cases.rglob(f"{case}_gd.nii.gz"), None) if args.same else None
        problems = [] if images else ["no image of this case"]
        for image in images:
            problems += [f"{image.name}: {p}" for p in differences(image, path)]
        problems += header_problems(path)
        if reference and not np.array_equal(voxels(reference), voxels(path)):
            problems.append("voxels differ from the reference labels")
        checked += 1
        failed += bool(problems)
        for problem in problems:
            print(f"{path}: {problem}")
    print(f"{checked} label maps checked, {failed} failed (SimpleITK: {'yes' if SimpleITK else 'not installed'})")
    return 1 if failed or not checked else 0


def voxels(path):
    return np.asanyarray(nibabel.load(path).dataobj)


def differences(image_path, labels_path):
    """Where the label map's geometry is not its image's."""
    image, labels = nibabel.load(image_path), nibabel.load(labels_path)
    if image.shape != labels.shape:
        yield f"shape {labels.shape}, not {image.shape}"
    if not np.array_equal(image.affine, labels.affine):
        yield f"affine differs by {np.abs(image.affine - labels.affine).max()}"
    for field in PLACE_FIELDS:
        if not np.array_equal(image.header[field], labels.header[field]):
            yield f"{field} {labels.header[field]}, not {image.header[field]}"
    if not np.array_equal(image.header["pixdim"][:4], labels.header["pixdim"][:4]):
        yield f"pixdim {labels.header['pixdim']}, not {image.header['pixdim']}"
    if SimpleITK:
        a, b = SimpleITK.ReadImage(str(image_path)), SimpleITK.ReadImage(str(labels_path))
        for get in ["GetSize", "GetSpacing", "GetOrigin", "GetDirection"]:
            if getattr(a, get)() != getattr(b, get)():
                yield f"SimpleITK {get}: {getattr(b, get)()}, not {getattr(a, get)()}"
        if not np.array_equal(SimpleITK.GetArrayFromImage(b).T, np.asanyarray(labels.dataobj)):
            yield "SimpleITK and nibabel read different voxels"


def header_problems(path):
    """What is unclean in the header itself, read raw."""
    raw = gzip.open(path).read()
    header = nibabel.Nifti1Header.from_fileobj(gzip.open(path), check=True)
    unknown = set(np.unique(voxels(path)).tolist()) - CODES
    if unknown:
        yield f"unknown codes {sorted(unknown)}"
    checks = {
        "datatype int16": header.get_data_dtype() == np.dtype("<i2"),
        "bitpix 16": header["bitpix"] == 16,
        "length": len(raw) == 352 + 2 * int(np.prod(header.get_data_shape())),
        "vox_offset 352": header["vox_offset"] == 352,
        "no extensions": raw[348:352] == b"\0\0\0\0",
        "slope 1, intercept 0": np.frombuffer(raw[112:120], "<f4").tolist() == [1, 0],
        "descrip is text": raw[148:228].rstrip(b"\0").decode("ascii").startswith("myops "),
        "aux_file empty": raw[228:252] == bytes(24),
        "intent label": header["intent_code"] == INTENT_LABEL and raw[328:344] == bytes(16),
        "unit mm": header.get_xyzt_units()[0] == "mm",
        "cal 0 to 2221": (float(header["cal_min"]), float(header["cal_max"])) == (0, 2221),
        "unused fields 0": raw[4:38] == bytes(34) and raw[39:40] == b"\0" and raw[132:148] == bytes(16),
    }
    yield from (f"not so: {what}" for what, holds in checks.items() if not holds)


if __name__ == "__main__":
    sys.exit(main())
