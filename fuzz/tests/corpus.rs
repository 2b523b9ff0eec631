//! No file of the corpus fails, those included that failed once.

use std::process::Command;

#[test]
fn no_file_of_the_corpus_fails() {
    let out = std::env::temp_dir().join(format!("myops-fuzz-{}", std::process::id()));
    let program = env!("CARGO_BIN_EXE_myops-fuzz");
    let output = Command::new(program)
        .args(["--inputs", "0", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    std::fs::remove_dir_all(out).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
