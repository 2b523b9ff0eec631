//! What is written is what is read, in the same place.

use std::path::Path;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::io::{
    LabelNumbers, Placement, Voxel, decode_image, decode_labels, encode_image, encode_labels,
    read_image, read_labels, write_image, write_labels,
};
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use proptest::prelude::*;

use super::handmade::{Handmade, gzip};

const NAME: &str = "out.nii.gz";

fn plain(shape: [usize; 3]) -> Grid {
    Grid::new(
        shape,
        Affine::from_spacing(Spacing::new_mm([0.75, 0.75, 12.0]).unwrap()),
    )
    .unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).unwrap();
    out
}

#[test]
fn a_label_map_has_a_clean_header_and_its_images_geometry_fields() {
    let image = decode_image(&Handmade::default().bytes(), Path::new(NAME)).unwrap();
    let labels = LabelMap::filled(*image.volume.grid(), Label::Scar);
    let bytes = unpacked(&encode_labels(&labels, &image.placement, Path::new(NAME)).unwrap());
    let source = Handmade::default().bytes();

    assert_eq!(bytes.len(), 352 + 2 * 24);
    assert_eq!(bytes[40..56], source[40..56], "dim");
    assert_eq!(bytes[76..92], source[76..92], "pixdim");
    assert_eq!(
        bytes[252..328],
        source[252..328],
        "codes, quaternion, offset and s-form"
    );
    assert_eq!(
        bytes[68..74],
        [0xEA, 0x03, 4, 0, 16, 0],
        "intent label, int16, 16 bits"
    );
    assert_eq!(
        bytes[112..120],
        [1.0_f32, 0.0].map(f32::to_le_bytes).concat(),
        "slope 1, intercept 0"
    );
    assert_eq!(bytes[123], 2, "mm");
    let descrip = format!("myops {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(bytes[148..148 + descrip.len()], *descrip.as_bytes());
    assert!(
        bytes[148 + descrip.len()..252].iter().all(|b| *b == 0),
        "nothing after the text"
    );
    assert_eq!(bytes[352..354], 2221_i16.to_le_bytes());
}

#[test]
fn a_slice_stays_a_file_of_two_axes() {
    let file = Handmade {
        dim: vec![6, 4],
        ..Handmade::default()
    };
    let image = decode_image(&file.bytes(), Path::new(NAME)).unwrap();
    let labels = LabelMap::filled(*image.volume.grid(), Label::Edema);
    let bytes = unpacked(&encode_labels(&labels, &image.placement, Path::new(NAME)).unwrap());
    assert_eq!(bytes[40..56], file.bytes()[40..56]);
}

#[test]
fn a_map_of_an_image_in_metres_is_in_metres() {
    let file = Handmade {
        units: 1,
        pixdim: [1.0, 0.000_75, 0.000_75, 0.012],
        ..Handmade::default()
    };
    let image = decode_image(&file.bytes(), Path::new(NAME)).unwrap();
    let labels = LabelMap::filled(*image.volume.grid(), Label::Edema);
    let packed = encode_labels(&labels, &image.placement, Path::new(NAME)).unwrap();
    assert_eq!(unpacked(&packed)[123], 1);
    let again = decode_labels(&packed, Path::new(NAME), &[LabelNumbers::codes()]).unwrap();
    assert_eq!(again.volume.grid(), image.volume.grid());
}

#[test]
fn the_name_decides_whether_a_file_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let image = Volume::from_fn(plain([5, 4, 3]), |[i, j, k]| (i + 10 * j + 100 * k) as i16);
    let placement = Placement::of_grid(image.grid());
    for (name, start) in [("a.nii", [0x5C, 0x01]), ("a.nii.gz", [0x1F, 0x8B])] {
        let path = folder.path().join(name);
        write_image(&path, &image, &placement).unwrap();
        assert_eq!(std::fs::read(&path).unwrap()[..2], start);
        let again = read_image(&path).unwrap();
        assert_eq!(again.volume, image.map(|v| f32::from(*v)));
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[test]
fn the_same_voxels_give_the_same_bytes() {
    let labels = LabelMap::filled(plain([5, 4, 3]), Label::Scar);
    let placement = Placement::of_grid(labels.grid());
    let encode = || encode_labels(&labels, &placement, Path::new(NAME)).unwrap();
    assert_eq!(encode(), encode());
}

#[test]
fn labels_survive_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Case1_gd.nii.gz");
    let labels = LabelMap::from_fn(plain([6, 5, 4]), |[i, j, k]| Label::ALL[(i + j + k) % 6]);
    write_labels(&path, &labels, &Placement::of_grid(labels.grid())).unwrap();
    assert_eq!(read_labels(&path).unwrap().volume, labels);
}

/// Any invertible affine of moderate size, oblique and sheared ones among them.
fn affine() -> impl Strategy<Value = Affine> {
    prop::array::uniform3(prop::array::uniform4(-20.0_f64..20.0))
        .prop_filter_map("singular", |rows| Affine::new(rows).ok())
        .prop_filter("flat", |affine| {
            let volume: f64 = affine.spacing().mm().iter().product();
            volume > 1e-3
        })
}

fn grid() -> impl Strategy<Value = Grid> {
    (prop::array::uniform3(1_usize..9), affine())
        .prop_map(|(shape, affine)| Grid::new(shape, affine).unwrap())
}

fn check_image<T: Voxel + Into<f32> + PartialEq>(image: &Volume<T>) -> Result<(), TestCaseError> {
    let packed = encode_image(image, &Placement::of_grid(image.grid()), Path::new(NAME)).unwrap();
    let Ok(again) = decode_image(&packed, Path::new(NAME)) else {
        let first = image.data()[0];
        prop_assert!(
            image.data().iter().all(|v| *v == first),
            "only a constant image is refused"
        );
        return Ok(());
    };
    let values: Vec<f32> = image.data().iter().map(|v| (*v).into()).collect();
    prop_assert_eq!(again.volume.data(), values);
    prop_assert!(again.volume.grid().displacement_mm(image.grid()) < 1e-4);
    // Written again in the place that was read, not a bit of the geometry moves.
    let twice = encode_image(&again.volume, &again.placement, Path::new(NAME)).unwrap();
    let twice = decode_image(&twice, Path::new(NAME)).unwrap();
    prop_assert_eq!(twice, again);
    Ok(())
}

proptest! {
    #[test]
    fn images_of_every_written_type_survive(grid in grid(), seed in any::<u32>()) {
        let value = |[i, j, k]: [usize; 3]| (seed >> ((i + 2 * j + 5 * k) % 24)) as u16;
        check_image(&Volume::from_fn(grid, |v| value(v) as u8))?;
        check_image(&Volume::from_fn(grid, |v| value(v) as i16))?;
        check_image(&Volume::from_fn(grid, |v| f32::from(value(v)) / 7.0 - 100.0))?;
    }

    #[test]
    fn label_maps_survive(grid in grid(), first in 0_usize..6, step in 0_usize..6) {
        let labels = LabelMap::from_fn(grid, |[i, j, k]| Label::ALL[(first + step * (i + j + k)) % 6]);
        let placement = Placement::of_grid(&grid);
        let packed = encode_labels(&labels, &placement, Path::new(NAME)).unwrap();
        let again = decode_labels(&packed, Path::new(NAME), &[LabelNumbers::codes()]).unwrap();
        prop_assert_eq!(again.volume.data(), labels.data());
        prop_assert!(again.volume.grid().displacement_mm(&grid) < 1e-4);
    }

    #[test]
    fn a_label_map_keeps_its_images_geometry_to_the_bit(
        quaternion in prop::array::uniform3(-0.57_f32..0.57),
        srow in prop::array::uniform3(prop::array::uniform4(-9.0_f32..9.0)),
        codes in prop::sample::select(&[[1, 0], [0, 0], [2, 1], [0, 4], [1, 1]][..]),
        two in any::<bool>(),
    ) {
        let file = Handmade { codes, quaternion, srow, ..Handmade::default() };
        let file = if two { file.version_2() } else { file };
        let Ok(image) = decode_image(&gzip(&file.bytes()), Path::new(NAME)) else { return Ok(()) };
        let labels = LabelMap::filled(*image.volume.grid(), Label::Scar);
        let packed = encode_labels(&labels, &image.placement, Path::new(NAME)).unwrap();
        let again = decode_labels(&packed, Path::new(NAME), &[LabelNumbers::codes()]).unwrap();
        prop_assert_eq!(again.volume.grid(), image.volume.grid());
        prop_assert_eq!(again.placement, image.placement);
    }
}
