//! The operations as simple loops in double precision, and comparison with them.

#![allow(dead_code, reason = "each test file uses its own part")]

use myops_kernels::{ConvShape, Isa, Nonlinearity};

/// Pseudo-random numbers between -1 and 1.
pub fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// ReLU or identity.
pub fn nonlinearity(relu: bool) -> Nonlinearity {
    if relu {
        Nonlinearity::Relu
    } else {
        Nonlinearity::Identity
    }
}

/// Asserts that values are equal except for rounding, relative to the largest value.
pub fn assert_close(actual: &[f32], expected: &[f64], isa: Isa) {
    assert_eq!(actual.len(), expected.len(), "{}", isa.name());
    let scale = expected.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (n, (a, e)) in actual.iter().zip(expected).enumerate() {
        let error = (f64::from(*a) - e).abs() / scale;
        assert!(
            error < 2e-5,
            "{}: value {n} is {a} instead of {e}",
            isa.name()
        );
    }
}

/// Calls `product(output, input, weight)` with the indices of every product of the convolution.
fn products(shape: &ConvShape, mut product: impl FnMut(usize, usize, usize)) {
    let ConvShape {
        batch,
        input: [h, w],
        channels: [c_in, c_out],
        kernel: [kh, kw],
        stride,
        padding,
    } = *shape;
    let [oh, ow] = shape.output();
    for n in 0..batch {
        for oy in 0..oh {
            for ox in 0..ow {
                for ky in 0..kh {
                    for kx in 0..kw {
                        let (y, x) = (oy * stride + ky, ox * stride + kx);
                        if y < padding || x < padding || y - padding >= h || x - padding >= w {
                            continue;
                        }
                        let from = ((n * h + y - padding) * w + x - padding) * c_in;
                        let to = ((n * oh + oy) * ow + ox) * c_out;
                        for i in 0..c_in {
                            for o in 0..c_out {
                                product(to + o, from + i, ((ky * kw + kx) * c_in + i) * c_out + o);
                            }
                        }
                    }
                }
            }
        }
    }
}

pub fn convolve(shape: &ConvShape, x: &[f32], w: &[f32]) -> Vec<f64> {
    let mut y = vec![0.0; shape.output_len()];
    products(shape, |o, i, k| y[o] += f64::from(x[i]) * f64::from(w[k]));
    y
}

pub fn gradients(shape: &ConvShape, x: &[f32], w: &[f32], g: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let (mut of_x, mut of_w) = (vec![0.0; shape.input_len()], vec![0.0; shape.weight_len()]);
    products(shape, |o, i, k| {
        of_x[i] += f64::from(g[o]) * f64::from(w[k]);
        of_w[k] += f64::from(g[o]) * f64::from(x[i]);
    });
    (of_x, of_w)
}

/// Calls `product(output, input, weight)` with the indices of every product of a transposed 2x2 convolution.
fn transposed_products(
    [batch, h, w, c_in]: [usize; 4],
    c_out: usize,
    mut product: impl FnMut(usize, usize, usize),
) {
    for pixel in 0..batch * h * w {
        let (row, column) = (pixel / w, pixel % w);
        for corner in 0..4 {
            let to = ((2 * row + corner / 2) * 2 * w + 2 * column + corner % 2) * c_out;
            for i in 0..c_in {
                for o in 0..c_out {
                    product(to + o, pixel * c_in + i, (corner * c_in + i) * c_out + o);
                }
            }
        }
    }
}

pub fn transposed(dims: [usize; 4], x: &[f32], w: &[f32], bias: &[f32]) -> Vec<f64> {
    let pixels = 4 * dims[0] * dims[1] * dims[2];
    let mut y: Vec<f64> = (0..pixels)
        .flat_map(|_| bias.iter().map(|b| f64::from(*b)))
        .collect();
    transposed_products(dims, bias.len(), |o, i, k| {
        y[o] += f64::from(x[i]) * f64::from(w[k]);
    });
    y
}

pub fn transposed_gradients(
    dims: [usize; 4],
    x: &[f32],
    w: &[f32],
    g: &[f32],
) -> (Vec<f64>, Vec<f64>) {
    let (mut of_x, mut of_w) = (vec![0.0; x.len()], vec![0.0; w.len()]);
    transposed_products(dims, w.len() / (4 * dims[3]), |o, i, k| {
        of_x[i] += f64::from(g[o]) * f64::from(w[k]);
        of_w[k] += f64::from(g[o]) * f64::from(x[i]);
    });
    (of_x, of_w)
}
