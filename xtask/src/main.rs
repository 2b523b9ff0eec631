//! The project's own checks: `cargo xtask ci`, `cargo xtask layers`, `cargo xtask builds`.

mod builds;
mod layers;
mod steps;

use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("ci") => steps::ci(),
        Some("layers") => layers::check(),
        Some("builds") => builds::check(),
        _ => Err("usage: cargo xtask ci|layers|builds".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
