//! One table of speeds: ours and, where their Python packages are, the peers.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table is what is asked for, and what it lacks"
)]

use std::collections::BTreeMap;
use std::process::Command;

/// Every engine is timed this many times, in turns, so that a disturbance hits all alike.
const ROUNDS: usize = 3;

/// What is timed: `infer` or `train`, the network, the slices at once and the precision.
const ROWS: &[[&str; 4]] = &[
    ["infer", "runet", "1", "f32"],
    ["infer", "runet", "5", "f32"],
    ["infer", "unet", "1", "f32"],
    ["infer", "runet", "1", "bf16"],
    ["infer", "runet", "5", "bf16"],
    ["infer", "unet", "1", "bf16"],
    ["train", "runet", "8", "f32"],
    ["train", "runet", "8", "bf16"],
];

/// The example that times our engine.
const SPEED: &str = "target/release/examples/speed";

/// The shortest time of an engine, the shortest median of its rounds, and the most memory it held.
#[derive(Clone, Copy)]
struct Best {
    ms: f64,
    median: f64,
    mib: Option<f64>,
}

/// Prints the table. `PYTHON` names an interpreter with the packages of `benches/requirements.txt`; engines that it does not
/// have are left out.
pub fn run() -> Result<(), String> {
    let build = [
        "build",
        "--release",
        "--workspace",
        "--exclude",
        "myops-gpu",
        "--example",
        "speed",
    ];
    let built = Command::new("cargo")
        .args(build)
        .status()
        .map_err(|e| format!("cargo: {e}"))?;
    if !built.success() {
        return Err("the example speed does not build".into());
    }
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{}, {threads} threads\n", processor());
    println!(
        "| | engine | shortest, ms | median, ms | ours / engine, shortest | peak memory, MiB |\n\
         | --- | --- | --- | --- | --- | --- |"
    );
    for row @ [what, network, slices, precision] in ROWS {
        let onnx = format!("target/{network}.onnx");
        let mut best = BTreeMap::new();
        time(
            Command::new(SPEED).args(["onnx", network, &onnx]),
            "ours",
            &mut best,
        )?;
        for _ in 0..ROUNDS {
            time(Command::new(SPEED).args(row), "ours", &mut best)?;
            time(
                Command::new(&python)
                    .args(["benches/peers.py", what, &onnx])
                    .args(["--slices", slices, "--precision", precision])
                    .args(["--threads", &threads.to_string()]),
                "peer",
                &mut best,
            )?;
        }
        print_rows(&row.join(" "), &best);
    }
    Ok(())
}

/// The name of the processor, where the system tells it.
fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = told
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    name.map_or("unknown processor", |name| {
        name.trim_start_matches([' ', '\t', ':'])
    })
    .into()
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
        _ if who == "peer" => {
            let why = output.map_or_else(
                |error| error.to_string(),
                |output| String::from_utf8_lossy(&output.stderr).into_owned(),
            );
            eprintln!("left out: {}", why.lines().last().unwrap_or_default());
            return Ok(());
        }
        Ok(output) => return Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => return Err(error.to_string()),
    };
    for line in text.lines() {
        let (Some(ms), Some(median)) = (number(line, "min_ms"), number(line, "median_ms")) else {
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
            .or_insert(Best {
                ms,
                median,
                mib: None,
            });
        (entry.ms, entry.median) = (entry.ms.min(ms), entry.median.min(median));
        entry.mib = number(line, "peak_rss_mib").or(entry.mib);
    }
    Ok(())
}

fn print_rows(title: &str, best: &BTreeMap<(usize, String), Best>) {
    let Some(ours) = best.values().next() else {
        return;
    };
    for ((_, engine), Best { ms, median, mib }) in best {
        let memory = mib.map_or(String::new(), |m| format!("{m:.0}"));
        println!(
            "| {title} | {engine} | {ms:.1} | {median:.1} | {:.2} | {memory} |",
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
