//! Writes networks as ONNX files, with an input and this project's output for each: `onnx_pairs FOLDER FILE...`, where
//! files hold weights (`.safetensors`). A U-Net with drawn weights is written as well.
//!
//! `scripts/check_onnx.py` compares the outputs with those of ONNX Runtime.

#![expect(clippy::expect_used, reason = "run by a script")]

use std::path::{Path, PathBuf};

use myops_net::engine::{Cpu, Engine, Image};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::onnx::{About, to_onnx};
use myops_net::weights::Weights;
use myops_segment::ModelFile;

fn main() {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let folder = args.next().expect("a folder");
    for path in args {
        let bytes = std::fs::read(&path).expect("a file of weights");
        let file = ModelFile::from_bytes(&bytes).expect("weights of this program");
        let stem = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for (n, weights) in file.members.iter().enumerate() {
            write(
                &folder,
                &format!("{stem}-{}", n + 1),
                file.header.member(n),
                weights,
            );
        }
        if let (Some(header), Some(weights)) = (file.header.locator, &file.locator) {
            write(&folder, &format!("{stem}-locator"), header.model, weights);
        }
    }
    let unet = ModelSettings::published(Architecture::Unet);
    write(&folder, "unet", unet, &Weights::drawn(&unet.graph(), 1));
}

/// Writes `NAME.onnx`, and the values of input and output as 32-bit floats, `[N, H, W, C]`.
fn write(folder: &Path, name: &str, settings: ModelSettings, weights: &Weights) {
    let graph = settings.probability_graph();
    let about = About {
        name: name.into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        metadata: Vec::new(),
    };
    let onnx = to_onnx(&graph, weights, &about).expect("weights of this network");
    let dims = [2, 96, 160, settings.inputs];
    let value = |n: usize| ((n as f32 + 1.0) * 0.618_034).fract() * 4.0 - 2.0;
    let values: Vec<f32> = (0..dims.iter().product()).map(value).collect();
    let network = Cpu::default()
        .predictor(&graph, weights)
        .expect("weights of this network");
    let y = network.run(Image {
        dims,
        values: values.clone(),
    });
    let bytes = |values: &[f32]| {
        values
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let save = |ending: &str, bytes: Vec<u8>| {
        std::fs::write(folder.join(format!("{name}.{ending}")), bytes).expect("a file written");
    };
    save("onnx", onnx);
    save("x", bytes(&values));
    save("y", bytes(&y.values));
}
