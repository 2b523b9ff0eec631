//! One table of speeds: ours and, where their Python packages are, the peers.

#![expect(clippy::print_stdout, reason = "the table is what is asked for")]

use std::collections::BTreeMap;
use std::process::Command;

/// Every engine is timed this many times, in turns, so that a disturbance hits all alike.
const ROUNDS: usize = 3;

/// What is timed: a title, the arguments of the example `speed`, and the peers' script with its arguments.
const ROWS: &[(&str, &[&str], &str, &[&str])] = &[
    (
        "RUNet inference, 1 slice",
        &["infer", "runet", "1"],
        "infer.py",
        &["--net", "runet", "--batch", "1"],
    ),
    (
        "RUNet inference, 5 slices",
        &["infer", "runet", "5"],
        "infer.py",
        &["--net", "runet", "--batch", "5"],
    ),
    (
        "U-Net inference, 1 slice",
        &["infer", "unet", "1"],
        "infer.py",
        &["--net", "unet", "--batch", "1"],
    ),
    (
        "RUNet training step, batch 8",
        &["train", "runet", "8"],
        "train_step.py",
        &["--precision", "f32"],
    ),
    (
        "the same in bf16",
        &["train", "runet", "8", "bf16"],
        "train_step.py",
        &["--precision", "bf16"],
    ),
];

/// The shortest time of an engine, and the most memory it held.
#[derive(Clone, Copy)]
struct Best {
    ms: f64,
    mib: Option<f64>,
}

/// Prints the table; `PEERS` names the folder of the peers' scripts, `PYTHON` the interpreter that has their packages.
pub fn run() -> Result<(), String> {
    let build = ["build", "--release", "--workspace", "--example", "speed"];
    let built = Command::new("cargo")
        .args(build)
        .status()
        .map_err(|e| format!("cargo: {e}"))?;
    if !built.success() {
        return Err("the example speed does not build".into());
    }
    let peers = std::env::var("PEERS").unwrap_or_else(|_| "../shared/peers".into());
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    println!(
        "| | engine | shortest, ms | ours / engine | peak memory, MiB |\n| --- | --- | --- | --- | --- |"
    );
    for (title, ours, script, arguments) in ROWS {
        let mut best = BTreeMap::new();
        for _ in 0..ROUNDS {
            time(
                Command::new("target/release/examples/speed").args(*ours),
                "ours",
                &mut best,
            )?;
            time(
                Command::new(&python)
                    .arg(format!("{peers}/{script}"))
                    .args(*arguments),
                "peer",
                &mut best,
            )?;
        }
        print_rows(title, &best);
    }
    Ok(())
}

/// Runs an engine and keeps the best of each that it reports; a peer that does not run is left out.
fn time(
    command: &mut Command,
    who: &str,
    best: &mut BTreeMap<(usize, String), Best>,
) -> Result<(), String> {
    let output = command.output();
    let text = match &output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout),
        _ if who == "peer" => return Ok(()),
        Ok(output) => return Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => return Err(error.to_string()),
    };
    for line in text.lines() {
        let Some(ms) = number(line, "min_ms") else {
            continue;
        };
        let name = ["engine", "precision"]
            .into_iter()
            .filter_map(|key| word(line, key))
            .collect::<Vec<_>>()
            .join(" ");
        // Ours come first.
        let entry = best
            .entry((usize::from(who != "ours"), name))
            .or_insert(Best { ms, mib: None });
        entry.ms = entry.ms.min(ms);
        entry.mib = number(line, "peak_rss_mib").or(entry.mib);
    }
    Ok(())
}

fn print_rows(title: &str, best: &BTreeMap<(usize, String), Best>) {
    let Some(ours) = best.values().next() else {
        return;
    };
    for ((_, engine), Best { ms, mib }) in best {
        let memory = mib.map_or(String::new(), |m| format!("{m:.0}"));
        println!(
            "| {title} | {engine} | {ms:.1} | {:.2} | {memory} |",
            ours.ms / ms
        );
    }
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{key}\": "))?;
    rest.split([',', '}']).next()
}

fn number(line: &str, key: &str) -> Option<f64> {
    value(line, key)?.parse().ok()
}

fn word<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    Some(value(line, key)?.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_is_read() {
        let line = r#"{"engine": "onnxruntime", "precision": "f32", "batch": 1, "min_ms": 21.7, "max_abs_error": 1e-4}"#;
        assert_eq!(
            (word(line, "engine"), number(line, "min_ms")),
            (Some("onnxruntime"), Some(21.7))
        );
        assert_eq!(number(line, "max_abs_error"), Some(1e-4));
        assert_eq!(number(line, "peak_rss_mib"), None);
    }
}
