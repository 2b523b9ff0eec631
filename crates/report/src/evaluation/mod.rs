//! An evaluation told as table, CSV and pictures.

mod comparison;
mod pictures;
mod rows;
mod table;

pub use comparison::{comparison_csv, comparison_table};
pub use pictures::{dice_picture, difference_picture, hd95_picture, scar_volume_picture};
pub use rows::{scores_csv, summary_csv};
pub use table::table;
