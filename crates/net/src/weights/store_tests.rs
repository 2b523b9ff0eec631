//! Weights written and read back, and what is refused.

use super::*;

fn stored() -> Stored<u32> {
    let mut weights = Weights::default();
    weights.insert(
        "b",
        Weight {
            shape: vec![2, 1],
            values: vec![1.5, -2.0],
        },
    );
    weights.insert(
        "a",
        Weight {
            shape: vec![1],
            values: vec![0.25],
        },
    );
    Stored {
        settings: 7,
        weights,
    }
}

fn holding(values: &[f32]) -> Stored<u32> {
    let mut stored = stored();
    stored.weights.insert(
        "c",
        Weight {
            shape: vec![values.len(), 1],
            values: values.into(),
        },
    );
    stored
}

fn refused(bytes: &[u8]) -> String {
    Stored::<u32>::from_bytes(bytes).unwrap_err().to_string()
}

#[test]
fn bytes_read_back_are_the_same_weights_in_the_same_order() {
    let read = Stored::<u32>::from_bytes(&stored().to_bytes().unwrap()).unwrap();
    assert_eq!(read, stored());
}

#[test]
fn equal_weights_are_equal_files() {
    let first = stored().to_bytes().unwrap();
    for _ in 0..20 {
        assert_eq!(stored().to_bytes().unwrap(), first);
    }
}

#[test]
fn bytes_cut_short_are_refused() {
    let bytes = stored().to_bytes().unwrap();
    for length in [0, 7, 8, 20, bytes.len() - 1] {
        assert!(
            Stored::<u32>::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes"
        );
    }
    assert!(refused(&[0; 64]).starts_with("not a whole safetensors file"));
    assert!(refused(&[0xff; 64]).starts_with("not a whole safetensors file"));
}

#[test]
fn any_other_bit_is_noticed() {
    let bytes = stored().to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // A bit of the checksum's own name leaves a file as those of 0.1.0 are, with all that was in it.
        if let Ok(read) = Stored::<u32>::from_bytes(&flipped) {
            assert_eq!(read, stored(), "bit {bit}");
        }
    }
}

#[test]
fn values_that_no_network_has_are_neither_written_nor_read() {
    let error = holding(&[1.0, f32::NAN, f32::NAN])
        .to_bytes()
        .unwrap_err()
        .to_string();
    assert_eq!(error, "tensor c: 2 values are NaN");
    // As another program would have written it, without a checksum.
    let bytes = holding(&[1.25, 2.0]).to_bytes().unwrap();
    let mut bytes = String::from_utf8_lossy(&bytes)
        .contains("sha256")
        .then_some(bytes)
        .unwrap();
    let at = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).position(|w| w == part).unwrap();
    let name = at(&bytes, b"sha256");
    bytes[name..name + 6].copy_from_slice(b"sha999");
    let value = at(&bytes, &1.25_f32.to_le_bytes());
    bytes[value..value + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    assert_eq!(refused(&bytes), "tensor c: 1 value is infinite");
}

#[test]
fn what_half_precision_cannot_hold_is_not_written() {
    assert!(
        holding(&[65504.0, -65504.0])
            .to_bytes_in(Precision::Half)
            .is_ok()
    );
    let error = holding(&[65504.0, -65536.0])
        .to_bytes_in(Precision::Half)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "tensor c: 1 value is too large for 16-bit floats: need -65504 to 65504"
    );
    assert!(holding(&[65504.0, -65536.0]).to_bytes().is_ok());
}
