//! Trains a network in the folder of a run, resumable to the same bits.
//!
//! ```
//! use std::time::SystemTime;
//! use myops::app::{Model, PhantomJob, Silent, TrainJob};
//! use myops::device::DeviceChoice;
//! use myops::net::model::Architecture;
//! use myops::train::TrainSettings;
//!
//! let place = tempfile::tempdir()?;
//! let (data, run) = (place.path().join("data"), place.path().join("run"));
//! PhantomJob { cases: 2, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let mut settings = TrainSettings::published(Architecture::Unet);
//! (settings.epochs, settings.model.width, settings.recipe.preprocess.size) = (1, 1, 32);
//! let job = TrainJob { settings, ..TrainJob::new(&data, &run, SystemTime::now) };
//! let network = job.run(&Silent)?;
//! Model::open(&network.to_string_lossy(), DeviceChoice::Cpu)?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod curves;
mod fit;
mod job;
pub(crate) mod run_folder;
pub(crate) mod split;
mod tensorboard;

pub use job::TrainJob;
pub use run_folder::Resume;
pub use split::SplitOptions;

pub(crate) use job::open;
