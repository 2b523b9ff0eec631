//! The networks give what Keras gives, from the files that Keras wrote.
//!
//! Runs where `MYOPS_REFERENCE` names the folder of the reference networks, and says so where it does not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::io::Read;
use std::path::PathBuf;

use myops_net::engine::{Cpu, Engine, Image};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{KerasError, KerasFile, Weights, from_keras};

/// Float32 engines differ from the float64 reference by up to 2e-4.
const TOLERANCE: f32 = 5e-4;

fn reference(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("MYOPS_REFERENCE") else {
        eprintln!("skipped: MYOPS_REFERENCE is not set");
        return None;
    };
    Some(PathBuf::from(folder).join(name))
}

/// An array `[1, c, h, w]` of 32-bit floats in an npz file, which is a zip archive, as `[1, h, w, c]`.
fn channels_last(path: &PathBuf, name: &str) -> (Vec<f32>, [usize; 4]) {
    let archive = std::fs::read(path).unwrap();
    let entry = unpacked(&archive, &format!("{name}.npy"));
    let header_length = usize::from(u16::from_le_bytes([entry[8], entry[9]]));
    let (header, values) = entry[10..].split_at(header_length);
    let header = std::str::from_utf8(header).unwrap();
    assert!(
        header.contains("'descr': '<f4', 'fortran_order': False"),
        "{header}"
    );
    let shape = header.split(['(', ')']).nth(1).unwrap();
    let shape: Vec<usize> = shape.split(", ").map(|n| n.parse().unwrap()).collect();
    let [1, c, h, w] = shape[..] else {
        panic!("{shape:?}: not one image")
    };
    let values = values.as_chunks().0;
    let at = |y, x, k| f32::from_le_bytes(values[(k * h + y) * w + x]);
    (
        (0..h * w * c)
            .map(|p| at(p / c / w, p / c % w, p % c))
            .collect(),
        [1, h, w, c],
    )
}

/// A compressed file of a zip archive.
fn unpacked(archive: &[u8], name: &str) -> Vec<u8> {
    const LOCAL_HEADER: usize = 30;
    let found = archive
        .windows(name.len())
        .position(|w| w == name.as_bytes())
        .unwrap();
    let header = &archive[found - LOCAL_HEADER..found];
    assert_eq!(
        (&header[..4], header[8]),
        (&b"PK\x03\x04"[..], 8),
        "{name}: not deflated"
    );
    let extra = usize::from(u16::from_le_bytes([header[28], header[29]]));
    let mut bytes = Vec::new();
    let packed = &archive[found + name.len() + extra..];
    flate2::read::DeflateDecoder::new(packed)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn keras_weights(file: &str, architecture: Architecture) -> Option<Weights> {
    let bytes = std::fs::read(reference(file)?).unwrap();
    Some(
        from_keras(
            &KerasFile::from_bytes(bytes).unwrap(),
            &ModelSettings::published(architecture),
        )
        .unwrap(),
    )
}

fn largest_difference(file: &str, io: &str, architecture: Architecture) -> Option<f32> {
    let weights = keras_weights(file, architecture)?;
    let graph = ModelSettings::published(architecture).probability_graph();
    let network = Cpu::default().predictor(&graph, &weights).unwrap();
    let io = reference(io)?;
    let (values, dims) = channels_last(&io, "x");
    let (expected, _) = channels_last(&io, "y");
    let y = network.run(Image { dims, values }).values;
    assert_eq!(y.len(), expected.len());
    Some(
        y.iter()
            .zip(&expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max),
    )
}

#[test]
fn the_residual_u_net_of_keras_2_and_keras_3_gives_keras_output() {
    for file in ["runet_keras2.h5", "runet_keras3.h5"] {
        let Some(difference) = largest_difference(file, "runet_io.npz", Architecture::Runet) else {
            return;
        };
        eprintln!("{file}: largest difference {difference:e}");
        assert!(difference < TOLERANCE, "{file}: {difference}");
    }
}

#[test]
fn the_u_net_gives_keras_output() {
    let Some(difference) = largest_difference("unet_keras2.h5", "unet_io.npz", Architecture::Unet)
    else {
        return;
    };
    eprintln!("unet_keras2.h5: largest difference {difference:e}");
    assert!(difference < TOLERANCE, "{difference}");
}

#[test]
fn the_file_of_another_architecture_or_width_is_refused_by_name() {
    let Some(path) = reference("runet_keras3.h5") else {
        return;
    };
    let file = KerasFile::from_bytes(std::fs::read(path).unwrap()).unwrap();
    let wide = ModelSettings {
        width: 32,
        ..ModelSettings::published(Architecture::Runet)
    };
    let error = from_keras(&file, &wide).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "tensor kernel of layer conv2d has shape [7, 7, 3, 16] where the network has"
        ),
        "{error}"
    );
    let error = from_keras(&file, &ModelSettings::published(Architecture::Unet)).unwrap_err();
    assert!(
        matches!(
            error,
            KerasError::Shape { .. } | KerasError::MissingLayer { .. }
        ),
        "{error}"
    );
}
