//! Each check of sizes on small made-up files.

use super::*;

/// The texts of the offences in one file.
fn offences(path: &str, text: &str) -> Vec<String> {
    let files = Files::from([(path.to_owned(), text.to_owned())]);
    check(&files)
}

fn lines(n: usize) -> String {
    "let x = 1;\n".repeat(n)
}

#[test]
fn a_file_of_more_than_400_lines_is_refused() {
    let path = "crates/a/src/lib.rs";
    assert!(offences(path, &"// x\n".repeat(400)).is_empty());
    assert_eq!(
        offences(path, &"// x\n".repeat(401)),
        ["crates/a/src/lib.rs: 401 lines (bound 400)"]
    );
}

#[test]
fn a_function_is_measured_from_its_signature_to_its_closing_brace() {
    let path = "crates/a/tests/story.rs";
    assert!(
        offences(
            path,
            &format!("/// Doc.\n#[test]\nfn f() {{\n{}}}", lines(58))
        )
        .is_empty()
    );
    assert_eq!(
        offences(
            path,
            &format!("/// Doc.\n#[test]\nfn f() {{\n{}}}", lines(59))
        ),
        ["crates/a/tests/story.rs:3: function f has 61 lines (bound 60)"]
    );
}

#[test]
fn methods_default_methods_inner_functions_and_functions_in_macros_are_measured() {
    let body = lines(60);
    for text in [
        format!("impl A {{ fn f(&self) {{\n{body}}} }}"),
        format!("trait A {{ fn f(&self) {{\n{body}}} }}"),
        format!("impl A for B {{ fn f(&self) {{\n{body}}} }}"),
        format!("proptest! {{ #[test] fn f(x in 0..3) {{\n{body}}} }}"),
        format!("mod m {{ fn f() {{\n{body}}} }}"),
    ] {
        assert_eq!(
            offences("xtask/src/a.rs", &text),
            ["xtask/src/a.rs:1: function f has 62 lines (bound 60)"],
            "{text}"
        );
    }
}

#[test]
fn a_bool_parameter_of_a_public_function_is_refused() {
    let path = "crates/a/src/b.rs";
    for text in [
        "pub fn f(x: usize, y: bool) {}",
        "impl A { pub fn f(&self, y: bool) {} }",
        "pub trait A { fn f(&self, y: bool); }",
    ] {
        assert_eq!(
            offences(path, text),
            ["crates/a/src/b.rs:1: public function f takes a bool"],
            "{text}"
        );
    }
    for text in [
        "fn f(y: bool) {}",
        "pub(crate) fn f(y: bool) {}",
        "impl B for A { fn f(&self, y: bool) {} }",
        "pub fn f(y: &[bool]) -> bool { true }",
        "#[cfg(test)] mod tests { pub fn f(y: bool) {} }",
    ] {
        assert!(offences(path, text).is_empty(), "{text}");
    }
    assert!(offences("crates/a/tests/b.rs", "pub fn f(y: bool) {}").is_empty());
}
