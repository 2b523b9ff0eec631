//! Batch scripts for Slurm: an array of tasks that need not know of one another, and a job that follows when all have ended.
//!
//! [`of_plan`] writes them for the shards of a plan, [`of_trainings`] for the trainings of cross-validations. They are ordinary shell
//! scripts: resources are in their first lines, and options of `sbatch` go before these.

mod error;
mod plan;
mod quote;
mod script;
mod train;

pub use error::SlurmError;
pub use plan::of_plan;
pub use script::{Condition, Scripts};
pub use train::of_trainings;
