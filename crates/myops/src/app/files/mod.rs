//! Folders and files that results go into: locks, refusals to overwrite inputs, fingerprints of files.

pub(crate) mod archive;
mod error;
pub(crate) mod fingerprint;
pub(crate) mod folder;
pub(crate) mod guard;
pub(crate) mod lock;
mod owner;

pub use error::FolderError;
pub use fingerprint::{Fingerprint, Fingerprints};
pub use owner::Owner;

pub(crate) use folder::OutputFolder;
