//! Files and functions that are too long, and `bool` parameters of public functions.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Block, FnArg, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemTrait, Macro, Signature,
    TraitItemFn, Type, Visibility,
};

use crate::source::{Files, attributes, is_source, is_test_only};

/// The most lines of a source file.
const MAX_FILE_LINES: usize = 400;
/// The most lines of a function, from its signature to its closing brace.
const MAX_FUNCTION_LINES: usize = 60;

/// Measures every source file, tests too; `bool` parameters are looked for in the sources of `crates/` outside tests.
pub fn check(files: &Files) -> Vec<String> {
    let mut offences = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_source(path)) {
        let in_library = path.starts_with("crates/") && path.contains("/src/");
        let mut sizes = Sizes {
            path,
            checks_parameters: in_library,
            offences: Vec::new(),
        };
        let lines = text.lines().count();
        if lines > MAX_FILE_LINES {
            let text = format!("{path}: {lines} lines (bound {MAX_FILE_LINES})");
            sizes.offences.push(text);
        }
        match syn::parse_file(text) {
            Ok(file) => sizes.visit_file(&file),
            Err(error) => {
                let line = error.span().start().line;
                let text = format!("{path}:{line}: does not parse: {error}");
                sizes.offences.push(text);
            }
        }
        offences.extend(sizes.offences);
    }
    offences
}

struct Sizes<'a> {
    path: &'a str,
    checks_parameters: bool,
    offences: Vec<String>,
}

impl Sizes<'_> {
    fn measure(&mut self, name: &str, first: usize, last: usize) {
        let lines = last + 1 - first;
        if lines > MAX_FUNCTION_LINES {
            let text = format!(
                "{}:{first}: function {name} has {lines} lines (bound {MAX_FUNCTION_LINES})",
                self.path
            );
            self.offences.push(text);
        }
    }

    fn measure_function(&mut self, signature: &Signature, block: &Block) {
        let first = signature.span().start().line;
        let last = block.brace_token.span.close().end().line;
        self.measure(&signature.ident.to_string(), first, last);
    }

    /// Functions within macros: `fn`, a name, and the next braces beside them.
    fn measure_tokens(&mut self, tokens: TokenStream) {
        let mut open = None;
        let mut follows_fn = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "fn" => {
                    follows_fn = Some(word.span().start().line);
                    continue;
                }
                TokenTree::Ident(name) => {
                    open = follows_fn
                        .map(|line| (name.to_string(), line))
                        .or(open.take());
                }
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Brace
                        && let Some((name, first)) = open.take()
                    {
                        self.measure(&name, first, group.span_close().end().line);
                    }
                    self.measure_tokens(group.stream());
                }
                _ => {}
            }
            follows_fn = None;
        }
    }

    fn check_parameters(&mut self, signature: &Signature) {
        let is_bool = |argument: &&FnArg| match argument {
            FnArg::Typed(typed) => {
                matches!(&*typed.ty, Type::Path(path) if path.path.is_ident("bool"))
            }
            FnArg::Receiver(_) => false,
        };
        if let Some(parameter) = signature.inputs.iter().find(is_bool)
            && self.checks_parameters
        {
            let text = format!(
                "{}:{}: public function {} takes a bool",
                self.path,
                parameter.span().start().line,
                signature.ident
            );
            self.offences.push(text);
        }
    }
}

impl Visit<'_> for Sizes<'_> {
    fn visit_item(&mut self, item: &Item) {
        let outside = self.checks_parameters;
        self.checks_parameters &= !is_test_only(attributes(item));
        visit::visit_item(self, item);
        self.checks_parameters = outside;
    }

    fn visit_item_fn(&mut self, item: &ItemFn) {
        self.measure_function(&item.sig, &item.block);
        if matches!(item.vis, Visibility::Public(_)) {
            self.check_parameters(&item.sig);
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        if item.trait_.is_none() {
            for method in &item.items {
                if let ImplItem::Fn(method) = method
                    && matches!(method.vis, Visibility::Public(_))
                {
                    self.check_parameters(&method.sig);
                }
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, method: &ImplItemFn) {
        self.measure_function(&method.sig, &method.block);
        visit::visit_impl_item_fn(self, method);
    }

    fn visit_item_trait(&mut self, item: &ItemTrait) {
        if matches!(item.vis, Visibility::Public(_)) {
            for method in &item.items {
                if let syn::TraitItem::Fn(method) = method {
                    self.check_parameters(&method.sig);
                }
            }
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_trait_item_fn(&mut self, method: &TraitItemFn) {
        if let Some(block) = &method.default {
            self.measure_function(&method.sig, block);
        }
        visit::visit_trait_item_fn(self, method);
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.measure_tokens(call.tokens.clone());
    }
}

#[cfg(test)]
mod tests;
