//! A network run over the slices of one case.

use myops_image::preprocess::Prepared;

use super::flips::Mirror;
use super::probabilities::{NotANumber, RawProbabilities};
use myops_net::engine::{Device, Image, Predict};
use myops_net::model::ModelSettings;
use myops_net::weights::{Weights, WeightsError};

/// Pixels that pass through a network at once: enough for every core, few enough for the caches and for memory.
const BATCH_PIXELS: usize = 1 << 16;

/// A network that gives the probabilities of prepared images.
#[derive(Debug)]
pub struct Predictor {
    settings: ModelSettings,
    network: Box<dyn Predict>,
}

impl Predictor {
    /// Puts weights into a network.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn new(
        settings: ModelSettings,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let network = device.predictor(&settings.probability_graph(), weights)?;
        Ok(Self { settings, network })
    }

    /// What the sides of images have to be a multiple of, pixels.
    pub fn side_multiple(&self) -> usize {
        self.settings.architecture.side_multiple()
    }

    /// The probability of each label in each pixel, `[slice][row][column][label]`: the mean over mirrored images.
    ///
    /// # Errors
    /// Where one is not a number, since the network's sums have become too large.
    pub fn probabilities(
        &self,
        input: &Prepared,
        passes: &[Mirror],
    ) -> Result<RawProbabilities, NotANumber> {
        let Prepared {
            slices,
            size,
            channels,
            ..
        } = *input;
        let (pixels, classes) = (size * size, self.settings.classes);
        let at_once = (BATCH_PIXELS / pixels).max(1);
        let mut mean = vec![0.0; slices * pixels * classes];
        let share = 1.0 / passes.len() as f32;
        for mirror in passes {
            let sums = mean.chunks_mut(at_once * pixels * classes);
            for (images, sums) in input.data.chunks(at_once * pixels * channels).zip(sums) {
                let n = images.len() / (pixels * channels);
                let p = self.batch(mirror.apply(images, [n, size, size, channels]), size);
                let p = mirror.apply(&p, [n, size, size, classes]);
                sums.iter_mut()
                    .zip(p)
                    .for_each(|(sum, p)| *sum += p * share);
            }
        }
        RawProbabilities::new(mean)
    }

    /// The probabilities of images `[n][size][size][channels]`.
    fn batch(&self, values: Vec<f32>, size: usize) -> Vec<f32> {
        let channels = self.settings.inputs;
        let dims = [
            values.len() / (size * size * channels),
            size,
            size,
            channels,
        ];
        // On a thread of the pool, the kernels' pieces start without waking one.
        rayon::scope(|_| self.network.run(Image { dims, values }).values)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Flips;
    use myops_net::engine::Cpu;
    use myops_net::model::Architecture;

    const SIZE: usize = 16;

    fn input(mirror: impl Fn(usize, usize) -> (usize, usize)) -> Prepared {
        let value = |s: usize, r: usize, c: usize, n: usize| {
            ((s * 7 + r * 5 + c * 3 + n * 11) % 13) as f32 / 6.0 - 1.0
        };
        let mut data = Vec::new();
        for s in 0..3 {
            for r in 0..SIZE {
                for c in 0..SIZE {
                    let (r, c) = mirror(r, c);
                    data.extend((0..3).map(|n| value(s, r, c, n)));
                }
            }
        }
        Prepared {
            slices: 3,
            size: SIZE,
            channels: 3,
            data,
        }
    }

    #[test]
    fn a_mirrored_image_gives_the_mirrored_mean() {
        let settings = ModelSettings {
            width: 4,
            ..ModelSettings::published(Architecture::Nested)
        };
        let device: Device = Arc::new(Cpu::default());
        let weights = Weights::drawn(&settings.graph(), 3);
        let network = Predictor::new(settings, &weights, &device).unwrap();
        let (plain, turned) = (
            input(|r, c| (r, c)),
            input(|r, c| (SIZE - 1 - r, SIZE - 1 - c)),
        );
        for (flips, same) in [(Flips::None, false), (Flips::Both, true)] {
            let [a, b] = [&plain, &turned].map(|input| {
                let found = network.probabilities(input, flips.mirrors(0, 1));
                found.unwrap().values().to_vec()
            });
            assert_eq!(a.len(), 3 * SIZE * SIZE * 6);
            let back = |s: usize, r: usize, c: usize| {
                &b[((s * SIZE + SIZE - 1 - r) * SIZE + SIZE - 1 - c) * 6..][..6]
            };
            let mirrored = a.chunks_exact(6).enumerate().all(|(n, p)| {
                let q = back(n / SIZE / SIZE, n / SIZE % SIZE, n % SIZE);
                p.iter().zip(q).all(|(p, q)| (p - q).abs() < 1e-5)
            });
            assert_eq!(mirrored, same, "{flips:?}");
        }
    }

    #[test]
    fn weights_whose_sums_overflow_give_no_probabilities() {
        let device: Device = Arc::new(Cpu::default());
        for (architecture, size) in [
            (Architecture::Nested, 16),
            (Architecture::Unet, 16),
            (Architecture::Runet, 32),
        ] {
            let settings = ModelSettings {
                width: 4,
                ..ModelSettings::published(architecture)
            };
            let input = Prepared {
                slices: 1,
                size,
                channels: 3,
                data: vec![1.0; size * size * 3],
            };
            let drawn = Weights::drawn(&settings.graph(), 3);
            let passes = Flips::None.mirrors(0, 1);
            for (path, weight) in drawn.iter().filter(|(path, _)| path.ends_with("weight")) {
                let mut weights = drawn.clone();
                let values = vec![1e38; weight.values.len()];
                weights.insert(
                    path,
                    myops_net::weights::Weight {
                        shape: weight.shape.clone(),
                        values,
                    },
                );
                let network = Predictor::new(settings, &weights, &device).unwrap();
                match network.probabilities(&input, passes) {
                    Err(NotANumber) => {}
                    Ok(p) => assert!(p.values().iter().all(|p| p.is_finite()), "{path}"),
                }
            }
            let mut weights = drawn.clone();
            for path in ["head.weight", "head.bias"] {
                let head = drawn.get(path).unwrap();
                let values = vec![f32::MAX; head.values.len()];
                weights.insert(
                    path,
                    myops_net::weights::Weight {
                        shape: head.shape.clone(),
                        values,
                    },
                );
            }
            let network = Predictor::new(settings, &weights, &device).unwrap();
            assert!(
                network.probabilities(&input, passes).is_err(),
                "{architecture:?}"
            );
        }
    }
}
