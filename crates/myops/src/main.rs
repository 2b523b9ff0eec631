//! The `myops` program.

use std::process::ExitCode;

use myops::kernels::allocator::{Allocator, keep_freed_memory};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    keep_freed_memory();
    myops::cli::run()
}
