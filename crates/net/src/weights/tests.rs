//! Weights drawn, widened and held against a network.

use super::*;
use crate::model::{Architecture, ModelSettings};

fn narrow(architecture: Architecture) -> ModelSettings {
    ModelSettings {
        width: 4,
        ..ModelSettings::published(architecture)
    }
}

#[test]
fn the_published_networks_have_the_published_number_of_weights() {
    let count = |a| Weights::drawn(&ModelSettings::published(a).graph(), 0).count();
    assert_eq!(count(Architecture::Runet), 2_753_686);
    assert_eq!(count(Architecture::Unet), 1_941_190);
}

#[test]
fn values_that_no_network_has_are_counted() {
    let flaw = |name: &str, values: &[f32]| {
        Weight {
            shape: vec![values.len()],
            values: values.into(),
        }
        .flaw(name)
    };
    assert_eq!(
        flaw("kernel", &[1.0, f32::NAN, -2.0]).as_deref(),
        Some("1 value is NaN")
    );
    assert_eq!(
        flaw("kernel", &[f32::INFINITY, f32::NEG_INFINITY]).as_deref(),
        Some("2 values are infinite")
    );
    assert_eq!(flaw("norm.running_mean", &[-1.0, 0.0]), None);
    let variance = flaw("norm.running_variance", &[-1.0, -0.0, 1.0]);
    assert_eq!(
        variance.as_deref(),
        Some("1 value is negative, which no variance is")
    );
}

#[test]
fn a_seed_gives_the_same_weights_and_another_gives_others() {
    let graph = narrow(Architecture::Runet).graph();
    let weights = Weights::drawn(&graph, 1);
    assert!(weights.get("encoder.0.entry.reduce.conv.weight").is_some());
    assert_eq!(Weights::drawn(&graph, 1), weights);
    assert_ne!(Weights::drawn(&graph, 2), weights);
    // Glorot's bound for 7 x 7 kernels from 3 to 4 channels.
    let bound = (6.0_f32 / (49.0 * 7.0)).sqrt();
    let stem = &weights.get("stem.conv.weight").unwrap().values;
    let largest = stem.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(
        largest <= bound && largest > 0.9 * bound,
        "{largest} {bound}"
    );
}

#[test]
fn new_channels_have_weights_of_zero() {
    let before = narrow(Architecture::Nested);
    let after = ModelSettings {
        inputs: 9,
        ..before
    };
    let weights = Weights::drawn(&before.graph(), 1);
    let wide = weights.clone().widened(&after.graph()).unwrap();
    let name = "encoder.0.first.conv.weight";
    let (old, new) = (weights.get(name).unwrap(), wide.get(name).unwrap());
    assert_eq!(new.shape, [3, 3, 9, 4]);
    for (old, new) in old.values.chunks(3 * 4).zip(new.values.chunks(9 * 4)) {
        assert_eq!(&new[..12], old);
        assert!(new[12..].iter().all(|v| *v == 0.0));
    }
    assert_eq!(wide.get("head.weight"), weights.get("head.weight"));
}

#[test]
fn what_does_not_fit_is_named() {
    let settings = narrow(Architecture::Runet);
    let weights = Weights::drawn(&settings.graph(), 1);
    let error = |weights: &Weights, settings: &ModelSettings| {
        weights.check(&settings.graph()).unwrap_err().to_string()
    };
    let wide = ModelSettings {
        width: 8,
        ..settings
    };
    let words = "tensor stem.conv.weight has shape [7, 7, 3, 4] where the network has [7, 7, 3, 8]";
    assert!(error(&weights, &wide).starts_with(words));

    let mut less = weights.clone();
    less.by_path.remove("head.bias");
    less.order.retain(|path| path != "head.bias");
    let words = "tensor head.bias of shape [6] is missing";
    assert_eq!(error(&less, &settings), words);

    let mut more = weights.clone();
    let stray = Weight {
        shape: vec![1],
        values: vec![0.0],
    };
    more.insert("tail.bias", stray);
    let words = "tensor tail.bias belongs to no layer";
    assert!(error(&more, &settings).starts_with(words));
}
