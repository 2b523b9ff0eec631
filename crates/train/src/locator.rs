//! How the small network that finds the heart is trained, as a settings file says it.

use myops_settings::settings;
use serde::{Deserialize, Serialize};

settings! {
    /// How the locator is trained: what it sees, and for how long.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct LocatorSettings {
        /// Passes over the training slices.
        #[within(1, 100_000)]
        pub epochs: usize,
        /// Slices in a batch.
        #[within(1, 1024)]
        pub batch_size: usize,
        /// Largest learning rate of Adam.
        #[within(1e-9, 10)]
        pub learning_rate: f64,
        /// Filters of the first level.
        #[within(1, 512)]
        pub width: usize,
        /// Height and width of the input around the centre of the image, pixels; a multiple of 16.
        pub size: usize,
        /// Pixel size of the input, mm.
        #[within(0.05, 50)]
        pub spacing_mm: f64,
    }
}

impl Default for LocatorSettings {
    fn default() -> Self {
        Self {
            epochs: 60,
            batch_size: 8,
            learning_rate: 3e-3,
            width: 8,
            size: 64,
            spacing_mm: 4.0,
        }
    }
}
