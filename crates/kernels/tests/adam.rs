//! Adam, compared with the algorithm of the paper in double precision.

mod plain;

use myops_kernels::{Adam, Isa};
use plain::{assert_close, values};

/// Algorithm 1 of the paper after the weight decay.
fn steps(weights: &[f32], gradients: &[Vec<f32>], adam: Adam) -> Vec<f64> {
    let one = |(at, weight): (usize, &f32)| {
        let (mut weight, mut mean, mut square) = (f64::from(*weight), 0.0, 0.0);
        for (t, gradient) in (1..).zip(gradients) {
            let gradient = f64::from(gradient[at]) * adam.gradient_factor;
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.999 * square + 0.001 * gradient * gradient;
            let [mean, square] = [
                mean / (1.0 - 0.9f64.powi(t)),
                square / (1.0 - 0.999f64.powi(t)),
            ];
            weight -= adam.learning_rate * adam.weight_decay * weight;
            weight -= adam.learning_rate * mean / (square.sqrt() + adam.epsilon);
        }
        weight
    };
    weights.iter().enumerate().map(one).collect()
}

#[test]
fn five_steps_equal_those_of_the_paper_on_every_instruction_set() {
    // More than a task, and not a multiple of a register.
    let n = 40_003;
    let before = values(n, 1);
    let gradients: Vec<Vec<f32>> = (2..7).map(|seed| values(n, seed)).collect();
    let adam = Adam {
        step: 0,
        learning_rate: 0.01,
        weight_decay: 0.1,
        epsilon: 1e-7,
        gradient_factor: 0.5,
    };
    let expected = steps(&before, &gradients, adam);
    for isa in Isa::available() {
        let (mut weights, mut mean, mut square) = (before.clone(), vec![0.0; n], vec![0.0; n]);
        for (step, gradient) in (1..).zip(&gradients) {
            Adam { step, ..adam }.update(isa, &mut weights, gradient, [&mut mean, &mut square]);
        }
        assert_close(&weights, &expected, isa);
    }
}

#[test]
fn the_first_step_has_the_size_of_the_learning_rate_for_any_gradient() {
    let adam = Adam {
        step: 1,
        learning_rate: 0.25,
        weight_decay: 0.0,
        epsilon: 1e-7,
        gradient_factor: 1.0,
    };
    let mut weights = [1.0, 1.0, 1.0];
    adam.update(
        Isa::best(),
        &mut weights,
        &[0.25, -4.0, 0.0],
        [&mut [0.0; 3], &mut [0.0; 3]],
    );
    assert_close(&weights, &[0.75, 1.25, 1.0], Isa::best());
}
