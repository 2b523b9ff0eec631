//! Circles between the files of a crate: a file that uses items of another, which uses items of the first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::source::{Mention, Module, ModuleId, Tree, Via};

/// For each file the files of the same crate that it uses, with the first line that does so.
type Arrows<'a> = BTreeMap<&'a str, BTreeMap<&'a str, usize>>;

/// Finds all circles, one offence for each set of files that use each other.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let arrows = arrows(tree);
    let reached: BTreeMap<&str, BTreeSet<&str>> = arrows
        .keys()
        .map(|file| (*file, reachable(&arrows, file)))
        .collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut offences = Vec::new();
    for file in arrows.keys() {
        if !reaches(file, file) || done.contains(*file) {
            continue;
        }
        let members = || {
            arrows
                .keys()
                .filter(|f| reaches(file, f) && reaches(f, file))
        };
        done.extend(members());
        let count = members().count();
        let circle = shortest(&arrows, file);
        offences.push(format!("{count} files use each other: {circle}"));
    }
    offences
}

fn arrows(tree: &Tree) -> Arrows<'_> {
    let mut arrows = Arrows::new();
    for (id, module) in tree.modules().filter(|(_, module)| !module.is_test) {
        for mention in &module.scope.mentions {
            for used in used_files(tree, (id, module), mention) {
                let lines = arrows.entry(module.file.as_str()).or_default();
                lines.entry(used).or_insert(mention.line);
            }
        }
    }
    arrows
}

/// The other files of the crate that define what is mentioned. Re-exporting the items of a child uses none of them.
fn used_files<'a>(
    tree: &'a Tree,
    (id, module): (ModuleId, &Module),
    mention: &Mention,
) -> Vec<&'a str> {
    let targets = tree.resolve(id, &mention.path).into_iter();
    let used = targets
        .filter(|target| target.is_item)
        .map(|t| tree.module(t.end));
    used.filter(|used| used.krate == module.krate && used.file != module.file)
        .filter(|used| mention.via != Via::Reexport || !used.path.starts_with(&module.path))
        .map(|used| used.file.as_str())
        .collect()
}

/// The files that are reached by one arrow or more.
fn reachable<'a>(arrows: &Arrows<'a>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(*next) {
                open.push(next);
            }
        }
    }
    reached
}

/// A shortest way from a file back to itself, with the line of each use.
fn shortest(arrows: &Arrows<'_>, start: &str) -> String {
    let mut open = VecDeque::from([(start, start.to_owned())]);
    let mut seen = BTreeSet::new();
    while let Some((file, way)) = open.pop_front() {
        for (next, line) in arrows.get(file).into_iter().flatten() {
            let way = format!("{way} (line {line}) -> {next}");
            if *next == start {
                return way;
            }
            if seen.insert(*next) {
                open.push_back((next, way));
            }
        }
    }
    start.to_owned()
}
