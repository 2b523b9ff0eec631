//! Dependencies that go up or sideways, modules without a floor, and rows of the table without a module.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Mention, Module, ModuleId, Target, Tree};

/// Finds all offences against the table of floors.
pub(super) fn check(tree: &Tree, rows: &[&[&str]]) -> Vec<String> {
    let floors = Floors { tree, rows };
    let mut texts: Vec<String> = tree.problems.clone();
    texts.extend(floors.check_table());
    for (id, module) in tree.modules().filter(|(_, module)| !module.is_test) {
        texts.extend(floors.check_module(id, module));
    }
    texts
}

struct Floors<'a> {
    tree: &'a Tree,
    rows: &'a [&'a [&'a str]],
}

impl Floors<'_> {
    /// Rows without a module, rows that are there twice, and modules without a row.
    fn check_table(&self) -> Vec<String> {
        let modules = || self.tree.modules().filter(|(_, module)| !module.is_test);
        let names: BTreeSet<String> = modules().map(|(_, module)| module.name()).collect();
        let mut texts = Vec::new();
        let mut seen = BTreeSet::new();
        for row in self.rows.iter().copied().flatten() {
            if !names.contains(*row) {
                texts.push(format!("table of floors: there is no module {row}"));
            }
            if !seen.insert(row) {
                texts.push(format!("table of floors: duplicate row {row}"));
            }
        }
        for krate in &self.tree.crates {
            let row = |name: &&str| name.split("::").next() == Some(krate);
            if !self.rows.iter().copied().flatten().any(row) {
                texts.push(format!("crates/{krate}: not in the table of floors"));
            }
        }
        for (id, module) in modules() {
            if module.path.len() == 1 && self.unit(id).is_none() {
                let (file, name) = (&module.file, module.name());
                texts.push(format!("{file}: {name} is not in the table of floors"));
            }
        }
        texts
    }

    /// The row of the table that a module belongs to; the root of a crate has none, unless the whole crate has one.
    fn unit(&self, id: ModuleId) -> Option<(&str, usize)> {
        let name = self.tree.module(id).name();
        let floors = self.rows.iter().enumerate();
        floors
            .flat_map(|(floor, row)| row.iter().map(move |unit| (*unit, floor)))
            .filter(|(unit, _)| {
                let rest = name.strip_prefix(unit);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })
            .max_by_key(|(unit, _)| unit.len())
    }

    /// How high a module stands: the root of a crate right above the highest of its modules.
    fn height(&self, id: ModuleId) -> usize {
        if let Some((_, floor)) = self.unit(id) {
            return 2 * floor;
        }
        let krate = &self.tree.module(id).krate;
        let own = |row: &&[&str]| {
            row.iter()
                .any(|unit| unit.split("::").next() == Some(krate))
        };
        let highest = self.rows.iter().rposition(own);
        highest.map_or(0, |floor| 2 * floor + 1)
    }

    /// The first offence of a module against each row of the table.
    fn check_module(&self, own: ModuleId, module: &Module) -> Vec<String> {
        let own_row = self.unit(own).map_or(module.krate.as_str(), |unit| unit.0);
        let mut first: BTreeMap<String, String> = BTreeMap::new();
        for Mention { path, line, .. } in &module.scope.mentions {
            let targets = self.tree.resolve(own, path);
            let Some(used) = targets.iter().find_map(|t| self.refused(own, t)) else {
                continue;
            };
            let used = self.unit(used).map_or_else(
                || format!("the root of crate {}", self.tree.module(used).krate),
                |unit| unit.0.to_owned(),
            );
            let (file, path) = (&module.file, path.join("::"));
            let text =
                format!("{file}:{line}: {own_row} uses {used} ({path}), which is not below it");
            first.entry(used).or_insert(text);
        }
        first.into_values().collect()
    }

    /// The first module on the way to a target that a module may not use.
    fn refused(&self, own: ModuleId, target: &Target) -> Option<ModuleId> {
        // Passing a root on the way to its modules, or naming it, uses nothing of it.
        let is_root = |id: &ModuleId| self.tree.module(*id).path.is_empty();
        let passed = target.passed.iter().copied().filter(|id| !is_root(id));
        let end = Some(target.end).filter(|end| target.is_item || !is_root(end));
        passed.chain(end).find(|used| !self.may_use(own, *used))
    }

    fn may_use(&self, own: ModuleId, used: ModuleId) -> bool {
        let same_unit = match (self.unit(own), self.unit(used)) {
            (Some(own), Some(used)) => own == used,
            (None, None) => self.tree.module(own).krate == self.tree.module(used).krate,
            _ => false,
        };
        same_unit || self.height(used) < self.height(own)
    }
}
