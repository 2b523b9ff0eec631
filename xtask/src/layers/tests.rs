//! Each check of layers on small made-up crates.

use super::*;
use crate::source::Files;

const FLOORS: &[&[&str]] = &[
    &["low::nouns"],
    &["low::io", "low::draw"],
    &["high::run"],
    &["high::tell"],
];

/// Two crates of two layers each; `changed` replaces or adds files.
fn offences(changed: &[(&str, &str)]) -> Vec<String> {
    let mut files: Files = [
        ("crates/low/Cargo.toml", "[package]\nname = \"myops-low\"\n"),
        (
            "crates/low/src/lib.rs",
            "pub mod nouns; pub mod io; pub mod draw;",
        ),
        ("crates/low/src/nouns.rs", "pub struct Noun;"),
        (
            "crates/low/src/io.rs",
            "pub fn read() -> crate::nouns::Noun { crate::nouns::Noun }",
        ),
        ("crates/low/src/draw.rs", "pub struct Picture;"),
        (
            "crates/high/Cargo.toml",
            "[package]\nname = \"myops-high\"\n",
        ),
        (
            "crates/high/src/lib.rs",
            "pub mod run; pub mod tell; pub use myops_low as low;",
        ),
        (
            "crates/high/src/run.rs",
            "use myops_low::io::read; pub struct Run;",
        ),
        (
            "crates/high/src/tell.rs",
            "use crate::{run::Run, low::draw::Picture};",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    files.extend(
        changed
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    );
    check(&Tree::of(&files), FLOORS)
}

#[test]
fn downward_dependencies_are_accepted() {
    assert!(offences(&[]).is_empty(), "{:?}", offences(&[]));
    let tests = "#[cfg(test)] mod tests { use crate::io::read; fn f() { crate::draw::x() } }";
    assert!(offences(&[("crates/low/src/nouns.rs", tests)]).is_empty());
    let words = "/// See [`crate::io::read`].\npub struct Noun { pub(in crate::nouns) io: u8 }";
    assert!(offences(&[("crates/low/src/nouns.rs", words)]).is_empty());
    let outside = "use std::io; use rayon::prelude::*; fn f(x: io::Error, draw: u8) -> u8 { draw }";
    assert!(offences(&[("crates/low/src/nouns.rs", outside)]).is_empty());
}

#[test]
fn an_upward_dependency_is_found_by_any_path() {
    for (text, path) in [
        ("use crate::io::read;", "crate::io::read"),
        ("use crate::{io::{self, read}};", "crate::io"),
        ("use crate::io as other;", "crate::io"),
        ("use crate::io::*;", "crate::io"),
        ("use crate::*; fn f() { io::read(); }", "io::read"),
        (
            "use crate as here; fn f() { here::io::read(); }",
            "here::io::read",
        ),
        (
            "use super as up; fn f() { up::io::read(); }",
            "up::io::read",
        ),
        ("fn f() { crate::io::read(); }", "crate::io::read"),
        ("fn f() { super::io::read(); }", "super::io::read"),
        ("fn f(x: Vec<crate::io::File>) {}", "crate::io::File"),
        (
            "mod inner { fn f() { super::super::io::read(); } }",
            "super::super::io::read",
        ),
        ("fn f() { use crate::io::read; }", "crate::io::read"),
        (
            "fn f() { assert!(x, crate::io::read()); }",
            "crate::io::read",
        ),
        (
            "macro_rules! m { () => { $crate::io::read() } }",
            "crate::io::read",
        ),
        (
            "macro_rules! m { () => { use crate::{io::read}; } }",
            "crate::io::read",
        ),
        (
            r#"#[serde(with = "crate::io::text")] struct S;"#,
            "crate::io::text",
        ),
        (
            "#[error(\"{}\", crate::io::read())] struct S;",
            "crate::io::read",
        ),
        ("pub use crate::io::read;", "crate::io::read"),
        ("impl crate::io::Read for Noun {}", "crate::io::Read"),
        (
            "extern crate self as me; fn f() { crate::io::X; }",
            "crate::io::X",
        ),
        ("#[cfg(not(test))] use crate::io::read;", "crate::io::read"),
    ] {
        let words = format!(
            "crates/low/src/nouns.rs:1: low::nouns uses low::io ({path}), which is not below it"
        );
        let found = offences(&[("crates/low/src/nouns.rs", text)]);
        assert!(found.contains(&words), "{text}: {found:?}");
    }
}

#[test]
fn a_sideways_dependency_is_refused() {
    let words =
        "crates/low/src/draw.rs:1: low::draw uses low::io (crate::io::read), which is not below it";
    assert_eq!(
        offences(&[("crates/low/src/draw.rs", "use crate::io::read;")]),
        [words]
    );
}

#[test]
fn a_dependency_on_another_crate_is_found_by_any_name() {
    let words = |path: &str| {
        format!("crates/low/src/io.rs:1: low::io uses high::run ({path}), which is not below it")
    };
    for (text, path) in [
        ("use myops_high::run::Run;", "myops_high::run::Run"),
        (
            "fn f() -> ::myops_high::run::Run { x }",
            "::myops_high::run::Run",
        ),
        (
            "use myops_high as other; fn f(x: other::run::Run) {}",
            "other::run::Run",
        ),
        (
            "extern crate myops_high as other; fn f(x: other::run::Run) {}",
            "other::run::Run",
        ),
    ] {
        let found = offences(&[("crates/low/src/io.rs", text)]);
        assert_eq!(found, [words(path)], "{text}");
    }
    let manifest = "name = \"myops-low\"\nother = { package = \"myops-high\", path = \"../high\" }";
    assert_eq!(
        offences(&[("crates/low/Cargo.toml", manifest)]),
        ["crates/low/Cargo.toml: a dependency on a crate of this workspace is renamed"]
    );
}

#[test]
fn a_re_export_counts_as_the_module_that_it_comes_from() {
    let root = "pub mod nouns; pub mod io; pub mod draw; pub use io::read; pub use draw::*;";
    let through = |text: &str| {
        offences(&[
            ("crates/low/src/lib.rs", root),
            ("crates/low/src/io.rs", "pub fn read() {}"),
            ("crates/low/src/nouns.rs", text),
        ])
    };
    assert_eq!(
        through("use crate::read;"),
        ["crates/low/src/nouns.rs:1: low::nouns uses low::io (crate::read), which is not below it"]
    );
    assert_eq!(
        through("use crate::Picture;"),
        [
            "crates/low/src/nouns.rs:1: low::nouns uses low::draw (crate::Picture), which is not below it"
        ]
    );
    // A way through a module beside it is a dependency on that module, whatever it leads to.
    let io = "pub use crate::nouns::Noun;";
    let found = offences(&[
        ("crates/low/src/io.rs", io),
        ("crates/low/src/draw.rs", "use crate::io::Noun;"),
        ("crates/high/src/run.rs", ""),
    ]);
    let words =
        "crates/low/src/draw.rs:1: low::draw uses low::io (crate::io::Noun), which is not below it";
    assert!(found.contains(&words.to_owned()), "{found:?}");
}

#[test]
fn an_item_of_the_crate_root_stands_above_the_modules() {
    let root = "pub mod nouns; pub mod io; pub mod draw; pub const SIZE: usize = 3;";
    let found = offences(&[
        ("crates/low/src/lib.rs", root),
        ("crates/low/src/io.rs", "use crate::SIZE;"),
        ("crates/high/src/run.rs", "use myops_low::SIZE;"),
        ("crates/high/src/tell.rs", ""),
    ]);
    assert!(
        found.contains(
            &"crates/low/src/io.rs:1: low::io uses the root of crate low (crate::SIZE), which is not below it".into()
        ),
        "{found:?}"
    );
    assert!(!found.iter().any(|text| text.contains("high")), "{found:?}");
}

#[test]
fn modules_and_the_table_of_floors_name_each_other() {
    let found = offences(&[
        (
            "crates/low/src/lib.rs",
            "pub mod nouns; pub mod io; mod new;",
        ),
        ("crates/low/src/new.rs", ""),
        ("crates/high/src/tell.rs", ""),
        ("crates/extra/src/lib.rs", ""),
    ]);
    for words in [
        "table of floors: there is no module low::draw",
        "crates/low/src/new.rs: low::new is not in the table of floors",
        "crates/extra: not in the table of floors",
        "crates/low/src/draw.rs: no module of the crate declares this file",
    ] {
        assert!(found.contains(&words.to_owned()), "{words}: {found:?}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    assert_eq!(
        offences(&[("crates/low/src/nouns.rs", "pub struct Noun; mod missing;")]),
        ["crates/low/src/nouns.rs: the file of module missing is not found"]
    );
    let found = offences(&[("crates/low/src/nouns.rs", "pub struct")]);
    assert!(
        found[0].starts_with("crates/low/src/nouns.rs:1: does not parse: "),
        "{found:?}"
    );
    let test = "pub struct Noun; #[cfg(test)] mod tests;";
    let files = [
        ("crates/low/src/nouns.rs", test),
        ("crates/low/src/nouns/tests.rs", "fn"),
    ];
    assert!(offences(&files)[0].contains("tests.rs:1: does not parse"));
}

/// The circles of a crate with one module `io` of these files.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let mut all: Files = [
        (
            "crates/low/Cargo.toml".to_owned(),
            "name = \"myops-low\"\n".to_owned(),
        ),
        ("crates/low/src/lib.rs".to_owned(), "pub mod io;".to_owned()),
    ]
    .into();
    let path = |name: &str| format!("crates/low/src/io/{name}.rs");
    all.extend(
        files
            .iter()
            .map(|(name, text)| (path(name), (*text).to_owned())),
    );
    let found = check(&Tree::of(&all), &[&["low::io"]]);
    found
        .into_iter()
        .map(|text| text.replace("crates/low/src/io/", ""))
        .collect()
}

#[test]
fn files_that_use_each_other_are_a_circle_of_any_length() {
    let root = "mod a; mod b; mod c; pub use a::A; pub use b::*;";
    let a = "use super::b::B;\npub struct A;";
    let b = "pub struct B { c: super::c::C }";
    assert!(circles(&[("mod", root), ("a", a), ("b", b), ("c", "pub struct C;")]).is_empty());
    for c in [
        "pub struct C; use super::a::A;",
        "pub struct C; use super::A;",
        "pub struct C; use super::*; fn f() -> A { x }",
        "pub struct C; fn f() { crate::io::A::new() }",
        "pub struct C; fn f() { format!(\"{}\", super::A::new()) }",
    ] {
        assert_eq!(
            circles(&[("mod", root), ("a", a), ("b", b), ("c", c)]),
            ["3 files use each other: a.rs (line 1) -> b.rs (line 1) -> c.rs (line 1) -> a.rs"],
            "{c}"
        );
    }
    let test = "pub struct C; #[cfg(test)] use super::A;";
    assert!(circles(&[("mod", root), ("a", a), ("b", b), ("c", test)]).is_empty());
}

#[test]
fn a_parent_and_a_child_that_use_each_other_are_a_circle() {
    let child = "use super::Settings; pub struct Part;";
    let declares = "mod part; pub use part::Part; pub(crate) use part::*; pub struct Settings;";
    assert!(circles(&[("mod", declares), ("part", child)]).is_empty());
    let words = "2 files use each other: mod.rs (line 2) -> part.rs (line 1) -> mod.rs";
    for uses in [
        "mod part; pub struct Settings;\nfn f(x: part::Part) {}",
        "mod part; pub struct Settings;\nuse part::Part;",
        "mod part; pub use part::Part; pub struct Settings;\nfn f(x: Part) {}",
    ] {
        assert_eq!(
            circles(&[("mod", uses), ("part", child)]),
            [words],
            "{uses}"
        );
    }
}
