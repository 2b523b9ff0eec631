//! Scar, edema, myocardium and blood pools in three-sequence cardiac MR: segmented, measured, reported.
//!
//! The stages, in the order in which data pass them: [`image`] reads and prepares a case, and [`dicom`] one
//! that comes as DICOM; [`segment`] labels it, with
//! the networks of [`net`] on the CPU of [`kernels`]; [`measure`] scores the labels and quantifies what they mean;
//! [`report`] writes pages and tables. [`train`] trains the networks, and [`device`] names what they run on.
//!
//! [`app`] holds the jobs that join the stages: a folder of cases segmented, a network trained, and so on. [`cli`] is
//! the command line over these jobs.

// Blank lines keep the order of the pipeline.
pub use myops_settings as settings;

pub use myops_image as image;

pub use myops_dicom as dicom;

pub use myops_kernels as kernels;

pub use myops_net as net;

pub use myops_segment as segment;

pub use myops_measure as measure;

pub use myops_report as report;

pub use myops_train as train;

pub mod device;

pub mod app;

pub mod cli;

pub use app::{
    AugmentJob, CrossValidateJob, DemoJob, EnsembleJob, Error, EvaluateJob, ExportJob, ImportJob,
    InspectJob, Model, PhantomJob, Progress, QuantifyJob, SegmentJob, Silent, TrainJob,
};

/// The examples of the README, compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
