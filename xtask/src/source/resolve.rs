//! Which module a path leads to, through imports, renames, globs and re-exports.

use super::mentions::Name;
use super::tree::{ModuleId, Tree};

/// The names that are being looked up, each in its module: looking one up again would go round in a circle.
type Open = Vec<(ModuleId, String)>;

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The modules that the path names on its way, those behind re-exports too.
    pub passed: Vec<ModuleId>,
    /// The module that defines the item, or that is itself named.
    pub end: ModuleId,
    /// Whether the path names an item of `end`, not `end` itself.
    pub is_item: bool,
}

impl Tree {
    /// Where a path that is written in `from` leads: nowhere for a path out of the workspace, to several places where
    /// `cfg` gives a name several meanings.
    pub fn resolve(&self, from: ModuleId, path: &[String]) -> Vec<Target> {
        self.start(from, path, &mut Open::new())
    }

    fn start(&self, from: ModuleId, path: &[String], open: &mut Open) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        match first.as_str() {
            "crate" => self.walk(self.module(from).root, rest, open),
            "self" => self.walk(from, rest, open),
            "super" => match (self.module(from).parent, rest.first()) {
                (Some(parent), Some(next)) if next == "super" => self.start(parent, rest, open),
                (Some(parent), _) => self.walk(parent, rest, open),
                (None, _) => Vec::new(),
            },
            "" => self.library(rest, open),
            _ => match self.named(from, path, open) {
                found if found.is_empty() => self.library(path, open),
                found => found,
            },
        }
    }

    fn library(&self, path: &[String], open: &mut Open) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        match self.libraries.get(first) {
            Some(root) => self.walk(*root, rest, open),
            None => Vec::new(),
        }
    }

    /// Where the rest of a path leads from a module; an unknown name is taken for an item of the module.
    fn walk(&self, module: ModuleId, path: &[String], open: &mut Open) -> Vec<Target> {
        match self.named(module, path, open) {
            found if found.is_empty() => vec![Target {
                passed: Vec::new(),
                end: module,
                is_item: !path.is_empty(),
            }],
            found => found,
        }
    }

    /// Where a path leads whose first name is known in a module; nowhere if it is not.
    fn named(&self, module: ModuleId, path: &[String], open: &mut Open) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let key = (module, first.clone());
        if open.contains(&key) {
            return Vec::new();
        }
        open.push(key);
        let mut found = self.declared(module, first, rest, open);
        if found.is_empty() {
            for glob in &self.module(module).scope.globs {
                for target in self.start(module, glob, open) {
                    if !target.is_item && target.end != module {
                        found.extend(through(target.end, self.named(target.end, path, open)));
                    }
                }
            }
        }
        open.pop();
        found
    }

    /// Where a path leads whose first name is a child, an item or an import of a module.
    fn declared(
        &self,
        module: ModuleId,
        first: &str,
        rest: &[String],
        open: &mut Open,
    ) -> Vec<Target> {
        let place = self.module(module);
        let mut found = Vec::new();
        for child in place.children.get(first).into_iter().flatten() {
            found.extend(through(*child, self.walk(*child, rest, open)));
        }
        for name in place.scope.names.get(first).into_iter().flatten() {
            match name {
                Name::Item => found.push(Target {
                    passed: Vec::new(),
                    end: module,
                    is_item: true,
                }),
                Name::Import(import) => {
                    for target in self.start(module, import, open) {
                        found.extend(self.go_on(target, rest, open));
                    }
                }
            }
        }
        found
    }

    /// The rest of a path behind an import.
    fn go_on(&self, target: Target, rest: &[String], open: &mut Open) -> Vec<Target> {
        if target.is_item {
            return vec![target];
        }
        let mut found = self.walk(target.end, rest, open);
        for end in &mut found {
            end.passed.splice(0..0, target.passed.iter().copied());
            end.passed.push(target.end);
        }
        found
    }
}

/// The targets with a module before those that they pass.
fn through(module: ModuleId, mut targets: Vec<Target>) -> Vec<Target> {
    for target in &mut targets {
        target.passed.insert(0, module);
    }
    targets
}
