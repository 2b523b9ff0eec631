//! The `myops` program.

fn main() {}
