//! The source files of the workspace and the module tree of each crate under `crates/`.

mod mentions;
mod read;
mod resolve;
mod tests_only;
mod tokens;
mod tree;

pub use mentions::{Mention, Via, attributes};
pub use read::{Files, is_source, workspace};
pub use resolve::Target;
pub use tests_only::is_test_only;
pub use tree::{Module, ModuleId, Tree};
