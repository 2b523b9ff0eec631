//! What a search passed over.

use myops_image::io::PassedOver;

use crate::app::note::Note;
use crate::app::progress::Progress;

/// Tells which files of images and labels a search passed over, where there are any.
pub fn tell_passed_over(files: Vec<PassedOver>, progress: &dyn Progress) {
    if !files.is_empty() {
        progress.message(&Note::PassedOver(files));
    }
}
