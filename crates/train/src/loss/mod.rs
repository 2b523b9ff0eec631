//! What training makes small, and how it changes with the network's output.
//!
//! Both are computed here, from numbers: at full resolution every pass of tensors over `[N, H, W, labels]` costs as
//! much as a convolution, and a loss written with tensors makes dozens. Everything that Dice needs is in the
//! `Confusion` of one pass; a second pass makes the gradient.
//!
//! ```
//! use myops_image::label::Label;
//! use myops_net::graph::Activation;
//! use myops_train::loss::{Loss, Objective, PathologyLoss};
//!
//! let objective = Objective {
//!     activation: Activation::Sigmoid,
//!     loss: Loss::SoftDice,
//!     pathology: PathologyLoss::default(),
//! };
//! let sure = vec![30.0, -30.0, -30.0, -30.0, -30.0, -30.0];
//! let right = objective.of(sure.clone(), &[Label::Background.into()]).loss;
//! let wrong = objective.of(sure, &[Label::Scar.into()]).loss;
//! assert!(right < 1e-6 && wrong > 0.3);
//! ```

mod confusion;
mod gradient;
mod objective;
mod value;

pub use objective::{Loss, Objective, PathologyLoss};
pub use value::LossValue;

#[cfg(test)]
mod tests;
