//! Every file of the corpus, those among them that failed once, is borne by what reads it.

use std::process::Command;

#[test]
fn the_corpus_is_borne() {
    let out = std::env::temp_dir().join(format!("myops-fuzz-{}", std::process::id()));
    let program = env!("CARGO_BIN_EXE_myops-fuzz");
    let output = Command::new(program).args(["--inputs", "0", "--out"]).arg(&out).output().unwrap();
    std::fs::remove_dir_all(out).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
