//! Convolutions and their gradients, compared with simple loops for random shapes and every instruction set.

mod plain;

use myops_kernels::{
    ConvShape, Finish, Isa, Nonlinearity, bias_gradient, convolve, input_gradient,
    transposed_convolve, transposed_gradients, weight_gradient,
};
use plain::{assert_close, nonlinearity, values};
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = ConvShape> {
    let kernels = prop_oneof![Just(1usize), Just(2), Just(3), Just(3), Just(5), Just(7)];
    let channels = prop_oneof![
        1usize..10,
        Just(16),
        Just(17),
        Just(24),
        Just(32),
        Just(40),
        Just(48)
    ];
    (
        1usize..4,
        1usize..20,
        1usize..20,
        (channels.clone(), channels),
        kernels,
        1usize..4,
        0usize..4,
    )
        .prop_map(
            |(batch, h, w, (c_in, c_out), k, stride, padding)| ConvShape {
                batch,
                input: [h.max(k), w.max(k)],
                channels: [c_in, c_out],
                kernel: [k, k],
                stride,
                padding: padding.min(k - 1),
            },
        )
}

/// The number of cases of a property; Miri takes seconds for one.
fn config() -> ProptestConfig {
    ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 200 })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_convolution_is_the_sum_over_the_window(shape in shapes(), relu: bool, with_residual: bool) {
        let (x, w) = (values(shape.input_len(), 1), values(shape.weight_len(), 2));
        let (bias, residual) = (values(shape.channels[1], 3), values(shape.output_len(), 4));
        let mut expected = plain::convolve(&shape, &x, &w);
        for (n, y) in expected.iter_mut().enumerate() {
            *y += f64::from(bias[n % bias.len()]);
            if with_residual { *y += f64::from(residual[n]); }
            if relu { *y = y.max(0.0); }
        }
        for isa in Isa::available() {
            let finish = Finish { bias: Some(&bias), residual: with_residual.then_some(&residual), nonlinearity: nonlinearity(relu) };
            assert_close(&convolve(isa, &shape, &x, &w, finish), &expected, isa);
        }
    }

    #[test]
    fn winograd_gives_the_same_as_the_sum_over_the_window(
        batch in 1usize..4, h in 1usize..14, w in 1usize..14, wide in (32usize..50, 32usize..50), padding in 0usize..3,
    ) {
        let shape = ConvShape {
            batch, input: [h + 2, w + 2], channels: [wide.0, wide.1], kernel: [3, 3], stride: 1, padding,
        };
        let (x, w) = (values(shape.input_len(), 1), values(shape.weight_len(), 2));
        let (bias, residual) = (values(shape.channels[1], 3), values(shape.output_len(), 4));
        let g = values(shape.output_len(), 5);
        let mut expected = plain::convolve(&shape, &x, &w);
        for (n, y) in expected.iter_mut().enumerate() {
            *y = (*y + f64::from(bias[n % bias.len()]) + f64::from(residual[n])).max(0.0);
        }
        let (of_x, _) = plain::gradients(&shape, &x, &w, &g);
        for isa in Isa::available() {
            let finish = Finish { bias: Some(&bias), residual: Some(&residual), nonlinearity: Nonlinearity::Relu };
            assert_close(&convolve(isa, &shape, &x, &w, finish), &expected, isa);
            assert_close(&input_gradient(isa, &shape, &w, &g), &of_x, isa);
        }
    }

    #[test]
    fn gradients_are_the_sums_over_all_products(shape in shapes()) {
        let (x, w) = (values(shape.input_len(), 1), values(shape.weight_len(), 2));
        let g = values(shape.output_len(), 5);
        let (of_x, of_w) = plain::gradients(&shape, &x, &w, &g);
        for isa in Isa::available() {
            assert_close(&input_gradient(isa, &shape, &w, &g), &of_x, isa);
            assert_close(&weight_gradient(isa, &shape, &x, &g), &of_w, isa);
            let sums: Vec<f64> = (0..shape.channels[1])
                .map(|c| g.iter().skip(c).step_by(shape.channels[1]).map(|v| f64::from(*v)).sum())
                .collect();
            assert_close(&bias_gradient(isa, &g, shape.channels[1]), &sums, isa);
        }
    }

    #[test]
    fn a_transposed_convolution_writes_four_pixels_for_each(
        batch in 1usize..4, h in 1usize..9, w in 1usize..9, c_in in 1usize..40, c_out in 1usize..40,
    ) {
        check_transposed([batch, h, w, c_in], c_out, &Isa::available(), values);
    }
}

/// Checks a transposed convolution and its gradients with factors from `numbers`.
fn check_transposed(
    dims: [usize; 4],
    c_out: usize,
    all: &[Isa],
    numbers: fn(usize, u64) -> Vec<f32>,
) {
    let [batch, h, w, c_in] = dims;
    let (x, weight) = (
        numbers(batch * h * w * c_in, 1),
        numbers(4 * c_in * c_out, 2),
    );
    let (bias, g) = (values(c_out, 3), numbers(4 * batch * h * w * c_out, 4));
    let expected = plain::transposed(dims, &x, &weight, &bias);
    let (of_x, of_w) = plain::transposed_gradients(dims, &x, &weight, &g);
    for isa in all.iter().copied() {
        assert_close(
            &transposed_convolve(isa, dims, &x, &weight, &bias),
            &expected,
            isa,
        );
        let [input, weights] = transposed_gradients(isa, dims, &x, &weight, &g);
        assert_close(&input, &of_x, isa);
        assert_close(&weights, &of_w, isa);
    }
}

/// Numbers that bf16 represents exactly.
fn short_values(n: usize, seed: u64) -> Vec<f32> {
    values(n, seed)
        .into_iter()
        .map(|v| f32::from_bits(v.to_bits() & 0xffff_0000))
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_convolution_of_exact_bf16_numbers_is_the_same_in_bf16(shape in shapes(), relu: bool) {
        let (x, w) = (short_values(shape.input_len(), 1), short_values(shape.weight_len(), 2));
        let (bias, residual) = (values(shape.channels[1], 3), values(shape.output_len(), 4));
        let g = short_values(shape.output_len(), 5);
        let mut expected = plain::convolve(&shape, &x, &w);
        for (n, y) in expected.iter_mut().enumerate() {
            *y += f64::from(bias[n % bias.len()]) + f64::from(residual[n]);
            if relu { *y = y.max(0.0); }
        }
        let (of_x, of_w) = plain::gradients(&shape, &x, &w, &g);
        for isa in Isa::available_in_bf16() {
            let finish = Finish { bias: Some(&bias), residual: Some(&residual), nonlinearity: nonlinearity(relu) };
            assert_close(&convolve(isa, &shape, &x, &w, finish), &expected, isa);
            assert_close(&input_gradient(isa, &shape, &w, &g), &of_x, isa);
            assert_close(&weight_gradient(isa, &shape, &x, &g), &of_w, isa);
        }
    }

    #[test]
    fn a_transposed_convolution_of_exact_bf16_numbers_is_the_same_in_bf16(
        batch in 1usize..4, h in 1usize..9, w in 1usize..9, c_in in 1usize..40, c_out in 1usize..40,
    ) {
        check_transposed([batch, h, w, c_in], c_out, &Isa::available_in_bf16(), short_values);
    }
}

#[test]
fn bf16_rounds_factors_and_not_sums() {
    let shape = ConvShape {
        batch: 1,
        input: [1, 1],
        channels: [2, 1],
        kernel: [1, 1],
        stride: 1,
        padding: 0,
    };
    // 1 + 2^-8 is half way between two bf16 numbers and is rounded to 1; the sum 256 + 1 needs nine bits.
    for isa in Isa::available_in_bf16() {
        assert_eq!(
            convolve(
                isa,
                &shape,
                &[1.0 + 1.0 / 256.0, 1.0],
                &[256.0, 1.0],
                Finish::default()
            ),
            [257.0]
        );
    }
}

#[test]
fn empty_inputs_give_empty_outputs() {
    let shape = ConvShape {
        batch: 0,
        input: [4, 4],
        channels: [3, 2],
        kernel: [3, 3],
        stride: 1,
        padding: 1,
    };
    for isa in Isa::available()
        .into_iter()
        .flat_map(|isa| [isa, isa.in_bf16()])
    {
        assert!(convolve(isa, &shape, &[], &values(54, 1), Finish::default()).is_empty());
        assert!(input_gradient(isa, &shape, &values(54, 1), &[]).is_empty());
        assert_eq!(weight_gradient(isa, &shape, &[], &[]), [0.0; 54]);
        assert_eq!(bias_gradient(isa, &[], 2), [0.0; 2]);
    }
    let small = ConvShape {
        batch: 1,
        input: [2, 2],
        channels: [1, 1],
        kernel: [5, 5],
        stride: 2,
        padding: 0,
    };
    assert_eq!(small.output(), [0, 0]);
    assert!(
        convolve(
            Isa::best(),
            &small,
            &[1.0; 4],
            &[1.0; 25],
            Finish::default()
        )
        .is_empty()
    );
}

#[test]
#[should_panic(expected = "another shape")]
fn a_slice_that_is_too_short_is_refused() {
    let shape = ConvShape {
        batch: 1,
        input: [4, 4],
        channels: [3, 2],
        kernel: [3, 3],
        stride: 1,
        padding: 1,
    };
    let _ = convolve(
        Isa::best(),
        &shape,
        &[0.0; 47],
        &[0.0; 54],
        Finish::default(),
    );
}

#[test]
fn results_do_not_depend_on_scheduling() {
    let shape = ConvShape {
        batch: 3,
        input: [33, 29],
        channels: [16, 24],
        kernel: [3, 3],
        stride: 1,
        padding: 1,
    };
    let (x, g) = (values(shape.input_len(), 1), values(shape.output_len(), 2));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .unwrap();
    let run = || pool.install(|| weight_gradient(Isa::best(), &shape, &x, &g));
    let first = run();
    for _ in 0..20 {
        assert!(run() == first);
    }
}
