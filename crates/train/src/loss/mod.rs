//! What training makes small, and how it changes with the network's output.
//!
//! Both are computed here, from numbers: at full resolution every pass of tensors over `[N, H, W, labels]` costs as
//! much as a convolution, and a loss written with tensors makes dozens. Everything that Dice needs is in the
//! `Confusion` of one pass; a second pass makes the gradient.

mod confusion;
mod gradient;
mod objective;
mod value;

pub use objective::{Loss, Objective, PathologyLoss};
pub use value::LossValue;

#[cfg(test)]
mod tests;
