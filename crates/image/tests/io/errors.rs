//! The exact words of each refusal, and the hint that goes with it.

use std::fs;
use std::path::Path;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::io::{
    IoError, LabelNumbers, Placement, decode_image, decode_labels, encode_labels, find_cases,
    read_image, write_labels,
};
use myops_image::label::{Label, LabelMap};

use super::handmade::{Handmade, Order, gzip};

const NAME: &str = "a/b.nii.gz";

/// What is said of a file that is refused, without its name.
fn refusal(bytes: &[u8]) -> String {
    words(decode_image(bytes, Path::new(NAME)).map(drop))
}

fn refusal_of_labels(numbers: &[f64], data_type: i16) -> String {
    let bytes = Handmade {
        data_type,
        ..Handmade::labels(numbers)
    }
    .bytes();
    words(decode_labels(&bytes, Path::new(NAME), &[LabelNumbers::codes()]).map(drop))
}

fn words(result: Result<(), IoError>) -> String {
    let text = result.unwrap_err().to_string();
    text.strip_prefix("a/b.nii.gz: ")
        .unwrap_or(&text)
        .to_owned()
}

fn hint(result: Result<(), IoError>) -> String {
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
        "images are read from .nii and .nii.gz; DICOM is converted by dcm2niix"
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
        "the header of a .hdr/.img pair: only single-file NIfTI (.nii, .nii.gz) is read"
    );
}

#[test]
fn truncated() {
    let bytes = Handmade::default().bytes();
    assert_eq!(
        refusal(&bytes[..390]),
        "truncated: 390 bytes where the header announces 400"
    );
    assert_eq!(
        refusal(&bytes[..200]),
        "truncated: 200 bytes where the header announces 348"
    );
    // What is announced and not there takes no memory.
    let vast = Handmade {
        dim: vec![512, 512, 100],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&vast.bytes()),
        "truncated: 400 bytes where the header announces 52429152"
    );
}

#[test]
fn truncated_gzip() {
    let bytes = Handmade::default().bytes();
    assert_eq!(
        refusal(&gzip(&bytes[..390])),
        "truncated gzip: it ends after 390 of 400 unpacked bytes"
    );
    let packed = gzip(&bytes);
    let words = refusal(&packed[..packed.len() - 4]);
    assert_eq!(
        words, "truncated gzip: it ends after 400 of 400 unpacked bytes",
        "the checksum is cut off"
    );
    assert!(refusal(&packed[..packed.len() - 40]).starts_with("truncated gzip: it ends after "));
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
fn several_volumes_and_impossible_axes() {
    let cine = Handmade {
        dim: vec![4, 3, 1, 2],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&cine.bytes()),
        "more than one volume: header field dim = [4, 3, 1, 2], need length 1 on all axes after the third"
    );
    let empty = Handmade {
        dim: vec![4, 0, 2],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&empty.bytes()),
        "header field dim = [3, 4, 0, 2, 1, 1, 1, 1]: need 2 to 7 axes with at least one voxel each"
    );
    let huge = Handmade {
        dim: vec![30_000, 30_000, 30_000],
        ..Handmade::default()
    };
    let bound = "at most 2048 along an axis and 33554432 in all are read";
    assert_eq!(
        refusal(&huge.bytes()),
        format!("[30000, 30000, 30000] voxels: {bound}")
    );
    let strip = Handmade {
        dim: vec![32767, 2, 1],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&strip.bytes()),
        format!("[32767, 2, 1] voxels: {bound}")
    );
    let deep = Handmade {
        dim: vec![2, 2, 257],
        ..Handmade::default()
    };
    assert_eq!(refusal(&deep.bytes()), "257 slices: at most 256 are read");
    let overflow = Handmade {
        dim: vec![i64::MAX, i64::MAX, 4],
        ..Handmade::default()
    }
    .version_2();
    assert!(refusal(&overflow.bytes()).ends_with(bound));
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
fn voxels_that_begin_inside_the_header() {
    let inside = Handmade {
        offset: 100.0,
        ..Handmade::default()
    };
    let words = "header field vox_offset = 100: need 0, or at least the length of the header (348)";
    assert_eq!(refusal(&inside.bytes()), words);
    assert!(
        refusal(
            &Handmade {
                offset: f32::NAN,
                ..inside
            }
            .bytes()
        )
        .starts_with("header field vox_offset = NaN")
    );
}

#[test]
fn zero_and_negative_spacing() {
    for codes in [[1, 0], [0, 0]] {
        let zero = Handmade {
            pixdim: [1.0, 0.75, 0.0, 12.0],
            codes,
            ..Handmade::default()
        };
        let words = "voxel spacing [0.75, 0.0, 12.0] mm: each of the three must be finite and greater than 0";
        assert_eq!(refusal(&zero.bytes()), words);
        let negative = Handmade {
            pixdim: [1.0, 0.75, 0.75, -12.0],
            codes,
            ..Handmade::default()
        };
        let words = "voxel spacing [0.75, 0.75, -12.0] mm: each of the three must be finite and greater than 0";
        assert_eq!(refusal(&negative.bytes()), words);
    }
}

#[test]
fn singular_affine_and_impossible_quaternion() {
    let flat = Handmade {
        codes: [1, 1],
        ..Handmade::default()
    };
    let words =
        "affine is singular: its determinant is 0, and voxels would collapse onto one another";
    assert_eq!(refusal(&flat.bytes()), words);
    let long = Handmade {
        quaternion: [0.5, 0.5, 1.0],
        order: Order::Big,
        ..Handmade::default()
    };
    let words = "q-form quaternion (b, c, d) = [0.5, 0.5, 1.0]: its length must not exceed 1";
    assert_eq!(refusal(&long.bytes()), words);
}

#[test]
fn a_header_that_contradicts_itself() {
    let identity = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ];
    let words = "s-form says voxels of [1.0, 1.0, 1.0] mm, pixdim of [0.75, 0.75, 12.0] mm (bound: 1 % or 0.01 mm a side)";
    for codes in [[0, 1], [1, 1], [1, 2]] {
        assert_eq!(
            refusal(
                &Handmade {
                    srow: identity,
                    codes,
                    ..Handmade::default()
                }
                .bytes()
            ),
            words
        );
    }
    let mirrored = [
        [-0.75, 0.0, 0.0, 1.0],
        [0.0, 0.75, 0.0, 2.0],
        [0.0, 0.0, 12.0, 3.0],
    ];
    let mirrored = Handmade {
        srow: mirrored,
        codes: [1, 1],
        ..Handmade::default()
    };
    let words = "s-form and q-form, both of code 1, place a voxel 4.5 mm apart (bound 1 mm)";
    assert_eq!(refusal(&mirrored.bytes()), words);
    let hint_of = |file: &Handmade| hint(decode_image(&file.bytes(), Path::new(NAME)).map(drop));
    assert!(hint_of(&mirrored).starts_with("set the code of the form that is wrong to 0"));
}

#[test]
fn bytes_after_a_gzip_stream() {
    let follow = |bytes: &[u8]| refusal(&[&Handmade::default().gzip(), bytes].concat());
    assert_eq!(
        follow(b"\0\0more"),
        "damaged gzip: bytes other than zeros follow its end"
    );
    assert!(
        follow(b"\x1f\x8b").starts_with("truncated gzip"),
        "a member that is cut off"
    );
}

#[test]
fn hints_are_chosen_by_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let hint_for = |file: &Handmade| {
        for name in ["x_C0.nii", "x_LGE.nii"] {
            fs::write(folder.path().join(name), file.bytes()).unwrap();
        }
        let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
        assert!(error.to_string().contains("x_C0.nii: "), "{error}");
        error.hint().unwrap()
    };
    let sheared = [
        [0.75, 0.0, 0.0, 0.0],
        [0.0, 0.75, 4.0, 0.0],
        [0.0, 0.0, 12.0, 0.0],
    ];
    let sheared = Handmade {
        srow: sheared,
        codes: [0, 1],
        ..Handmade::default()
    };
    assert!(hint_for(&sheared).starts_with("resample the stack to right angles"));
    let small = Handmade {
        units: 3,
        ..Handmade::default()
    };
    assert!(hint_for(&small).starts_with("correct the voxel size in the header or its unit"));
    let shape = Handmade {
        dim: vec![3, 4, 2],
        ..Handmade::default()
    };
    fs::write(folder.path().join("x_C0.nii"), Handmade::default().bytes()).unwrap();
    fs::write(folder.path().join("x_LGE.nii"), shape.bytes()).unwrap();
    let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
    assert!(error.hint().unwrap().starts_with("resample the sequences"));

    let hint_for_label = |file: Handmade| {
        hint(decode_labels(&file.bytes(), Path::new(NAME), &[LabelNumbers::codes()]).map(drop))
    };
    let scaled = Handmade {
        scaling: [0.5, 0.0],
        ..Handmade::labels(&[0.0, 333.0])
    };
    assert!(hint_for_label(scaled).starts_with("the file scales its numbers (scl_slope = 0.5)"));
    let interpolated = Handmade {
        data_type: 16,
        ..Handmade::labels(&[0.0, 350.5])
    };
    assert!(hint_for_label(interpolated).starts_with("labels are whole numbers"));
    assert!(hint_for_label(Handmade::labels(&[0.0, 7.0])).starts_with("labels are 0 background"));
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
    let known = "is none of 0, 200, 500, 600, 1220, 2221";
    assert_eq!(
        refusal_of_labels(&[0.0, 200.0, 421.0], 4),
        format!("label code 421 at voxel [2, 0, 0] {known}")
    );
    assert_eq!(
        refusal_of_labels(&[0.0, 200.5], 16),
        format!("label code 200.5 at voxel [1, 0, 0] {known}")
    );
    assert_eq!(
        refusal_of_labels(&[f64::NAN], 16),
        format!("label code NaN at voxel [0, 0, 0] {known}")
    );
    let file = Handmade::labels(&[0.0, 9.0]).bytes();
    let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
    let either = decode_labels(&file, Path::new(NAME), &numbers).map(drop);
    let words = words(either);
    assert_eq!(
        words,
        "label code 9 at voxel [1, 0, 0] is none of 0, 1, 2, 3, 4, 5, 200, 500, 600, 1220, 2221"
    );
}

#[test]
fn sequences_that_do_not_share_a_grid_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let put = |name: &str, file: &Handmade| fs::write(path(name), file.gzip()).unwrap();
    put("x_C0.nii.gz", &Handmade::default());
    put(
        "x_T2.nii.gz",
        &Handmade {
            dim: vec![3, 4, 2],
            ..Handmade::default()
        },
    );
    let load = || find_cases(folder.path()).unwrap()[0].load().unwrap_err();
    let (c0, t2, gd) = (
        path("x_C0.nii.gz"),
        path("x_T2.nii.gz"),
        path("x_gd.nii.gz"),
    );
    assert_eq!(
        load().to_string(),
        format!(
            "{} has [3, 4, 2] voxels where {} has [4, 3, 2]: the images of a case must share one grid",
            t2.display(),
            c0.display()
        )
    );
    put(
        "x_T2.nii.gz",
        &Handmade {
            qoffset: [1.0, 2.0, 8.0],
            ..Handmade::default()
        },
    );
    let apart = "the images of a case must lie on one another";
    let words = format!(
        "{} lies 5.0 mm from {} (bound 0.1 mm): {apart}",
        t2.display(),
        c0.display()
    );
    assert_eq!(load().to_string(), words);
    put("x_T2.nii.gz", &Handmade::default());
    put(
        "x_gd.nii.gz",
        &Handmade {
            qoffset: [1.0, 3.0, 3.0],
            ..Handmade::labels(&[200.0])
        },
    );
    let words = format!(
        "{} lies 1.0 mm from {} (bound 0.1 mm): {apart}",
        gd.display(),
        c0.display()
    );
    assert_eq!(load().to_string(), words);
    assert!(
        load()
            .hint()
            .unwrap()
            .starts_with("register the sequences to one another")
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
        "cannot be written: the volume lies 3.7 mm from the place given (bound 0.1 mm): the images of a case must \
         lie on one another"
    );
}
