//! How the weights of a layer are drawn before training.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// How the weights of a layer are drawn before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialiser {
    /// Uniform in ± sqrt(6 / (fan in + fan out)) (Glorot & Bengio, AISTATS 2010): Keras' default.
    GlorotUniform,
    /// Normal of variance 2 / fan in, cut at two standard deviations (He et al., ICCV 2015).
    HeNormal,
}

impl Initialiser {
    /// Draws weights of shape `[kh, kw, c_in, c_out]`.
    pub(super) fn draw(self, shape: &[usize], rng: &mut ChaCha8Rng) -> Vec<f32> {
        let &[kh, kw, c_in, c_out] = shape else {
            return Vec::new();
        };
        let (fan_in, fan_out) = ((kh * kw * c_in) as f32, (kh * kw * c_out) as f32);
        let draw_one: &mut dyn FnMut() -> f32 = match self {
            Self::GlorotUniform => {
                let bound = (6.0 / (fan_in + fan_out)).sqrt();
                &mut move || rng.random_range(-bound..bound)
            }
            Self::HeNormal => {
                // A normal cut at two standard deviations keeps 0.8796 of its standard deviation.
                let deviation = (2.0 / fan_in).sqrt() / 0.879_625_7;
                &mut move || loop {
                    let z: f32 = rng.sample(rand_distr::StandardNormal);
                    if z.abs() <= 2.0 {
                        break z * deviation;
                    }
                }
            }
        };
        (0..shape.iter().product()).map(|_| draw_one()).collect()
    }
}
