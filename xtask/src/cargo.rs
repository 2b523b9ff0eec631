//! Running cargo and other programs.

use std::process::Command;

/// Runs a program to its end, with its output on the terminal.
///
/// # Errors
/// The command in words, where it cannot be started or fails.
pub fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().copied());
    let status = command.status().map_err(|e| format!("{line}: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{line} failed"))
    }
}

/// What a program prints on standard output.
///
/// # Errors
/// The command in words and what it prints on standard error, where it cannot be started or fails.
pub fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let line = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|e| format!("{line}: {e}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        Err(format!("{line}: {error}"))
    }
}
