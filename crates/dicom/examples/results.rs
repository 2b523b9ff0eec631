//! Writes synthetic exams with their segmentations and reports: `results OUT`.
//!
//! For each exam, a folder `OUT/EXAM` with the images (`images/001.dcm`, ...), the labels that were segmented
//! (`labels.nii.gz`), the segmentation (`EXAM_seg.dcm`) and the report (`EXAM_sr.dcm`). `scripts/check_dicom.sh` has them
//! judged by other programs.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use myops_dicom::SeriesId;
use myops_dicom::load::PhaseChoice;
use myops_dicom::role::{Rules, SeriesChoice};
use myops_dicom::scan::Scan;
use myops_dicom::source::{Source, SourceSlice};
use myops_dicom::write::{Producer, measurements, report, segmentation};
use myops_image::geometry::{Affine, Grid};
use myops_image::io::{Placement, write_labels};
use myops_image::label::{Label, LabelMap};
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::sequence::Sequence;
use myops_image::volume::Volume;
use myops_measure::quantify::Volumes;
use rand_chacha::rand_core::SeedableRng;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let out = std::env::args().nth(1).ok_or("usage: results OUT")?;
    let (lge, labels) = patient()?;
    let found: Vec<Label> = Label::ALL.into_iter().skip(1).collect();
    let (out, grid) = (Path::new(&out), *lge.grid());
    let plain = exam("plain", grid, false);
    write_exam(out, "plain", &plain, &labels, &found)?;
    write_images(&out.join("plain/images"), &plain, &lge)?;
    write_exam(out, "frames", &exam("frames", grid, true), &labels, &found)?;
    // Each slice is a series.
    let joined = joined(&out.join("joined/images"), grid, &lge)?;
    write_exam(out, "joined", &joined, &labels, &found)?;
    // No scar was looked for, and nothing was found.
    let nothing = labels.map(|_| Label::Background);
    write_exam(
        out,
        "nothing",
        &exam("nothing", grid, false),
        &nothing,
        &found[..4],
    )
}

/// A phantom on an oblique grid, whose slices are no whole number of bytes of one-bit pixels.
fn patient() -> Result<(Volume<f32>, LabelMap)> {
    let settings = PhantomSettings {
        slices: [5, 5],
        side_px: [101, 101],
        spacing_mm: [2.1, 2.1],
        heart_offset_px: 5.0,
        without_scar: 0.0,
        ..PhantomSettings::default()
    };
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(4);
    let (study, _) = Phantom::draw(&settings, &mut rng).render("phantom");
    let lge = study.image(Sequence::Lge).ok_or("a phantom without LGE")?;
    let labels = study.reference().ok_or("a phantom without labels")?;
    let [ni, nj, nk] = lge.shape();
    let grid = Grid::new([ni, nj - 1 + nj % 2, nk], oblique()?)?;
    Ok((
        Volume::from_fn(grid, |voxel| lge[voxel]),
        Volume::from_fn(grid, |voxel| labels[voxel]),
    ))
}

/// Voxels of 1.3125 x 1.40625 x 9.6 mm, turned by 40 degrees about the axis of the body and by 25 about a row.
fn oblique() -> Result<Affine> {
    let ((s, c), (t, d)) = (
        40.0_f64.to_radians().sin_cos(),
        25.0_f64.to_radians().sin_cos(),
    );
    let axes = [[c, s, 0.0], [-s * d, c * d, t], [s * t, -c * t, d]];
    let size = [1.3125, 1.40625, 9.6];
    let at = [-61.25, -47.5, 12.75];
    let rows = [0, 1, 2].map(|row| {
        let column = |axis: usize| axes[axis][row] * size[axis];
        [column(0), column(1), column(2), at[row]]
    });
    Ok(Affine::new(rows)?)
}

/// A series as it is when it has been read. Its identifiers are of the documentation's root, 1.2.826.0.1.3680043.10.999.
fn exam(name: &str, grid: Grid, frames: bool) -> Source {
    let uid = |what: u32, n: usize| {
        let exam: u32 = name.bytes().map(u32::from).sum();
        format!("1.2.826.0.1.3680043.10.999.{exam}.{what}.{n}")
    };
    let text = |tag, vr, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
    let header = InMemDicomObject::from_element_iter([
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
        text(tags::PATIENT_NAME, VR::PN, "Müller^Zoë"),
        text(tags::PATIENT_ID, VR::LO, "PH001"),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, "19600101"),
        text(tags::PATIENT_SEX, VR::CS, "F"),
        text(tags::PATIENT_SIZE, VR::DS, "1.68"),
        text(tags::PATIENT_WEIGHT, VR::DS, "71"),
        text(tags::STUDY_INSTANCE_UID, VR::UI, &uid(1, 1)),
        text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &uid(3, 1)),
        text(tags::STUDY_DATE, VR::DA, "20260101"),
        text(tags::STUDY_TIME, VR::TM, "101010"),
        text(tags::STUDY_ID, VR::SH, "1"),
        text(tags::ACCESSION_NUMBER, VR::SH, "A1"),
        text(tags::MODALITY, VR::CS, "MR"),
        text(tags::MANUFACTURER, VR::LO, "synthetic"),
        text(tags::SERIES_DESCRIPTION, VR::LO, "de_tfi_psir"),
        text(tags::SLICE_THICKNESS, VR::DS, "8"),
    ]);
    let slices = (0..grid.shape()[2]).map(|k| SourceSlice {
        series: SeriesId {
            number: Some(9),
            uid: uid(2, 9),
        },
        sop_class_uid: if frames {
            uids::ENHANCED_MR_IMAGE_STORAGE
        } else {
            uids::MR_IMAGE_STORAGE
        }
        .into(),
        sop_instance_uid: uid(4, if frames { 1 } else { k + 1 }),
        frame: frames.then_some(k as u32 + 1),
    });
    Source {
        header,
        grid,
        slices: slices.collect(),
    }
}

/// A series for each slice, written and read again as one stack.
fn joined(folder: &Path, grid: Grid, lge: &Volume<f32>) -> Result<Source> {
    let mut parts = exam("joined", grid, false);
    for (number, slice) in (21..).zip(&mut parts.slices) {
        slice.series = SeriesId {
            number: Some(number),
            uid: format!("{}.{number}", slice.series.uid),
        };
    }
    write_images(folder, &parts, lge)?;
    let scan = Scan::of(&[folder])?;
    let files = scan.exams().first().ok_or("no exam")?;
    let table = files.table(&Rules::default(), &SeriesChoice::default())?;
    let source = files.load(&table, PhaseChoice::Automatic)?.sources.lge;
    Ok(source.ok_or("no LGE")?)
}

fn write_exam(
    out: &Path,
    name: &str,
    source: &Source,
    labels: &LabelMap,
    looked_for: &[Label],
) -> Result<()> {
    let folder = out.join(name);
    fs::create_dir_all(&folder)?;
    let by = Producer {
        name: "myops",
        version: env!("CARGO_PKG_VERSION"),
        model: "0123456789abcdef",
        made: UNIX_EPOCH + Duration::from_secs(1_770_000_001),
    };
    let seg = segmentation(labels, looked_for, source, &by)?;
    let measured = measurements(&Volumes::of(labels), looked_for);
    let notes =
        ["Volumes are those of the slices given, and not of the whole ventricle.".to_owned()];
    let sr = report(&measured, &notes, &seg, source, &by)?;
    fs::write(folder.join(format!("{name}_seg.dcm")), &seg.bytes)?;
    fs::write(folder.join(format!("{name}_sr.dcm")), sr)?;
    let placement = Placement::of_grid(labels.grid());
    write_labels(folder.join("labels.nii.gz"), labels, &placement)?;
    Ok(())
}

/// Writes the images of a series, a file each.
fn write_images(folder: &Path, source: &Source, lge: &Volume<f32>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for k in 0..source.slices.len() {
        let mut image = source.header.clone();
        for (tag, vr, value) in described(source, k) {
            image.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
        }
        let [columns, rows, _] = source.grid.shape();
        let numbers = [
            (tags::SAMPLES_PER_PIXEL, 1),
            (tags::ROWS, rows as u16),
            (tags::COLUMNS, columns as u16),
            (tags::BITS_ALLOCATED, 16),
            (tags::BITS_STORED, 12),
            (tags::HIGH_BIT, 11),
            (tags::PIXEL_REPRESENTATION, 0),
        ];
        for (tag, value) in numbers {
            image.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        }
        let grey = lge.slice(k).iter().map(|v| v.clamp(0.0, 4095.0) as u16);
        let pixels = PrimitiveValue::U16(grey.collect());
        image.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));
        let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
        image
            .with_meta(meta)?
            .write_to_file(folder.join(format!("{:03}.dcm", k + 1)))?;
    }
    Ok(())
}

/// What the image of slice `k` is, and where.
fn described(source: &Source, k: usize) -> [(Tag, VR, String); 10] {
    let (affine, slice) = (source.grid.world_from_voxel(), &source.slices[k]);
    let mm = affine.spacing().mm();
    let lps = |[x, y, z]: [f64; 3]| [-x, -y, z];
    let direction = |axis: usize| lps(affine.column(axis)).map(|v| v / mm[axis]);
    let decimals = |values: &[f64]| {
        let texts: Vec<String> = values.iter().map(|v| format!("{v:.9}")).collect();
        texts.join("\\")
    };
    let orientation = [direction(0), direction(1)].concat();
    let position = lps(affine.apply([0.0, 0.0, k as f64]));
    let (class, instance) = (&slice.sop_class_uid, &slice.sop_instance_uid);
    [
        (tags::SOP_CLASS_UID, VR::UI, class.clone()),
        (tags::SOP_INSTANCE_UID, VR::UI, instance.clone()),
        (tags::SERIES_INSTANCE_UID, VR::UI, slice.series.uid.clone()),
        (
            tags::SERIES_NUMBER,
            VR::IS,
            slice.series.number.unwrap_or(0).to_string(),
        ),
        (tags::INSTANCE_NUMBER, VR::IS, (k + 1).to_string()),
        (tags::IMAGE_POSITION_PATIENT, VR::DS, decimals(&position)),
        (
            tags::IMAGE_ORIENTATION_PATIENT,
            VR::DS,
            decimals(&orientation),
        ),
        (tags::PIXEL_SPACING, VR::DS, decimals(&[mm[1], mm[0]])),
        (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\M".into()),
        (
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            "MONOCHROME2".into(),
        ),
    ]
}
