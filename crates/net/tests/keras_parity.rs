//! The networks give what Keras gives, from the files that Keras wrote.
//!
//! Runs where `MYOPS_REFERENCE` names the folder of the reference networks, and says so where it does not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::path::PathBuf;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{KerasError, Weights, from_keras};

/// Float32 engines differ from the float64 reference by up to 2e-4.
const TOLERANCE: f32 = 5e-4;

fn reference(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("MYOPS_REFERENCE") else {
        eprintln!("skipped: MYOPS_REFERENCE is not set");
        return None;
    };
    Some(PathBuf::from(folder).join(name))
}

/// An array `[1, c, h, w]` of an npz file as `[1, h, w, c]`.
fn channels_last(path: &PathBuf, name: &str) -> (Vec<f32>, [usize; 4]) {
    let mut archive = npyz::npz::NpzArchive::open(path).unwrap();
    let array = archive.by_name(name).unwrap().unwrap();
    let [n, c, h, w] = array.shape().iter().map(|d| *d as usize).collect::<Vec<_>>()[..] else { panic!("four axes") };
    let values: Vec<f32> = match array.dtype().descr().as_str() {
        "'<f8'" => array.into_vec::<f64>().unwrap().into_iter().map(|v| v as f32).collect(),
        _ => array.into_vec().unwrap(),
    };
    let at = |y, x, k| values[(k * h + y) * w + x];
    let moved = (0..h * w * c).map(|p| at(p / c / w, p / c % w, p % c)).collect();
    assert_eq!(n, 1);
    (moved, [1, h, w, c])
}

fn keras_weights(file: &str, architecture: Architecture) -> Option<Weights> {
    let bytes = std::fs::read(reference(file)?).unwrap();
    Some(from_keras(bytes, &ModelSettings::published(architecture)).unwrap())
}

fn largest_difference(file: &str, io: &str, architecture: Architecture) -> Option<f32> {
    let weights = keras_weights(file, architecture)?;
    let device = Device::flex();
    let network = weights.load_into(ModelSettings::published(architecture).init(0, &device)).unwrap();
    let io = reference(io)?;
    let (x, shape) = channels_last(&io, "x");
    let (expected, _) = channels_last(&io, "y");
    let x = Tensor::<4>::from_data(TensorData::new(x, shape), &device);
    let y: Vec<f32> = network.valid().forward(x).sigmoid().into_tensor().into_data().try_into_vec().unwrap();
    assert_eq!(y.len(), expected.len());
    Some(y.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max))
}

#[test]
fn the_residual_u_net_of_keras_2_and_keras_3_gives_keras_output() {
    for file in ["runet_keras2.h5", "runet_keras3.h5"] {
        let Some(difference) = largest_difference(file, "runet_io.npz", Architecture::Runet) else { return };
        eprintln!("{file}: largest difference {difference:e}");
        assert!(difference < TOLERANCE, "{file}: {difference}");
    }
}

#[test]
fn the_u_net_gives_keras_output() {
    let Some(difference) = largest_difference("unet_keras2.h5", "unet_io.npz", Architecture::Unet) else { return };
    eprintln!("unet_keras2.h5: largest difference {difference:e}");
    assert!(difference < TOLERANCE, "{difference}");
}

#[test]
fn the_file_of_another_architecture_or_width_is_refused_by_name() {
    let Some(path) = reference("runet_keras3.h5") else { return };
    let bytes = std::fs::read(path).unwrap();
    let wide = ModelSettings { width: 32, ..ModelSettings::published(Architecture::Runet) };
    let error = from_keras(bytes.clone(), &wide).unwrap_err().to_string();
    assert!(
        error.starts_with("tensor kernel of layer conv2d has shape [7, 7, 3, 16] where the network has"),
        "{error}"
    );
    let error = from_keras(bytes, &ModelSettings::published(Architecture::Unet)).unwrap_err();
    assert!(matches!(error, KerasError::Shape { .. } | KerasError::MissingLayer { .. }), "{error}");
}
