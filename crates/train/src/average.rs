//! The average of a network over its last steps, which is steadier than the network itself.

use myops_net::weights::Weights;

/// An exponential moving average of weights and batch-norm statistics (Polyak & Juditsky, SIAM J. Control 1992).
#[derive(Debug, Clone, PartialEq)]
pub struct Average {
    /// The averaged network.
    pub weights: Weights,
    decay: f64,
}

impl Average {
    /// Starts with a network; of every step `decay` keeps that share of the average.
    pub fn new(weights: Weights, decay: f64) -> Self {
        Self { weights, decay }
    }

    /// Takes in the network after a step, counted from 0; the first steps count for more, so that the drawn weights
    /// are soon forgotten.
    pub fn add(&mut self, weights: &Weights, step: usize) {
        let step = step as f64;
        let decay = self.decay.min((1.0 + step) / (10.0 + step));
        self.weights.move_towards(weights, (1.0 - decay) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myops_net::weights::Weight;

    fn one(value: f32) -> Weights {
        let mut weights = Weights::default();
        weights.insert(
            "w",
            Weight {
                shape: vec![1],
                values: vec![value],
            },
        );
        weights
    }

    #[test]
    fn the_first_steps_count_for_more() {
        let mut average = Average::new(one(0.0), 0.5);
        // The decay is 1/10 in step 0, 2/11 in step 1, and one half from step 8 on.
        average.add(&one(1.0), 0);
        assert!((average.weights.get("w").unwrap().values[0] - 0.9).abs() < 1e-6);
        average.add(&one(0.0), 1);
        assert!((average.weights.get("w").unwrap().values[0] - 0.9 * 2.0 / 11.0).abs() < 1e-6);
        let mut average = Average::new(one(0.0), 0.5);
        average.add(&one(1.0), 100);
        assert_eq!(average.weights, one(0.5));
    }
}
