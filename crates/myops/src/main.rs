//! The `myops` program.

use std::process::ExitCode;

// Large buffers are kept between steps instead of being given back to the system, which costs a training step a
// quarter of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    myops::cli::run()
}
