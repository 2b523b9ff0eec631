//! Tables of settings: bounds that are checked, values that can be off, and an explanation of every key.
//!
//! [`settings!`] declares a table once; serde, the checks and the printed explanations all follow from it.
//!
//! ```
//! use myops_settings::{Setting, Switch, explain, settings};
//!
//! settings! {
//!     /// How gradients are used.
//!     #[derive(serde::Serialize, serde::Deserialize)]
//!     pub struct Descent {
//!         /// Largest learning rate.
//!         #[within(1e-9, 10)]
//!         pub learning_rate: f64,
//!         /// Largest norm of the gradients of a step.
//!         #[within(0, 1e9)]
//!         pub clip_norm: Switch<f64>,
//!     }
//! }
//!
//! let descent = Descent { learning_rate: 50.0, clip_norm: Switch::Off };
//! let error = descent.check_all().unwrap_err();
//! assert_eq!(error.to_string(), "learning_rate = 50: need 0.000000001 to 10");
//! let keys = explain(&descent);
//! assert_eq!(keys["learning_rate"], "Largest learning rate. [0.000000001 to 10]");
//! assert_eq!(keys["clip_norm"], "Largest norm of the gradients of a step. [\"off\", or above 0 up to 1000000000]");
//! ```

mod bounds;
mod choice;
mod error;
mod setting;
mod switch;
mod table;

pub use bounds::Bounds;
pub use choice::variants;
pub use error::SettingsError;
pub use setting::{Explanations, Setting, explain};
#[doc(hidden)]
pub use setting::{path_of, with_values};
pub use switch::{Switch, zero_is_off};
