//! The modules of every crate under `crates/`, found by following `mod` from the crate roots.

use std::collections::{BTreeMap, BTreeSet};

use super::mentions::{Child, ChildSource, Scope};
use super::read::{Files, is_source};

/// The position of a module in [`Tree::modules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleId(pub(super) usize);

/// One module: a file, or an inline `mod` within one.
#[derive(Debug)]
pub struct Module {
    /// The folder of the crate under `crates/`.
    pub krate: String,
    /// The names from the crate root down to this module; empty for a root.
    pub path: Vec<String>,
    /// The source file that holds it.
    pub file: String,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
    /// What is defined, imported and mentioned in it.
    pub scope: Scope,
    pub(super) root: ModuleId,
    pub(super) parent: Option<ModuleId>,
    pub(super) children: BTreeMap<String, Vec<ModuleId>>,
}

impl Module {
    /// The module as `crate::module`, or the crate alone for a root.
    pub fn name(&self) -> String {
        let mut parts = vec![self.krate.clone()];
        parts.extend(self.path.iter().cloned());
        parts.join("::")
    }
}

/// All modules of all crates.
#[derive(Debug, Default)]
pub struct Tree {
    /// The folders under `crates/`.
    pub crates: BTreeSet<String>,
    /// What could not be followed: each is a line of text with its path.
    pub problems: Vec<String>,
    modules: Vec<Module>,
    /// The root of each library by the name that other crates use.
    pub(super) libraries: BTreeMap<String, ModuleId>,
}

/// Where a module stands.
struct Place {
    krate: String,
    path: Vec<String>,
    file: String,
    /// The folder in which the files of its children lie.
    folder: String,
    is_test: bool,
    parent: Option<ModuleId>,
}

impl Tree {
    /// Reads the sources of all crates.
    pub fn of(files: &Files) -> Self {
        let mut tree = Self::default();
        for path in files.keys() {
            if let Some(name) = path
                .split('/')
                .nth(1)
                .filter(|_| path.starts_with("crates/"))
            {
                tree.crates.insert(name.to_owned());
            }
        }
        for krate in tree.crates.clone() {
            tree.read_crate(&krate, files);
        }
        tree
    }

    /// Every module with its position.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules
            .iter()
            .enumerate()
            .map(|(at, module)| (ModuleId(at), module))
    }

    /// The module at a position.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    fn read_crate(&mut self, krate: &str, files: &Files) {
        let manifest = format!("crates/{krate}/Cargo.toml");
        let text = files.get(&manifest).map_or("", String::as_str);
        if text.contains("package = \"myops") {
            self.problems.push(format!(
                "{manifest}: a dependency on a crate of this workspace is renamed"
            ));
        }
        let source = format!("crates/{krate}/src");
        let binaries = format!("{source}/bin/");
        let roots: Vec<&String> = files
            .keys()
            .filter(|path| {
                let binary = path.strip_prefix(&binaries);
                binary.is_some_and(|name| !name.contains('/') || name.ends_with("/main.rs"))
                    || [format!("{source}/lib.rs"), format!("{source}/main.rs")].contains(path)
            })
            .collect();
        for file in roots {
            let place = Place {
                krate: krate.to_owned(),
                path: Vec::new(),
                file: file.clone(),
                folder: parent_folder(file),
                is_test: false,
                parent: None,
            };
            let root = self.read_file(&place, files);
            if let (true, Some(root)) = (file.ends_with("/src/lib.rs"), root) {
                self.libraries.insert(library_name(text), root);
            }
        }
        self.find_unused(&source, files);
    }

    fn read_file(&mut self, place: &Place, files: &Files) -> Option<ModuleId> {
        let text = files.get(&place.file)?;
        match syn::parse_file(text) {
            Ok(file) => Some(self.add(place, Scope::of(&file.items), files)),
            Err(error) => {
                let line = error.span().start().line;
                let problem = format!("{}:{line}: does not parse: {error}", place.file);
                self.problems.push(problem);
                None
            }
        }
    }

    fn add(&mut self, place: &Place, mut scope: Scope, files: &Files) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let children = std::mem::take(&mut scope.children);
        self.modules.push(Module {
            krate: place.krate.clone(),
            path: place.path.clone(),
            file: place.file.clone(),
            is_test: place.is_test,
            scope,
            root: place
                .parent
                .map_or(id, |parent| self.modules[parent.0].root),
            parent: place.parent,
            children: BTreeMap::new(),
        });
        for child in children {
            self.add_child(id, place, child, files);
        }
        id
    }

    fn add_child(&mut self, parent: ModuleId, at: &Place, child: Child, files: &Files) {
        let name = child.name.clone();
        let file = match &child.source {
            ChildSource::Inline(_) => at.file.clone(),
            ChildSource::Path(path) => format!("{}/{path}", parent_folder(&at.file)),
            ChildSource::File => {
                let nested = format!("{}/{name}/mod.rs", at.folder);
                if files.contains_key(&nested) {
                    nested
                } else {
                    format!("{}/{name}.rs", at.folder)
                }
            }
        };
        if !files.contains_key(&file) {
            let problem = format!("{}: the file of module {name} is not found", at.file);
            self.problems.push(problem);
            return;
        }
        let folder = match &child.source {
            ChildSource::Inline(_) | ChildSource::File => format!("{}/{name}", at.folder),
            ChildSource::Path(_) => parent_folder(&file),
        };
        let mut path = at.path.clone();
        path.push(name.clone());
        let place = Place {
            krate: at.krate.clone(),
            path,
            file,
            folder,
            is_test: at.is_test || child.is_test,
            parent: Some(parent),
        };
        let added = match child.source {
            ChildSource::Inline(scope) => Some(self.add(&place, scope, files)),
            ChildSource::File | ChildSource::Path(_) => self.read_file(&place, files),
        };
        if let Some(added) = added {
            let children = &mut self.modules[parent.0].children;
            children.entry(name).or_default().push(added);
        }
    }

    /// Reports the files under `src` that no `mod` leads to: nothing else in this check would see them.
    fn find_unused(&mut self, source: &str, files: &Files) {
        let read: BTreeSet<&String> = self.modules.iter().map(|module| &module.file).collect();
        let unused: Vec<String> = files
            .keys()
            .filter(|path| {
                let is_source = path.starts_with(&format!("{source}/")) && is_source(path);
                let reported = self.problems.iter().any(|line| line.starts_with(*path));
                is_source && !read.contains(path) && !reported
            })
            .map(|path| format!("{path}: no module of the crate declares this file"))
            .collect();
        self.problems.extend(unused);
    }
}

fn parent_folder(file: &str) -> String {
    file.rsplit_once('/')
        .map_or(String::new(), |(folder, _)| folder.to_owned())
}

/// The name by which other crates use a library: that of its package, with `_` for `-`.
fn library_name(manifest: &str) -> String {
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .unwrap_or_default()
        .replace('-', "_")
}
