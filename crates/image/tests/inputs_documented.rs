//! The words for sequences in the documentation are those of the program.

use myops_image::role::documented;
use myops_image::sequence::Sequence;

/// `MYOPS_UPDATE_DOCS=1` with this test writes them again.
#[test]
fn the_table_of_words_is_that_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/inputs.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for sequence in Sequence::ALL {
        let line = lines
            .iter_mut()
            .find(|line| line.starts_with(&format!("| {sequence} |")))
            .unwrap();
        let words: Vec<String> = documented(sequence)
            .iter()
            .map(|w| format!("`{w}`"))
            .collect();
        let mut cells: Vec<String> = line.split('|').map(str::to_owned).collect();
        cells[2] = format!(" {} ", words.join(", "));
        *line = cells.join("|");
    }
    let expected = lines.join("\n") + "\n";
    if std::env::var_os("MYOPS_UPDATE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(text, expected);
}
