//! Element-wise addition and ReLU, for places where no other layer can do them in its own pass.

use rayon::prelude::*;

use crate::memory::{assume_init, uninit};

/// Values of a task.
const TASK: usize = 1 << 15;

/// A new vector of `f(a, b)` for each pair of values.
fn combine(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32 + Sync) -> Vec<f32> {
    assert_eq!(a.len(), b.len(), "images of different shapes");
    let mut out = uninit(a.len());
    let inputs = a.par_chunks(TASK).zip(b.par_chunks(TASK));
    out.par_chunks_mut(TASK)
        .zip(inputs)
        .for_each(|(out, (a, b))| {
            for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                out.write(f(*a, *b));
            }
        });
    // SAFETY: the tasks cover all three slices, which have the same length.
    unsafe { assume_init(out) }
}

/// `a + b`, element by element.
///
/// ```
/// use myops_kernels::{add, relu};
///
/// assert_eq!(relu(&add(&[1.0, 2.0], &[0.5, -3.0])), [1.5, 0.0]);
/// ```
///
/// # Panics
/// If the slices differ in length.
pub fn add(a: &[f32], b: &[f32]) -> Vec<f32> {
    combine(a, b, |a, b| a + b)
}

/// Adds `b` to `a` in place.
///
/// # Panics
/// If the slices differ in length.
pub fn add_to(a: &mut [f32], b: &[f32]) {
    assert_eq!(a.len(), b.len(), "images of different shapes");
    a.par_chunks_mut(TASK)
        .zip(b.par_chunks(TASK))
        .for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
}

/// `max(x, 0)`, element by element.
pub fn relu(x: &[f32]) -> Vec<f32> {
    combine(x, x, |x, _| if x > 0.0 { x } else { 0.0 })
}

/// The gradient of the input of a ReLU, from its `output` and the `gradient` of the output: `gradient` where the output is
/// positive, 0 elsewhere.
///
/// # Panics
/// If the slices differ in length.
pub fn relu_backward(output: &[f32], gradient: &[f32]) -> Vec<f32> {
    combine(output, gradient, |y, g| if y > 0.0 { g } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addition_and_relu_are_element_wise() {
        let (a, b) = ([1.0, -2.0, 3.0], [0.5, 0.5, -4.0]);
        assert_eq!(add(&a, &b), [1.5, -1.5, -1.0]);
        let mut sum = a;
        add_to(&mut sum, &b);
        assert_eq!(sum, [1.5, -1.5, -1.0]);
        assert_eq!(relu(&a), [1.0, 0.0, 3.0]);
        assert_eq!(relu_backward(&relu(&a), &b), [0.5, 0.0, -4.0]);
    }
}
