//! Sums and rectifications, value by value, for the places where no other layer can do them in its own pass.

use rayon::prelude::*;

use super::buffer::{unwritten, written};

/// Values that one piece of work handles.
const PIECE: usize = 1 << 15;

/// A new vector of `f(a, b)` for each pair of values.
fn combine(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32 + Sync) -> Vec<f32> {
    assert_eq!(a.len(), b.len(), "images of two shapes");
    let mut out = unwritten(a.len());
    let inputs = a.par_chunks(PIECE).zip(b.par_chunks(PIECE));
    out.par_chunks_mut(PIECE)
        .zip(inputs)
        .for_each(|(out, (a, b))| {
            for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                out.write(f(*a, *b));
            }
        });
    // SAFETY: the pieces cover all three slices, which are of one length.
    unsafe { written(out) }
}

/// `a + b`, value by value.
///
/// # Panics
/// Where the slices differ in length.
pub fn add(a: &[f32], b: &[f32]) -> Vec<f32> {
    combine(a, b, |a, b| a + b)
}

/// Adds `b` to `a` in place.
///
/// # Panics
/// Where the slices differ in length.
pub fn add_to(a: &mut [f32], b: &[f32]) {
    assert_eq!(a.len(), b.len(), "images of two shapes");
    a.par_chunks_mut(PIECE)
        .zip(b.par_chunks(PIECE))
        .for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
}

/// `max(x, 0)`, value by value.
pub fn relu(x: &[f32]) -> Vec<f32> {
    combine(x, x, |x, _| if x > 0.0 { x } else { 0.0 })
}

/// The gradient of the input of a ReLU from its `output` and the gradient of that: the gradient where the output is
/// positive, 0 elsewhere.
///
/// # Panics
/// Where the slices differ in length.
pub fn relu_backward(output: &[f32], gradient: &[f32]) -> Vec<f32> {
    combine(output, gradient, |y, g| if y > 0.0 { g } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_added_and_rectified_one_by_one() {
        let (a, b) = ([1.0, -2.0, 3.0], [0.5, 0.5, -4.0]);
        assert_eq!(add(&a, &b), [1.5, -1.5, -1.0]);
        let mut sum = a;
        add_to(&mut sum, &b);
        assert_eq!(sum, [1.5, -1.5, -1.0]);
        assert_eq!(relu(&a), [1.0, 0.0, 3.0]);
        assert_eq!(relu_backward(&relu(&a), &b), [0.5, 0.0, -4.0]);
    }
}
