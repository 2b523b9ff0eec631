//! The transforms of F(2x2, 3x3) along one axis (Lavin & Gray, CVPR 2016, section 4.1).

use crate::lanes::Lanes;

/// Pixels along a side of an input square.
pub const SIDE: usize = 4;
/// Pixels along a side of an output square.
pub const STEP: usize = 2;
/// Positions in a transformed square.
pub const POSITIONS: usize = SIDE * SIDE;

/// `G` times three weights, with the rows 1 0 0, 1/2 1/2 1/2, 1/2 -1/2 1/2, 0 0 1.
///
/// # Safety
/// The processor has the instruction set of `L`.
#[inline(always)]
pub unsafe fn transform_filter<L: Lanes>([a, b, c]: [L; 3]) -> [L; SIDE] {
    // SAFETY: the caller guarantees the instruction set.
    unsafe {
        let half = L::splat(0.5);
        let (outer, inner) = (a.add(c).mul(half), b.mul(half));
        [a, outer.add(inner), outer.sub(inner), c]
    }
}

/// `B'` times four pixels, with the rows 1 0 -1 0, 0 1 1 0, 0 -1 1 0, 0 1 0 -1.
///
/// # Safety
/// The processor has the instruction set of `L`.
#[inline(always)]
pub unsafe fn transform_input<L: Lanes>([a, b, c, d]: [L; SIDE]) -> [L; SIDE] {
    // SAFETY: the caller guarantees the instruction set.
    unsafe { [a.sub(c), b.add(c), c.sub(b), b.sub(d)] }
}

/// `A'` times four products, with the rows 1 1 1 0, 0 1 -1 -1.
///
/// # Safety
/// The processor has the instruction set of `L`.
#[inline(always)]
pub unsafe fn transform_output<L: Lanes>([a, b, c, d]: [L; SIDE]) -> [L; STEP] {
    // SAFETY: the caller guarantees the instruction set.
    unsafe { [a.add(b).add(c), b.sub(c).sub(d)] }
}
