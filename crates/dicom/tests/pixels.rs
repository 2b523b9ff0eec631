//! Compressed pixels, against what they were made of.
//!
//! The files in `fuzz/corpus/dicom` hold synthetic slices, compressed by dcmtk 3.6.7 (RLE, JPEG, JPEG-LS) and by pydicom 3 with `OpenJPEG`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use dicom_core::VR;
use dicom_dictionary_std::tags;
use myops_dicom::Flaw;
use myops_dicom::pixels::Pixels;
use myops_dicom::synthetic::{
    BIG_ENDIAN, EXPLICIT, IMPLICIT, encode, put, small_exam, small_volume,
};

fn compressed(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../fuzz/corpus/dicom/{name}.dcm",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).unwrap()
}

fn frame(bytes: Vec<u8>) -> Vec<f32> {
    Pixels::decode(bytes).unwrap().frame(0).unwrap()
}

/// The first slice of the small exam's LGE, less 300.
fn small() -> Vec<f32> {
    let lge = small_volume([16, 13, 5], [1.3, 1.4, 10.0], 0.05).unwrap();
    lge.slice(0).iter().map(|value| value - 300.0).collect()
}

/// A bowl with stripes, 64 columns and 48 rows, from -300 on.
fn bowl() -> Vec<f32> {
    let value =
        |(y, x): (i32, i32)| ((x - 30).pow(2) + (y - 20).pow(2)).div_euclid(4) + 7 * (x % 5) - 300;
    let places = (0..48).flat_map(|y| (0..64).map(move |x| (y, x)));
    places.map(|place| value(place) as f32).collect()
}

#[test]
fn compressed_pixels_are_those_that_were_compressed() {
    assert_eq!(frame(compressed("rle")), small());
    assert_eq!(frame(compressed("jpeg-lossless")), small());
    assert_eq!(frame(compressed("jpeg-ls")), bowl());
    assert_eq!(frame(compressed("jpeg-2000")), bowl());
    // Lossy, of 8 bits: a quarter of the values before 300 were taken off, less the least, 25, which the encoder made 0.
    let lossy = frame(compressed("jpeg-baseline"));
    for (found, value) in lossy.iter().zip(small()) {
        assert!((found - ((value + 300.0) / 4.0).floor() + 25.0).abs() <= 8.0);
    }
    // Lossy, of 12 bits; dcmtk reads every pixel of this file as it is read here.
    let lossy = frame(compressed("jpeg-extended"));
    for (found, value) in lossy.iter().zip(bowl()) {
        assert!((found - 300.0 - value).abs() <= 1.0);
    }
}

#[test]
fn uncompressed_pixels_are_read_in_every_order_of_bytes() {
    let object = small_exam().into_iter().nth(161).unwrap();
    let [explicit, implicit, big] =
        [EXPLICIT, IMPLICIT, BIG_ENDIAN].map(|syntax| frame(encode(&object, syntax).unwrap()));
    assert_eq!(explicit, small());
    assert_eq!(implicit, explicit);
    assert_eq!(big, explicit);
}

#[test]
fn what_cannot_be_decoded_is_refused_with_its_value() {
    let object = || small_exam().into_iter().nth(161).unwrap();
    let flaw = |object| {
        Pixels::decode(encode(&object, EXPLICIT).unwrap())
            .err()
            .unwrap()
            .to_string()
    };
    let with = |tag, value: u16| {
        let mut object = object();
        put(&mut object, tag, VR::US, value);
        flaw(object)
    };
    assert_eq!(
        with(tags::ROWS, 14),
        "truncated pixel data: 416 of 448 bytes"
    );
    assert!(with(tags::COLUMNS, 60_000).starts_with("60000 x 13 pixels and 1 frames out of range"));
    assert_eq!(
        with(tags::BITS_STORED, 17),
        "BitsStored = 17: need 1 to BitsAllocated"
    );
    assert_eq!(
        with(tags::HIGH_BIT, 9),
        "HighBit = 9: need BitsStored - 1 to BitsAllocated - 1"
    );
    assert_eq!(
        with(tags::SAMPLES_PER_PIXEL, 3),
        "SamplesPerPixel = 3: 1 is supported"
    );
    let mut inverted = object();
    put(
        &mut inverted,
        tags::PHOTOMETRIC_INTERPRETATION,
        VR::CS,
        "MONOCHROME1",
    );
    assert!(
        flaw(inverted)
            .starts_with("PhotometricInterpretation = MONOCHROME1: MONOCHROME2 is supported")
    );
    let mut without = object();
    without.remove_element(tags::PIXEL_DATA);
    assert_eq!(flaw(without), "no pixel data");
    let pixels = Pixels::decode(encode(&object(), EXPLICIT).unwrap()).unwrap();
    assert_eq!(pixels.frame(1), Err(Flaw::NoFrame(1, 1)));
}

#[test]
fn a_compressed_image_of_another_size_is_refused_before_it_is_decoded() {
    // Rows is the only element with the value 48 of 16 bits, group 0028 and element 0010.
    let rows = |name| {
        let mut bytes = compressed(name);
        let rows = [0x28, 0, 0x10, 0, b'U', b'S', 2, 0, 48, 0];
        let at = bytes.windows(10).position(|window| window == rows).unwrap();
        bytes[at + 8] = 50;
        Pixels::decode(bytes)
            .unwrap()
            .frame(0)
            .unwrap_err()
            .to_string()
    };
    let sizes = "64 x 48 pixels, where Columns and Rows say 64 x 50";
    assert_eq!(
        rows("jpeg-2000"),
        format!("damaged JPEG 2000 pixels: {sizes}")
    );
    assert_eq!(
        rows("jpeg-extended"),
        format!("damaged JPEG pixels: {sizes}")
    );
    assert!(rows("jpeg-ls").starts_with("damaged JPEG-LS pixels: "));
}
