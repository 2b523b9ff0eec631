//! The exact words of each refusal, and the hint that goes with it.

use std::path::Path;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::io::{
    IoError, LabelNumbers, Placement, decode_image, decode_labels, encode_labels, read_image,
    write_labels,
};
use myops_image::label::{Label, LabelMap};

use super::handmade::{Handmade, gzip};

pub(super) const NAME: &str = "a/b.nii.gz";

/// What is said of a file that is refused, without its name.
pub(super) fn refusal(bytes: &[u8]) -> String {
    words(decode_image(bytes, Path::new(NAME)).map(drop))
}

pub(super) fn refusal_of_labels(numbers: &[f64], data_type: i16) -> String {
    let bytes = Handmade {
        data_type,
        ..Handmade::labels(numbers)
    }
    .bytes();
    words(decode_labels(&bytes, Path::new(NAME), &[LabelNumbers::codes()]).map(drop))
}

pub(super) fn words(result: Result<(), IoError>) -> String {
    let text = result.unwrap_err().to_string();
    text.strip_prefix("a/b.nii.gz: ")
        .unwrap_or(&text)
        .to_owned()
}

pub(super) fn hint(result: Result<(), IoError>) -> String {
    result.unwrap_err().hint().unwrap()
}

#[test]
fn no_nifti() {
    let words = "not a NIfTI file: no NIfTI-1 or NIfTI-2 header at its start";
    assert_eq!(refusal(b""), words);
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n and so on"), words);
    assert_eq!(refusal(&gzip(b"hello")), words);
    let analyze = Handmade {
        magic: vec![0; 4],
        ..Handmade::default()
    };
    assert_eq!(refusal(&analyze.bytes()), words);
    let result = decode_image(b"", Path::new(NAME)).map(drop);
    assert_eq!(
        hint(result),
        "give .nii or .nii.gz files; convert DICOM with dcm2niix"
    );
}

#[test]
fn the_header_of_a_pair() {
    let pair = Handmade {
        magic: b"ni1\0".into(),
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&pair.bytes()),
        "header of a .hdr/.img pair: only single-file NIfTI (.nii, .nii.gz) is supported"
    );
}

#[test]
fn truncated() {
    let bytes = Handmade::default().bytes();
    assert_eq!(refusal(&bytes[..390]), "truncated: 390 of 400 bytes");
    assert_eq!(refusal(&bytes[..200]), "truncated: 200 of 348 bytes");
    // What is announced and not there takes no memory.
    let vast = Handmade {
        dim: vec![512, 512, 100],
        ..Handmade::default()
    };
    assert_eq!(refusal(&vast.bytes()), "truncated: 400 of 52429152 bytes");
}

#[test]
fn truncated_gzip() {
    let bytes = Handmade::default().bytes();
    assert_eq!(
        refusal(&gzip(&bytes[..390])),
        "truncated gzip: 390 of 400 uncompressed bytes"
    );
    let packed = gzip(&bytes);
    let words = refusal(&packed[..packed.len() - 4]);
    assert_eq!(
        words, "truncated gzip: 400 of 400 uncompressed bytes",
        "the checksum is cut off"
    );
    assert!(refusal(&packed[..packed.len() - 40]).starts_with("truncated gzip: "));
}

#[test]
fn damaged_gzip() {
    let mut packed = Handmade::default().gzip();
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    assert_eq!(
        refusal(&packed),
        "damaged gzip: corrupt gzip stream does not have a matching checksum"
    );
}

#[test]
fn colour() {
    let colour = Handmade {
        data_type: 128,
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&colour.bytes()),
        "data type 128: need an integer or floating-point type (2, 4, 8, 16, 64, 256, 512, 768, 1024 or 1280)"
    );
}

#[test]
fn bytes_after_a_gzip_stream() {
    let follow = |bytes: &[u8]| refusal(&[&Handmade::default().gzip(), bytes].concat());
    assert_eq!(
        follow(b"\0\0more"),
        "damaged gzip: unexpected bytes after its end"
    );
    assert!(
        follow(b"\x1f\x8b").starts_with("truncated gzip"),
        "a member that is cut off"
    );
}

#[test]
fn voxels_that_are_no_numbers() {
    let mut file = Handmade {
        data_type: 16,
        ..Handmade::default()
    };
    file.voxels[17] = f64::NAN;
    file.voxels[19] = f64::INFINITY;
    assert_eq!(
        refusal(&file.bytes()),
        "2 voxels are NaN or infinite, the first at [1, 1, 1]"
    );
    let beyond = Handmade {
        data_type: 64,
        voxels: vec![1e300; 24],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&beyond.bytes()),
        "24 voxels are NaN or infinite, the first at [0, 0, 0]"
    );
}

#[test]
fn constant_image() {
    let constant = Handmade {
        voxels: vec![7.0; 24],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&constant.bytes()),
        "constant image: every voxel is 7"
    );
}

#[test]
fn unknown_label_codes() {
    let known = "need one of 0, 200, 500, 600, 1220, 2221";
    assert_eq!(
        refusal_of_labels(&[0.0, 200.0, 421.0], 4),
        format!("unknown label code 421 at voxel [2, 0, 0]: {known}")
    );
    assert_eq!(
        refusal_of_labels(&[0.0, 200.5], 16),
        format!("unknown label code 200.5 at voxel [1, 0, 0]: {known}")
    );
    assert_eq!(
        refusal_of_labels(&[f64::NAN], 16),
        format!("unknown label code NaN at voxel [0, 0, 0]: {known}")
    );
    let file = Handmade::labels(&[0.0, 9.0]).bytes();
    let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
    let either = decode_labels(&file, Path::new(NAME), &numbers).map(drop);
    let words = words(either);
    assert_eq!(
        words,
        "unknown label code 9 at voxel [1, 0, 0]: need one of 0, 1, 2, 3, 4, 5, 200, 500, 600, 1220, 2221"
    );
}

#[test]
fn what_is_not_there_or_may_not_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = folder.path().join("nothing.nii.gz");
    let missing = read_image(&nothing).unwrap_err().to_string();
    assert_eq!(
        missing,
        format!(
            "{}: cannot be read: No such file or directory (os error 2)",
            nothing.display()
        )
    );

    let grid = Grid::new(
        [2; 3],
        Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap()),
    )
    .unwrap();
    let labels = LabelMap::filled(grid, Label::Scar);
    let out = folder.path().join("no/folder/out.nii.gz");
    let error = write_labels(&out, &labels, &Placement::of_grid(&grid)).unwrap_err();
    let words = format!(
        "{}: cannot be written: No such file or directory (os error 2)",
        out.display()
    );
    assert_eq!(error.to_string(), words);
    assert_eq!(error.hint().unwrap(), "check that the folder exists");
}

#[test]
fn a_volume_is_not_written_where_it_does_not_lie() {
    let elsewhere = decode_image(&Handmade::default().bytes(), Path::new(NAME))
        .unwrap()
        .placement;
    let grid = Grid::new(
        [4, 3, 2],
        Affine::from_spacing(Spacing::new_mm([0.75, 0.75, 12.0]).unwrap()),
    )
    .unwrap();
    let labels = LabelMap::filled(grid, Label::Scar);
    let result = encode_labels(&labels, &elsewhere, Path::new(NAME)).map(drop);
    assert_eq!(
        words(result),
        "cannot be written: the volume is displaced by 3.7 mm relative to the given placement (bound 0.1 mm): both must \
         lie on the same voxels"
    );
}
