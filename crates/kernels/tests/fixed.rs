//! Layers with fixed weights, compared with the same convolutions of weights that may change.

mod plain;

use myops_kernels::{
    ConvOptions, ConvShape, Finish, FixedConv, FixedTransposed, Image, Isa, Nonlinearity,
    UpsampledConv, convolve, transposed_convolve,
};
use plain::{assert_close, nonlinearity, values};
use proptest::prelude::*;

fn image(dims: [usize; 4], seed: u64) -> Image {
    Image {
        dims,
        values: values(dims.iter().product(), seed),
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

/// Every instruction set, in 32 bits and in bf16.
fn everywhere() -> impl Iterator<Item = Isa> {
    Isa::available()
        .into_iter()
        .flat_map(|isa| [isa, isa.in_bf16()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 60 }))]

    #[test]
    fn an_upsampled_convolution_equals_a_convolution_of_the_upsampled_image(n in 1usize..3, h in 1usize..9, w in 1usize..20, c_in in 1usize..20, c_out in 1usize..40, relu: bool) {
        // Numbers of few bits, whose sums bf16 represents exactly: otherwise rounded sums would differ from sums of rounded weights.
        let few_bits = |values: Vec<f32>| values.into_iter().map(|v| (8.0 * v).round() / 8.0).collect::<Vec<_>>();
        let mut x = image([n, h, w, c_in], 1);
        x.values = few_bits(x.values);
        let (weight, bias) = (few_bits(values(9 * c_in * c_out, 2)), values(c_out, 3));
        for isa in everywhere() {
            let step = ConvOptions { stride: 1, padding: 1 };
            let conv = FixedConv::new(isa, [3, 3, c_in, c_out], &weight, bias.clone(), step);
            let expected = conv.run(&x.upsampled(), None, nonlinearity(relu));
            let actual = UpsampledConv::new(isa, [c_in, c_out], &weight, bias.clone()).run(&x, nonlinearity(relu));
            prop_assert_eq!(actual.dims, expected.dims);
            assert_close(&actual.values, &wide(&expected.values), isa);
        }
    }

    #[test]
    fn packing_once_does_not_change_results(n in 1usize..3, h in 3usize..9, w in 3usize..9, c in 1usize..40, stride in 1usize..3) {
        let x = image([n, h, w, c], 1);
        let (weight, bias) = (values(9 * c * 20, 2), values(20, 3));
        let shape = ConvShape { batch: n, input: [h, w], channels: [c, 20], kernel: [3, 3], stride, padding: 1 };
        let [oh, ow] = shape.output();
        let residual = image([n, oh, ow, 20], 4);
        for isa in everywhere() {
            let finish = Finish { bias: Some(&bias), residual: Some(&residual.values), nonlinearity: Nonlinearity::Relu };
            let expected = convolve(isa, &shape, &x.values, &weight, finish);
            let fixed = FixedConv::new(isa, [3, 3, c, 20], &weight, bias.clone(), ConvOptions { stride, padding: 1 });
            prop_assert_eq!(fixed.run(&x, Some(&residual), Nonlinearity::Relu), Image { dims: [n, oh, ow, 20], values: expected });

            let weight = values(4 * c * 20, 5);
            let expected = transposed_convolve(isa, x.dims, &x.values, &weight, &bias);
            prop_assert_eq!(FixedTransposed::new(isa, [c, 20], &weight, bias.clone()).run(&x).values, expected);
        }
    }
}
