//! Batch norm, pooling, upsampling and concatenation, compared with simple loops and with finite differences.

mod plain;

use myops_kernels::{
    Finish, Image, Isa, NormBackward, ResidualGradient, Scale, concat, max_pool, max_pool_backward,
    norm_backward, norm_forward, split, upsample, upsample_backward,
};
use plain::{assert_close, nonlinearity, values};
use proptest::prelude::*;

const EPSILON: f32 = 1e-3;

fn scale<'a>(gamma: &'a [f32], beta: &'a [f32]) -> Scale<'a> {
    Scale {
        gamma,
        beta,
        epsilon: EPSILON,
    }
}

fn finish(residual: Option<&[f32]>, relu: bool) -> Finish<'_> {
    Finish {
        bias: None,
        residual,
        nonlinearity: nonlinearity(relu),
    }
}

/// Batch normalisation in double precision.
fn norm(x: &[f32], gamma: &[f32], beta: &[f32], residual: Option<&[f32]>, relu: bool) -> Vec<f64> {
    let c = gamma.len();
    let n = (x.len() / c) as f64;
    let column = |k: usize| x.iter().skip(k).step_by(c).map(|v| f64::from(*v));
    let statistics: Vec<(f64, f64)> = (0..c)
        .map(|k| {
            let mean = column(k).sum::<f64>() / n;
            (mean, column(k).map(|v| (v - mean).powi(2)).sum::<f64>() / n)
        })
        .collect();
    let one = |(at, v): (usize, &f32)| {
        let (mean, variance) = statistics[at % c];
        let normal = (f64::from(*v) - mean) / (variance + f64::from(EPSILON)).sqrt();
        let y = normal * f64::from(gamma[at % c]) + f64::from(beta[at % c]);
        let y = y + residual.map_or(0.0, |r| f64::from(r[at]));
        if relu { y.max(0.0) } else { y }
    };
    x.iter().enumerate().map(one).collect()
}

/// Random values with an offset that is large relative to their deviation.
fn far_from_zero(n: usize) -> Vec<f32> {
    values(n, 1).into_iter().map(|v| 20.0 + v).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 60 }))]

    #[test]
    fn a_batch_norm_normalises_each_channel(
        pixels in 2usize..300, c in 1usize..40, relu: bool, with_residual: bool,
    ) {
        let x = far_from_zero(pixels * c);
        let (gamma, beta, r) = (values(c, 2), values(c, 3), values(pixels * c, 4));
        let residual = with_residual.then_some(r.as_slice());
        let expected = norm(&x, &gamma, &beta, residual, relu);
        for isa in Isa::available() {
            let actual = norm_forward(isa, &x, scale(&gamma, &beta), finish(residual, relu));
            let error = actual.output.iter().zip(&expected).map(|(a, e)| (f64::from(*a) - e).abs()).fold(0.0, f64::max);
            prop_assert!(error < 2e-4, "{}: {error}", isa.name());
        }
    }

    #[test]
    fn the_gradients_of_a_batch_norm_equal_finite_differences(pixels in 2usize..40, c in 1usize..20, relu: bool) {
        let x: Vec<f32> = values(pixels * c, 1).into_iter().map(|v| 0.3 + v).collect();
        let (gamma, beta, residual, weights) = (values(c, 2), values(c, 3), values(pixels * c, 4), values(pixels * c, 5));
        let sum = |x: &[f32], gamma: &[f32], beta: &[f32], residual: &[f32]| -> f64 {
            norm(x, gamma, beta, Some(residual), relu).iter().zip(&weights).map(|(y, w)| y * f64::from(*w)).sum()
        };
        for isa in Isa::available() {
            let forward = norm_forward(isa, &x, scale(&gamma, &beta), finish(Some(&residual), relu));
            let saved = NormBackward {
                x: &x,
                output: relu.then_some(&forward.output),
                gamma: &gamma,
                statistics: &forward.statistics,
                epsilon: EPSILON,
            };
            let gradients = norm_backward(isa, saved, &weights, ResidualGradient::Wanted);
            let of_residual = gradients.residual.unwrap();
            let check = |actual: f32, moved: &dyn Fn(f32) -> f64, what: &str| -> Result<(), TestCaseError> {
                let step = 1e-3f32;
                let expected = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                // The difference is wrong if a ReLU changes sign within the step; such values are skipped.
                let half = (moved(step / 2.0) - moved(-step / 2.0)) / f64::from(step);
                if (expected - half).abs() > 1e-3 { return Ok(()); }
                prop_assert!((f64::from(actual) - expected).abs() < 1e-2 * (1.0 + expected.abs()), "{what}: {actual} {expected}");
                Ok(())
            };
            let at = (pixels * c) / 2;
            let change = |v: &[f32], at: usize, by: f32| { let mut v = v.to_vec(); v[at] += by; v };
            check(gradients.input[at], &|h| sum(&change(&x, at, h), &gamma, &beta, &residual), "input")?;
            check(of_residual[at], &|h| sum(&x, &gamma, &beta, &change(&residual, at, h)), "residual")?;
            let k = at % c;
            check(gradients.gamma[k], &|h| sum(&x, &change(&gamma, k, h), &beta, &residual), "gamma")?;
            check(gradients.beta[k], &|h| sum(&x, &gamma, &change(&beta, k, h), &residual), "beta")?;
        }
    }

    #[test]
    fn pooling_takes_the_largest_value_and_returns_its_gradient_to_it(
        n in 1usize..3, h in 3usize..12, w in 3usize..12, c in 1usize..20, (size, stride) in prop_oneof![Just((2, 2)), Just((3, 2))],
    ) {
        let x = values(n * h * w * c, 1);
        let pooled = max_pool(&x, [n, h, w, c], size, stride);
        let [rows, columns] = [h, w].map(|v| (v - size) / stride + 1);
        prop_assert_eq!(pooled.output.len(), n * rows * columns * c);
        let image = Image { dims: [n, h, w, c], values: x.clone() };
        prop_assert_eq!(&image.max_pooled(size, stride).values, &pooled.output);
        let gradient = values(pooled.output.len(), 2);
        let mut expected = vec![0.0; x.len()];
        for (at, g) in gradient.iter().enumerate() {
            let (channel, pixel) = (at % c, at / c);
            let (image, row, column) = (pixel / columns / rows, pixel / columns % rows, pixel % columns);
            let window = (0..size * size).map(|k| ((image * h + row * stride + k / size) * w + column * stride + k % size) * c + channel);
            let best = window.fold(None, |best: Option<usize>, v| if best.is_none_or(|b| x[v] > x[b]) { Some(v) } else { best }).unwrap();
            prop_assert_eq!(pooled.output[at], x[best]);
            expected[best] += f64::from(*g);
        }
        assert_close(&max_pool_backward(&gradient, &pooled.winner, [n, h, w, c], size, stride), &expected, Isa::best());
    }

    #[test]
    fn split_inverts_concat_and_upsampling_copies_pixels(n in 1usize..3, h in 1usize..9, w in 1usize..9, a in 1usize..20, b in 1usize..20) {
        let (first, second) = (values(n * h * w * a, 1), values(n * h * w * b, 2));
        let joined = concat([&first, &second], [a, b]);
        prop_assert_eq!(&joined[..a], &first[..a]);
        prop_assert_eq!(&joined[a..a + b], &second[..b]);
        prop_assert_eq!(split(&joined, [a, b]), [first.clone(), second]);
        let doubled = upsample(&first, [n, h, w, a]);
        for (at, v) in doubled.iter().enumerate() {
            let (channel, column, row) = (at % a, at / a % (2 * w), at / a / (2 * w));
            prop_assert_eq!(*v, first[(row / 2 * w + column / 2) * a + channel]);
        }
        let four: Vec<f64> = first.iter().map(|v| 4.0 * f64::from(*v)).collect();
        assert_close(&upsample_backward(&doubled, [n, h, w, a]), &four, Isa::best());
    }
}

#[test]
fn what_is_not_a_number_is_not_lost_in_pooling() {
    for at in 0..4 {
        let mut values = vec![1.0, 2.0, 3.0, 4.0];
        values[at] = f32::NAN;
        let dims = [1, 2, 2, 1];
        let pooled = max_pool(&values, dims, 2, 2);
        assert!(pooled.output[0].is_nan(), "{at}");
        let image = Image { dims, values };
        assert!(image.max_pooled(2, 2).values[0].is_nan(), "{at}");
    }
}
