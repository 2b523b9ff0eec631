//! The program run as a user runs it, and what the stories share: places, patients, a trained network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a run of the program left.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A command line: words, and paths where they are needed.
pub fn command<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_myops"));
    command.args(arguments);
    command
}

/// Runs the program on a line of words without spaces in them.
pub fn myops(line: &str) -> Run {
    let output = command(line.split_whitespace()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace('\\', "/");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The same where nothing may go wrong; gives standard output.
pub fn done(line: &str) -> String {
    let run = myops(line);
    assert_eq!(run.code, 0, "myops {line}\n{}", run.err);
    run.out
}

/// The same where the program has to refuse; gives standard error.
pub fn refused(line: &str) -> String {
    let run = myops(line);
    assert_eq!(run.code, 1, "myops {line}\n{}", run.err);
    run.err
}

/// Merges a plan of which something is missing: `again` on standard output are the shards to run again. Gives standard error.
pub fn merged_in_part(plan: &str, again: &str) -> String {
    let merged = myops(&format!("merge {plan}"));
    assert_eq!(
        (merged.code, merged.out.as_str()),
        (1, again),
        "{}",
        merged.err
    );
    merged.err
}

/// Starts the program and kills it once `ready`.
pub fn killed_once(line: &str, ready: impl Fn() -> bool) {
    let mut child: Child = command(line.split_whitespace())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !ready() {
        assert!(
            start.elapsed() < Duration::from_mins(2),
            "myops {line}: not so far in two minutes"
        );
        assert!(
            child.try_wait().unwrap().is_none(),
            "myops {line}: ended before it was to be killed"
        );
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Starts the program and kills it after a while, unless it has ended.
pub fn killed_after(line: &str, delay: Duration) {
    let mut child = started(line);
    sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Starts the program; what it says is read at its end.
pub fn started(line: &str) -> Child {
    command(line.split_whitespace())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for a program to end.
pub fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// An empty folder of a story's own, as text for command lines.
pub fn place(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("stories")
        .join(name);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    let text = path.to_str().unwrap().replace('\\', "/");
    assert!(
        !text.contains(' '),
        "{text}: these stories need a path without spaces"
    );
    text
}

/// Four patients, drawn once for all stories; nobody changes them.
pub fn patients() -> &'static str {
    static PATIENTS: OnceLock<String> = OnceLock::new();
    PATIENTS.get_or_init(|| {
        let patients = place("patients");
        done(&format!("phantom --cases 4 --seed 5 --out {patients}"));
        patients
    })
}

/// A network trained for two epochs, once for all stories.
pub fn network() -> &'static str {
    static NETWORK: OnceLock<String> = OnceLock::new();
    NETWORK.get_or_init(|| {
        let run = place("network") + "/run";
        done(&format!(
            "train {} --config {} --out {run}",
            patients(),
            tiny_settings()
        ));
        run
    })
}

/// A settings file for a network that trains in a second.
pub fn tiny_settings() -> &'static str {
    static SETTINGS: OnceLock<String> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let file = place("settings") + "/tiny.toml";
        let text = "epochs = 2\nbatch_size = 4\n[model]\narchitecture = \"runet\"\nwidth = 4\n[recipe.preprocess]\nsize = 64\n";
        fs::write(&file, text).unwrap();
        file
    })
}

/// The names of what lies in a folder, sorted.
pub fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The names of the folders in a folder, sorted: the cases among results.
pub fn cases(folder: &str) -> Vec<String> {
    names(folder)
        .into_iter()
        .filter(|name| Path::new(folder).join(name).is_dir())
        .collect()
}

/// The bytes of a file.
pub fn bytes(file: impl AsRef<Path>) -> Vec<u8> {
    fs::read(file.as_ref()).unwrap_or_else(|e| panic!("{}: {e}", file.as_ref().display()))
}

/// What a JSON file says.
pub fn json(file: impl AsRef<Path>) -> serde_json::Value {
    serde_json::from_slice(&bytes(file)).unwrap()
}

/// The bytes of every file of a folder and of the folders in it, by its path in it.
pub fn contents(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for name in names(folder) {
        let path = format!("{folder}/{name}");
        if Path::new(&path).is_dir() {
            files.extend(
                contents(&path)
                    .into_iter()
                    .map(|(file, bytes)| (format!("{name}/{file}"), bytes)),
            );
        } else {
            files.insert(name, bytes(path));
        }
    }
    files
}

/// Copies a folder and the folders in it.
pub fn copy(from: impl AsRef<Path>, to: impl Into<PathBuf>) {
    let to = to.into();
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(path, target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}

/// The reference labels of a phantom.
pub fn reference(number: u32) -> String {
    format!(
        "{}/phantom-00{number}/phantom-00{number}_gd.nii.gz",
        patients()
    )
}

pub fn copy_file(from: impl AsRef<Path>, to: String) {
    fs::create_dir_all(Path::new(&to).parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// Copies the files of a phantom under names of their own.
pub fn copy_case(number: u32, suffixes: [(&str, &str); 4], to: &str) {
    for (suffix, name) in suffixes {
        copy_file(
            format!(
                "{}/phantom-00{number}/phantom-00{number}_{suffix}.nii.gz",
                patients()
            ),
            format!("{to}{name}.nii.gz"),
        );
    }
}

/// The usual names of the files of a case.
pub const SAME: [(&str, &str); 4] = [("C0", "_C0"), ("LGE", "_LGE"), ("T2", "_T2"), ("gd", "_gd")];
