//! Which module may use which: modules use lower floors only, and the files of a crate do not use each other in circles.

mod circles;
mod floors;

use crate::source::Tree;

/// Finds all offences against the floors, and all circles between files.
pub fn check(tree: &Tree, floors: &[&[&str]]) -> Vec<String> {
    let mut offences = floors::check(tree, floors);
    offences.extend(circles::check(tree));
    offences
}

#[cfg(test)]
mod tests;
