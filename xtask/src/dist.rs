//! The files of a release: the program for any `x86_64` Linux since glibc 2.17 (2012), and a Python wheel that holds it.
//!
//! Only the last link decides which glibc a program needs. So everything is compiled as for tests and runs, and linked by zig, which
//! knows the symbols of every version of glibc.

#![expect(clippy::print_stdout, reason = "what was written is reported")]

use std::fs;
use std::path::Path;

use crate::cargo;

/// What links the program.
const LINKER: &str = "scripts/link_for_glibc_2.17.sh";
/// Where the files are written.
const FOLDER: &str = "target/dist";
/// Commands that have to work, and the Python packages that bring them.
const TOOLS: [(&[&str], &str); 3] = [
    (&["cargo-zigbuild", "--version"], "cargo-zigbuild"),
    (&["python3", "-m", "ziglang", "version"], "ziglang"),
    (&["python3", "-m", "wheel", "version"], "wheel"),
];

/// Writes the program and the wheel.
///
/// # Errors
/// A missing tool, the command that failed, or the file that cannot be written.
pub fn build() -> Result<(), String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err("releases are built on x86_64 Linux".into());
    }
    find_tools()?;
    let program = link()?;
    let wheel = pack(&program)?;
    println!("{program}\n{wheel}");
    Ok(())
}

fn find_tools() -> Result<(), String> {
    let works = |command: &[&str]| cargo::output(command[0], &command[1..]).is_ok();
    let missing: Vec<&str> = TOOLS
        .iter()
        .filter(|(command, _)| !works(command))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(" ");
    Err(format!(
        "not found: {missing}\nhint: `pip install {missing}` in a virtual environment that is active"
    ))
}

/// Links the program without symbols against the oldest glibc; gives its path.
fn link() -> Result<String, String> {
    let linker = fs::canonicalize(LINKER).map_err(|e| format!("{LINKER}: {e}"))?;
    let linker = format!("linker={}", linker.display());
    let build = [
        "rustc",
        "--release",
        "--package",
        "myops",
        "--bin",
        "myops",
        "--",
        "-C",
        &linker,
        "-C",
        "strip=symbols",
    ];
    cargo::run("cargo", &build, &[])
        .map_err(|e| format!("{e}\nhint: C code compiled for a newer glibc cannot be linked; build with older headers"))?;
    let program = format!("{FOLDER}/myops");
    copy("target/release/myops", &program)?;
    Ok(program)
}

/// Packs the program into a wheel, from which `pip` installs it as a command; gives the wheel's path.
fn pack(program: &str) -> Result<String, String> {
    // Any Python on Linux with glibc 2.17 or later.
    const TAG: &str = "py3-none-manylinux2014_x86_64";
    let version = env!("CARGO_PKG_VERSION");
    let content = format!("{FOLDER}/wheel");
    if Path::new(&content).exists() {
        fs::remove_dir_all(&content).map_err(|e| format!("{content}: {e}"))?;
    }
    copy(
        program,
        &format!("{content}/myops-{version}.data/scripts/myops"),
    )?;
    let about = format!("{content}/myops-{version}.dist-info");
    let readme = fs::read_to_string("README.md").map_err(|e| format!("README.md: {e}"))?;
    let metadata = format!(
        "Metadata-Version: 2.1\nName: myops\nVersion: {version}\n\
         Summary: Labels scar, edema, myocardium and both blood pools in three-sequence cardiac MR\n\
         License: Apache-2.0\nLicense-File: LICENSE\nDescription-Content-Type: text/markdown\n\n{readme}"
    );
    write(&format!("{about}/METADATA"), &metadata)?;
    copy("LICENSE", &format!("{about}/LICENSE"))?;
    let format = format!(
        "Wheel-Version: 1.0\nGenerator: cargo xtask dist\nRoot-Is-Purelib: false\nTag: {TAG}\n"
    );
    write(&format!("{about}/WHEEL"), &format)?;
    let pack = ["-m", "wheel", "pack", &content, "--dest-dir", FOLDER];
    cargo::run("python3", &pack, &[])?;
    Ok(format!("{FOLDER}/myops-{version}-{TAG}.whl"))
}

fn write(path: &str, text: &str) -> Result<(), String> {
    make_folder_of(path)?;
    fs::write(path, text).map_err(|e| format!("{path}: {e}"))
}

fn copy(from: &str, to: &str) -> Result<(), String> {
    make_folder_of(to)?;
    let copied = fs::copy(from, to).map_err(|e| format!("{from}, copied to {to}: {e}"));
    copied.map(|_| ())
}

fn make_folder_of(path: &str) -> Result<(), String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))
}
