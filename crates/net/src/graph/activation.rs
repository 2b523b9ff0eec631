//! What makes probabilities of a network's output.

use rayon::prelude::*;

/// What makes probabilities of a network's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Each class for itself, between 0 and 1.
    Sigmoid,
    /// The classes of a pixel add up to 1.
    Softmax,
}

impl Activation {
    /// Changes `[pixels][classes]` in place. What is infinite has overflown, and gives no probability but NaN.
    pub fn apply(self, values: &mut [f32], classes: usize) {
        match self {
            Self::Sigmoid => values.iter_mut().for_each(|v| {
                *v = if v.is_finite() {
                    1.0 / (1.0 + (-*v).exp())
                } else {
                    f32::NAN
                };
            }),
            Self::Softmax => values.chunks_exact_mut(classes).for_each(|pixel| {
                let largest = pixel.iter().copied().fold(f32::MIN, f32::max);
                let mut total = 0.0;
                for v in pixel.iter_mut() {
                    *v = (*v - largest).exp();
                    total += *v;
                }
                pixel.iter_mut().for_each(|v| *v /= total);
            }),
        }
    }

    /// Puts the gradient of the input in the place of that of the `output`, both `[pixels][classes]`.
    pub fn backward(self, output: &[f32], gradient: &mut [f32], classes: usize) {
        let pixels = output
            .chunks_exact(classes)
            .zip(gradient.chunks_exact_mut(classes));
        for (p, g) in pixels {
            let mean = match self {
                Self::Sigmoid => None,
                Self::Softmax => Some(p.iter().zip(&*g).map(|(p, g)| p * g).sum::<f32>()),
            };
            for (p, g) in p.iter().zip(g) {
                *g = mean.map_or_else(|| p * (1.0 - p) * *g, |mean| p * (*g - mean));
            }
        }
    }

    /// Divides the logarithms of probabilities `[pixels][classes]` by a temperature, or for classes each for itself
    /// those of their odds: what applying the activation to divided numbers would have given.
    pub fn temper(self, probabilities: &mut [f32], classes: usize, temperature: f32) {
        let power = temperature.recip();
        if power == 1.0 {
            return;
        }
        probabilities
            .par_chunks_exact_mut(classes)
            .for_each(|pixel| match self {
                Self::Sigmoid => {
                    pixel.iter_mut().for_each(|p| {
                        *p = p.powf(power) / (p.powf(power) + (1.0 - *p).powf(power));
                    });
                }
                Self::Softmax => {
                    pixel.iter_mut().for_each(|p| *p = p.powf(power));
                    let total: f32 = pixel.iter().sum();
                    pixel.iter_mut().for_each(|p| *p /= total);
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tempered_probabilities_are_those_of_divided_numbers() {
        let numbers = [1.0, -2.0, 0.5, 0.0, 3.0, -1.0];
        for activation in [Activation::Sigmoid, Activation::Softmax] {
            let of = |divisor: f32| {
                let mut values = numbers.map(|v| v / divisor);
                activation.apply(&mut values, 3);
                values
            };
            let mut tempered = of(1.0);
            activation.temper(&mut tempered, 3, 1.8);
            assert!(
                tempered
                    .iter()
                    .zip(of(1.8))
                    .all(|(a, b)| (a - b).abs() < 1e-6),
                "{activation:?}: {tempered:?}"
            );
        }
    }
}
