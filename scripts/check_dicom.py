#!/usr/bin/env python3
"""Has segmentations and reports judged by other programs: `check_dicom.py files EXAM_FOLDER...` or
`check_dicom.py archive URL EXAM_FOLDER...`.

A folder EXAM holds EXAM_seg.dcm, EXAM_sr.dcm and labels.nii.gz, the label map that they were made from, and perhaps
images/, the source series, which may be several.

files: dciodvfy finds no error; highdicom and dcmqi read the voxels of each segment where the label map has them; both read
the report's values, which are computed again from the label map; pydicom's dictionary has each code with its meaning; each
frame refers to the image at its place.
archive: a DICOMweb server at URL finds both by study, and gives them back with equal elements.

Needs dciodvfy, and the packages of scripts/check_dicom.sh. Ends with 1 where something differs.
"""

import email.parser
import email.policy
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK
from pydicom.sr._concepts_dict import concepts

# Segment label, code in the label map, colour in the program's pictures.
SEGMENTS = [
    ("LV blood pool", 500, (0x56, 0xB4, 0xE9)),
    ("RV blood pool", 600, (0xCC, 0x79, 0xA7)),
    ("LV myocardium without edema or scar", 200, (0x00, 0x9E, 0x73)),
    ("Edema without scar", 1220, (0xF0, 0xE4, 0x42)),
    ("Scar", 2221, (0xD5, 0x5E, 0x00)),
]
REGIONS = {name: [code] for name, code, _ in SEGMENTS}
REGIONS |= {"Area at risk": [1220, 2221], "LV wall": [200, 1220, 2221]}
G_PER_ML = 1.05
# Codes outside pydicom's dictionary: the project's own, a language (RFC 5646), and units that UCUM has.
OTHER_CODES = {("99MYOPS", "AREA_AT_RISK"), ("99MYOPS", "PERCENT_OF_WALL"), ("RFC5646", "en"), ("UCUM", "ml"), ("UCUM", "g")}
# dciodvfy knows no private coding schemes.
EXPLAINED = "Warning - Unrecognized defined term <99MYOPS> for value 1 of attribute <Coding Scheme Designator>"


class Truth:
    """The label map, its place and its volumes."""

    def __init__(self, folder):
        self.image = SimpleITK.ReadImage(str(folder / "labels.nii.gz"))
        self.voxels = SimpleITK.GetArrayFromImage(self.image).transpose()
        size = np.array(self.image.GetSpacing())
        self.matrix = np.array(self.image.GetDirection()).reshape(3, 3) * size
        self.origin = np.array(self.image.GetOrigin())
        self.voxel_ml = float(np.prod(size)) / 1000

    def indices(self, world):
        """Voxels at places (LPS, mm); fails where a place is not the centre of a voxel."""
        exact = np.linalg.solve(self.matrix, (world - self.origin).T).T
        nearest = np.rint(exact).astype(int)
        require(np.abs(exact - nearest).max(initial=0) < 1e-3, "voxels lie between those of the label map")
        return nearest

    def values(self, region, looked_for):
        """Volume, mass and percentage of the wall, by unit."""
        ml = self.voxel_ml * np.isin(self.voxels, REGIONS[region]).sum()
        wall = self.voxel_ml * np.isin(self.voxels, REGIONS["LV wall"]).sum()
        values = {"ml": ml}
        if region in ("Edema without scar", "Scar", "Area at risk", "LV wall"):
            values["g"] = ml * G_PER_ML
            if wall and region != "LV wall":
                values["%"] = 100 * ml / wall
        return values


def require(holds, problem):
    if not holds:
        raise SystemExit(f"DIFFERS: {problem}")


def check_files(folder):
    seg_path, sr_path = (folder / f"{folder.name}_{kind}.dcm" for kind in ("seg", "sr"))
    truth = Truth(folder)
    for path in (seg_path, sr_path):
        check_validity(path)
        check_codes(path)
    seg = hd.seg.segread(seg_path)
    labels = [seg.get_segment_description(n).segment_label for n in seg.segment_numbers]
    segments = [row for row in SEGMENTS if row[0] in labels]
    require(labels == [row[0] for row in segments], f"{seg_path}: segments {labels}")
    check_highdicom(seg, seg_path, segments, truth)
    check_dcmqi(seg_path, segments, truth)
    check_sources(seg, pydicom.dcmread(sr_path), seg_path, folder / "images")
    check_report(sr_path, seg, labels, truth)
    volumes = ", ".join(f"{name} {truth.values(name, labels)['ml']:.2f} ml" for name, *_ in segments)
    print(f"{folder.name}: {len(segments)} segments, {seg.NumberOfFrames} frames of {seg.Rows} x {seg.Columns}: {volumes}")


def check_validity(path):
    result = subprocess.run(["dciodvfy", path], capture_output=True, text=True)
    lines = (result.stdout + result.stderr).splitlines()
    wrong = [line for line in lines if line.startswith(("Error", "Abort", "Warning")) and line != EXPLAINED]
    require(lines and not wrong, f"{path}: dciodvfy: {wrong}")


def check_codes(path):
    def walk(dataset):
        if "CodeValue" in dataset:
            key = (dataset.CodingSchemeDesignator, dataset.CodeValue)
            known = [v[key[1]][0] for v in concepts.get(key[0], {}).values() if key[1] in v]
            require(dataset.CodeMeaning in known or key in OTHER_CODES, f"{path}: code {key} {dataset.CodeMeaning!r}")
        for element in dataset:
            if element.VR == "SQ":
                for item in element.value:
                    walk(item)

    walk(pydicom.dcmread(path))


def check_highdicom(seg, path, segments, truth):
    volume = seg.get_volume(combine_segments=False)
    for at, (name, code, colour) in enumerate(segments):
        voxels = np.argwhere(volume.array[..., at])
        found = truth.indices(volume.map_indices_to_reference(voxels)) if len(voxels) else voxels
        expected = np.argwhere(truth.voxels == code)
        same = set(map(tuple, found.tolist())) == set(map(tuple, expected.tolist())) and len(found) == len(expected)
        require(same, f"{path}: highdicom reads other voxels of {name}")
        lab = hd.color.CIELabColor.from_dicom_value(seg.SegmentSequence[at].RecommendedDisplayCIELabValue)
        rgb = lab.to_rgb(clip=True)
        require(max(abs(a - b) for a, b in zip(rgb, colour)) <= 1, f"{path}: colour of {name} is {rgb}, not {colour}")


def check_dcmqi(path, segments, truth):
    with tempfile.TemporaryDirectory() as place:
        command = ["segimage2itkimage", "-t", "nrrd", "--inputDICOM", path, "--outputDirectory", place]
        subprocess.run(command, check=True, capture_output=True)
        for at, (name, code, _) in enumerate(segments):
            image = SimpleITK.ReadImage(f"{place}/{at + 1}.nrrd")
            voxels = SimpleITK.GetArrayFromImage(image).transpose()
            require(np.array_equal(voxels != 0, truth.voxels == code), f"{path}: dcmqi reads other voxels of {name}")
            for what in ("GetOrigin", "GetSpacing", "GetDirection"):
                ours, theirs = (np.array(getattr(i, what)()) for i in (truth.image, image))
                require(np.allclose(ours, theirs, atol=1e-4), f"{path}: dcmqi: {what} {theirs}, not {ours}")


def check_sources(seg, sr, path, images):
    by_uid = {d.SOPInstanceUID: d for d in map(pydicom.dcmread, sorted(images.glob("*")))}
    listed = {
        (s.SeriesInstanceUID, i.ReferencedSOPInstanceUID) for s in seg.ReferencedSeriesSequence for i in s.ReferencedInstanceSequence
    }
    there = {(d.SeriesInstanceUID, uid) for uid, d in by_uid.items()}
    require(not by_uid or listed == there, f"{path}: refers to {listed}, not {there}")
    evidence = sr.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    named = {(s.SeriesInstanceUID, i.ReferencedSOPInstanceUID) for s in evidence for i in s.ReferencedSOPSequence}
    require(named == listed | {(seg.SeriesInstanceUID, seg.SOPInstanceUID)}, f"the report of {path} refers to {named}")
    referenced = {uid for _, uid in listed}
    for number, frame in enumerate(seg.PerFrameFunctionalGroupsSequence):
        source = frame.DerivationImageSequence[0].SourceImageSequence[0]
        require(source.ReferencedSOPInstanceUID in referenced, f"{path}: frame {number + 1} has an unknown source")
        if by_uid:
            image = by_uid[source.ReferencedSOPInstanceUID]
            places = [d.ImagePositionPatient for d in (image, frame.PlanePositionSequence[0])]
            require(np.allclose(*places, atol=1e-4), f"{path}: frame {number + 1} lies at {places[1]}, its image at {places[0]}")
            for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "FrameOfReferenceUID"):
                require(str(seg[keyword].value) == str(image[keyword].value), f"{path}: {keyword} is not the image's")


def check_report(path, seg, looked_for, truth):
    content = hd.sr.srread(path).content
    read = {}
    for group in content.get_volumetric_roi_measurement_groups():
        segment = group.referenced_segment
        at = segment.referenced_segment_numbers[0]
        require(segment.referenced_sop_instance_uid == seg.SOPInstanceUID, f"{path}: refers to another segmentation")
        require(group.tracking_identifier == looked_for[at - 1], f"{path}: {group.tracking_identifier} refers to segment {at}")
        require(group.tracking_uid == seg.SegmentSequence[at - 1].TrackingUID, f"{path}: another tracking UID in segment {at}")
        read[group.tracking_identifier] = {m.unit.value: m.value for m in group.get_measurements()}
    for group in content.get_image_measurement_groups():
        read[group.tracking_identifier] = {m.unit.value: m.value for m in group.get_measurements()}
    compare(f"{path}: highdicom", read, looked_for, truth)
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place, "report.json")
        command = ["tid1500reader", "--inputDICOM", path, "--outputMetadata", out]
        subprocess.run(command, check=True, capture_output=True)
        groups = json.loads(out.read_text())["Measurements"]
    values = lambda group: {m["units"]["CodeValue"]: float(m["value"]) for m in group["measurementItems"]}
    compare(f"{path}: dcmqi", {g["TrackingIdentifier"]: values(g) for g in groups}, looked_for, truth)


def compare(what, read, looked_for, truth):
    wanted = [r for r, codes in REGIONS.items() if any(c in codes for n, c, _ in SEGMENTS if n in looked_for)]
    require(sorted(read) == sorted(wanted), f"{what} reads {sorted(read)}, not {sorted(wanted)}")
    for region in wanted:
        expected = truth.values(region, looked_for)
        same = read[region].keys() == expected.keys() and all(
            np.isclose(read[region][unit], expected[unit], rtol=1e-5, atol=0) for unit in expected
        )
        require(same, f"{what} reads {read[region]} of {region}, not {expected}")


def check_archive(url, folder):
    for kind, modality in (("seg", "SEG"), ("sr", "SR")):
        path = folder / f"{folder.name}_{kind}.dcm"
        sent = pydicom.dcmread(path)
        query = f"{url}/series?StudyInstanceUID={sent.StudyInstanceUID}&Modality={modality}"
        found = [s["0020000E"]["Value"][0] for s in json.loads(fetch(query)[1])]
        require(found == [sent.SeriesInstanceUID], f"{path}: the archive finds {found}")
        address = f"{url}/studies/{sent.StudyInstanceUID}/series/{sent.SeriesInstanceUID}/instances/{sent.SOPInstanceUID}"
        back = pydicom.dcmread(io.BytesIO(part(*fetch(address))))
        different = [e.keyword for e in sent if e.keyword not in back or back[e.keyword] != e]
        require(not different and len(sent) == len(back), f"{path}: comes back with other {different}")
        if kind == "seg":
            require(sent.PixelData == back.PixelData, f"{path}: pixels come back changed")
    print(f"{folder.name}: found by study and modality, and every element came back equal")


def fetch(address):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read()


def part(kind, body):
    """The only part of a multipart body."""
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = [p.get_payload(decode=True) for p in message.iter_parts()]
    require(len(parts) == 1, f"the archive answers with {len(parts)} parts")
    return parts[0]


def main():
    match sys.argv[1:]:
        case ["files", *folders] if folders:
            for folder in folders:
                check_files(pathlib.Path(folder))
        case ["archive", url, *folders] if folders:
            for folder in folders:
                check_archive(url, pathlib.Path(folder))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
