//! What one module defines, imports and mentions, read from its syntax.

use std::collections::BTreeMap;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprLit, ImplItem, ImplItemConst, ImplItemFn, ImplItemMacro, ImplItemType,
    Item, ItemConst, ItemEnum, ItemExternCrate, ItemFn, ItemForeignMod, ItemImpl, ItemMacro,
    ItemMod, ItemStatic, ItemStruct, ItemTrait, ItemTraitAlias, ItemType, ItemUnion, ItemUse, Lit,
    Macro, Meta, UseTree, VisRestricted, Visibility,
};

use super::tests_only::is_test_only;
use super::tokens;

/// Names on the way to an item. The first is empty for a path that begins with `::`.
pub type Segments = Vec<String>;

/// What one module defines, imports and mentions; what is compiled for tests only is left out.
#[derive(Debug, Default)]
pub struct Scope {
    /// The names that are defined or imported here.
    pub(super) names: BTreeMap<String, Vec<Name>>,
    /// The paths of glob imports.
    pub(super) globs: Vec<Segments>,
    /// The paths that are mentioned here.
    pub mentions: Vec<Mention>,
    /// The modules that are declared here.
    pub(super) children: Vec<Child>,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Name {
    /// An item that is defined in this module.
    Item,
    /// What an import names.
    Import(Segments),
}

/// A path that is mentioned in a module.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The path as it is written.
    pub path: Segments,
    /// The line, counted from 1.
    pub line: usize,
    /// Where the path stands.
    pub via: Via,
}

/// Where a path stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In a private `use`, an expression, a type, a macro or an attribute.
    Code,
    /// In a `use` with a visibility of its own.
    Reexport,
}

/// A module that is declared.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) name: String,
    pub(super) is_test: bool,
    pub(super) source: ChildSource,
}

/// Where the items of a declared module are.
#[derive(Debug)]
pub(super) enum ChildSource {
    /// In braces behind the declaration.
    Inline(Scope),
    /// In the file of the module's name.
    File,
    /// In the file that a `path` attribute names.
    Path(String),
}

impl Scope {
    /// Reads the items of one module.
    pub(super) fn of(items: &[Item]) -> Self {
        let mut scope = Self::default();
        items.iter().for_each(|item| scope.visit_item(item));
        scope
    }

    fn define(&mut self, name: &impl ToString, meaning: Name) {
        let meanings = self.names.entry(name.to_string()).or_default();
        meanings.push(meaning);
    }

    fn mention(&mut self, path: Segments, line: usize, via: Via) {
        self.mentions.push(Mention { path, line, via });
    }

    fn mention_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for (path, line) in tokens::paths(tokens) {
            self.mention(path, line, Via::Code);
        }
    }

    fn declare(&mut self, module: &ItemMod, is_test: bool) {
        let path = module.attrs.iter().find_map(|attribute| {
            let value = &attribute.meta.require_name_value().ok()?.value;
            let Expr::Lit(ExprLit {
                lit: Lit::Str(path),
                ..
            }) = value
            else {
                return None;
            };
            attribute.path().is_ident("path").then(|| path.value())
        });
        let source = match (&module.content, path) {
            (Some((_, items)), _) => ChildSource::Inline(Self::of(items)),
            (None, Some(path)) => ChildSource::Path(path),
            (None, None) => ChildSource::File,
        };
        self.children.push(Child {
            name: module.ident.to_string(),
            is_test,
            source,
        });
    }

    fn import(&mut self, item: &ItemUse) {
        let prefix = item.leading_colon.map(|_| String::new()).into_iter();
        let via = match item.vis {
            Visibility::Inherited => Via::Code,
            _ => Via::Reexport,
        };
        self.import_tree(&item.tree, prefix.collect(), via);
    }

    fn import_tree(&mut self, tree: &UseTree, mut path: Segments, via: Via) {
        let line = tree.span().start().line;
        let (end, name) = match tree {
            UseTree::Path(branch) => {
                path.push(branch.ident.to_string());
                return self.import_tree(&branch.tree, path, via);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import_tree(tree, path.clone(), via);
                }
                return;
            }
            UseTree::Glob(_) => {
                self.mention(path.clone(), line, via);
                return self.globs.push(path);
            }
            UseTree::Name(leaf) => (leaf.ident.to_string(), leaf.ident.to_string()),
            UseTree::Rename(leaf) => (leaf.ident.to_string(), leaf.rename.to_string()),
        };
        let mut name = name;
        if end != "self" {
            path.push(end);
        } else if name == "self" {
            name = path.last().cloned().unwrap_or_default();
        }
        self.define(&name, Name::Import(path.clone()));
        self.mention(path, line, via);
    }
}

impl Visit<'_> for Scope {
    fn visit_item(&mut self, item: &Item) {
        let is_test = is_test_only(attributes(item));
        if let Item::Mod(module) = item {
            self.declare(module, is_test);
        } else if !is_test {
            if let Some(name) = defined(item) {
                self.define(&name, Name::Item);
            }
            match item {
                Item::Use(item) => self.import(item),
                Item::ExternCrate(item) => {
                    let rename = item.rename.as_ref().map(|(_, name)| name);
                    let path = vec![String::new(), item.ident.to_string()];
                    self.define(rename.unwrap_or(&item.ident), Name::Import(path));
                }
                Item::Verbatim(tokens) => self.mention_tokens(tokens.clone()),
                _ => visit::visit_item(self, item),
            }
        }
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let attributes = match item {
            ImplItem::Const(ImplItemConst { attrs, .. })
            | ImplItem::Fn(ImplItemFn { attrs, .. })
            | ImplItem::Type(ImplItemType { attrs, .. })
            | ImplItem::Macro(ImplItemMacro { attrs, .. }) => attrs.as_slice(),
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let start = path.leading_colon.map(|_| String::new()).into_iter();
        let names = path.segments.iter().map(|part| part.ident.to_string());
        let line = path.span().start().line;
        self.mention(start.chain(names).collect(), line, Via::Code);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.visit_path(&call.path);
        self.mention_tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.mention_tokens(list.tokens.clone());
        }
    }

    fn visit_vis_restricted(&mut self, _: &VisRestricted) {}
}

/// The name that an item defines in its module.
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(ItemConst { ident, .. })
        | Item::Enum(ItemEnum { ident, .. })
        | Item::Static(ItemStatic { ident, .. })
        | Item::Struct(ItemStruct { ident, .. })
        | Item::Trait(ItemTrait { ident, .. })
        | Item::TraitAlias(ItemTraitAlias { ident, .. })
        | Item::Type(ItemType { ident, .. })
        | Item::Union(ItemUnion { ident, .. })
        | Item::Macro(ItemMacro {
            ident: Some(ident), ..
        }) => ident,
        Item::Fn(item) => &item.sig.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// The attributes of an item.
pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(ItemConst { attrs, .. })
        | Item::Enum(ItemEnum { attrs, .. })
        | Item::ExternCrate(ItemExternCrate { attrs, .. })
        | Item::Fn(ItemFn { attrs, .. })
        | Item::ForeignMod(ItemForeignMod { attrs, .. })
        | Item::Impl(ItemImpl { attrs, .. })
        | Item::Macro(ItemMacro { attrs, .. })
        | Item::Mod(ItemMod { attrs, .. })
        | Item::Static(ItemStatic { attrs, .. })
        | Item::Struct(ItemStruct { attrs, .. })
        | Item::Trait(ItemTrait { attrs, .. })
        | Item::TraitAlias(ItemTraitAlias { attrs, .. })
        | Item::Type(ItemType { attrs, .. })
        | Item::Union(ItemUnion { attrs, .. })
        | Item::Use(ItemUse { attrs, .. }) => attrs,
        _ => &[],
    }
}
