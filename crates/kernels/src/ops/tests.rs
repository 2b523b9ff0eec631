//! Every operation and its gradients against Burn's own.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Activation, ConvOptions, Normalized, Scale, fallback};

/// Numbers between -1 and 1 that differ.
fn tensor<const D: usize>(shape: [usize; D], seed: f32) -> Tensor<D> {
    let n = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..n)
        .map(|k| ((k as f32 + 1.0) * 0.618_034 + seed).fract() * 2.0 - 1.0)
        .collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex().autodiff()).require_grad()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn assert_same(what: &str, ours: &[f32], burns: &[f32]) {
    assert_eq!(ours.len(), burns.len(), "{what}");
    let scale = burns.iter().fold(1.0f32, |m, v| m.max(v.abs()));
    let error = ours
        .iter()
        .zip(burns)
        .map(|(a, b)| (a - b).abs() / scale)
        .fold(0.0, f32::max);
    assert!(error < 1e-5, "{what}: {error}");
}

/// Compares results, and the gradients of a weighted sum of them.
fn compare<const N: usize>(
    inputs: &[Tensor<4>; N],
    vectors: &[Tensor<1>],
    ours: impl Fn([Tensor<4>; N], &[Tensor<1>]) -> Tensor<4>,
    burns: impl Fn([Tensor<4>; N], &[Tensor<1>]) -> Tensor<4>,
) {
    let gradients = |y: Tensor<4>| {
        let gradients = (y.clone() * tensor(y.dims(), 0.37)).sum().backward();
        let mut all: Vec<Vec<f32>> = inputs
            .iter()
            .map(|t| values(t.grad(&gradients).unwrap()))
            .collect();
        all.extend(vectors.iter().map(|t| values(t.grad(&gradients).unwrap())));
        (values(y), all)
    };
    let (y, of_ours) = gradients(ours(inputs.clone(), vectors));
    let (expected, of_burns) = gradients(burns(inputs.clone(), vectors));
    assert_same("result", &y, &expected);
    for (n, (ours, burns)) in of_ours.iter().zip(&of_burns).enumerate() {
        assert_same(&format!("gradient of input {n}"), ours, burns);
    }
}

#[test]
fn convolutions_and_their_gradients_are_burns() {
    for (k, stride, padding, channels) in [
        (1, 1, 0, [16, 32]),
        (1, 2, 0, [5, 16]),
        (3, 1, 1, [20, 6]),
        (7, 2, 5, [3, 16]),
        (3, 2, 1, [4, 9]),
    ] {
        let options = ConvOptions { stride, padding };
        let x = tensor([2, 11, 14, channels[0]], 0.1);
        let weight = tensor([k, k, channels[0], channels[1]], 0.2);
        compare(
            &[x, weight],
            &[tensor([channels[1]], 0.3)],
            |[x, w], b| super::conv2d(x, w, b[0].clone(), options),
            |[x, w], b| fallback::conv2d(x, w, b[0].clone(), options),
        );
    }
    compare(
        &[tensor([2, 5, 7, 24], 0.1), tensor([2, 2, 24, 12], 0.2)],
        &[tensor([12], 0.3)],
        |[x, w], b| super::conv_transpose2x2(x, w, b[0].clone()),
        |[x, w], b| fallback::conv_transpose2x2(x, w, b[0].clone()),
    );
}

#[test]
fn batch_norms_and_their_gradients_are_burns() {
    let scale = |v: &[Tensor<1>]| Scale {
        gamma: v[0].clone(),
        beta: v[1].clone(),
    };
    let vectors = [tensor([24], 0.4), tensor([24], 0.5)];
    let (x, residual) = (tensor([2, 6, 5, 24], 0.1), tensor([2, 6, 5, 24], 0.2));
    for activation in [Activation::None, Activation::Relu] {
        compare(
            &[x.clone(), residual.clone()],
            &vectors,
            |[x, r], v| super::batch_norm_train(x, scale(v), 1e-3, Some(r), activation).output,
            |[x, r], v| fallback::batch_norm_train(x, scale(v), 1e-3, Some(r), activation).output,
        );
        compare(
            std::array::from_ref(&x),
            &vectors,
            |[x], v| super::batch_norm_train(x, scale(v), 1e-3, None, activation).output,
            |[x], v| fallback::batch_norm_train(x, scale(v), 1e-3, None, activation).output,
        );
    }
    let Normalized { mean, variance, .. } =
        super::batch_norm_train(x.clone(), scale(&vectors), 1e-3, None, Activation::Relu);
    let burns = fallback::batch_norm_train(x, scale(&vectors), 1e-3, None, Activation::Relu);
    assert_same("mean", &values(mean), &values(burns.mean));
    assert_same("variance", &values(variance), &values(burns.variance));
}

#[test]
fn pooling_doubling_and_joining_are_burns() {
    let x = tensor([2, 10, 8, 6], 0.1);
    for (size, stride) in [(2, 2), (3, 2)] {
        compare(
            std::array::from_ref(&x),
            &[],
            |[x], _| super::max_pool(x, size, stride),
            |[x], _| fallback::max_pool(x, size, stride),
        );
    }
    compare(
        std::array::from_ref(&x),
        &[],
        |[x], _| super::upsample_nearest2(x),
        |[x], _| fallback::upsample_nearest2(x),
    );
    compare(
        &[x, tensor([2, 10, 8, 5], 0.2)],
        &[],
        |[a, b], _| super::concat(a, b),
        |[a, b], _| Tensor::cat(vec![a, b], 3),
    );
}

#[test]
fn a_tensor_that_does_not_lie_in_order_is_read_as_it_reads() {
    let x = tensor([2, 6, 5, 4], 0.1);
    let turned = x.clone().permute([0, 2, 1, 3]);
    let weight = tensor([3, 3, 4, 8], 0.2);
    let bias = tensor([8], 0.3);
    let options = ConvOptions {
        stride: 1,
        padding: 1,
    };
    let ours = super::conv2d(turned.clone(), weight.clone(), bias.clone(), options);
    assert_same(
        "result",
        &values(ours),
        &values(fallback::conv2d(turned, weight, bias, options)),
    );
}
