//! The network of a training that is not finished.

use std::path::PathBuf;

use myops_measure::finding::Finding;

/// The network in the folder of a training that is not finished. Its text says which file is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The folder.
    pub folder: PathBuf,
    /// Epochs trained so far, where the folder tells.
    pub done: Option<usize>,
    /// Epochs of the whole training.
    pub epochs: usize,
    /// The name of the network's file in the folder.
    pub file: &'static str,
}

impl Unfinished {
    /// What a reader of the labels of such a network has to know.
    pub fn finding(&self) -> Finding {
        Finding::UnfinishedTraining {
            done: self.done,
            epochs: self.epochs,
        }
    }
}

impl std::fmt::Display for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            folder,
            done,
            epochs,
            file,
        } = self;
        let done = done.map_or("an unknown epoch".into(), |done| format!("epoch {done}"));
        write!(
            f,
            "{}: the training is not finished (it stands at {done} of {epochs}); {file} is used",
            folder.display()
        )
    }
}
