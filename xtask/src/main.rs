//! The project's own checks: `cargo xtask ci`, `cargo xtask layers`, `cargo xtask bench`.

mod bench;
mod layers;
mod steps;

use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("ci") => steps::ci(),
        Some("bench") => bench::run(),
        Some("layers") => layers::check(),
        _ => Err("usage: cargo xtask ci|layers|bench".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
