//! The paths in the tokens of macros and attributes, as far as tokens show them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::mentions::Segments;

/// Every path of two names or more with its line: also in groups, in use trees, and in text that is a path.
pub(super) fn paths(tokens: TokenStream) -> Vec<(Segments, usize)> {
    let mut found = Vec::new();
    find(tokens, &[], &mut found);
    found
}

/// Adds the paths of a stream; `prefix` is the path before the braces of a use tree.
fn find(tokens: TokenStream, prefix: &[String], found: &mut Vec<(Segments, usize)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let line = tokens[at].span().start().line;
        match &tokens[at] {
            TokenTree::Group(group) => {
                find(group.stream(), &[], found);
                at += 1;
            }
            TokenTree::Literal(literal) => {
                found.extend(path_in_text(&literal.to_string()).map(|path| (path, line)));
                at += 1;
            }
            // The new name of an import.
            TokenTree::Ident(word) if word == "as" && !prefix.is_empty() => at += 2,
            TokenTree::Ident(_) => {
                let (path, next) = path_at(&tokens, at, prefix);
                at = next;
                let tree = match tokens.get(at) {
                    Some(TokenTree::Group(group)) if follows_colons(&tokens, at) => Some(group),
                    _ => None,
                };
                if let Some(group) = tree.filter(|g| g.delimiter() == Delimiter::Brace) {
                    find(group.stream(), &path, found);
                    at += 1;
                } else if path.len() > 1 {
                    found.push((path, line));
                }
            }
            TokenTree::Punct(_) => at += 1,
        }
    }
}

/// The path that begins with the name at a position, and the position behind it.
fn path_at(tokens: &[TokenTree], start: usize, prefix: &[String]) -> (Segments, usize) {
    let mut path = prefix.to_vec();
    let mut at = start;
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        path.push(name.to_string());
        at += 1;
        if !follows_colons(tokens, at + 2) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// Whether `::` stands right before a position.
fn follows_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    at >= 2 && colon(at - 1) && colon(at - 2)
}

/// The path that a text in quotes is, such as that of `#[serde(with = "crate::text")]`.
fn path_in_text(literal: &str) -> Option<Segments> {
    let path = literal.strip_prefix('"')?.strip_suffix('"')?;
    let path = syn::parse_str::<syn::Path>(path).ok()?;
    let names = path.segments.iter().map(|part| part.ident.to_string());
    Some(names.collect()).filter(|path: &Segments| path.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_tokens_are_found() {
        let found = |text: &str| -> Vec<String> {
            let tokens: TokenStream = text.parse().unwrap();
            paths(tokens)
                .iter()
                .map(|(path, _)| path.join("::"))
                .collect()
        };
        assert_eq!(
            found("let x = crate::a::b(c, d::E);"),
            ["crate::a::b", "d::E"]
        );
        assert_eq!(found("$crate::a::b!(x)"), ["crate::a::b"]);
        assert_eq!(
            found("use super::{a, b::{c, d as e}};"),
            ["super::a", "super::b::c", "super::b::d"]
        );
        assert_eq!(
            found(r#"with = "crate::text", "plain words: a::b""#),
            ["crate::text"]
        );
        assert_eq!(found("a::<b::C>::d"), ["b::C"]);
        assert!(found("a . b : c").is_empty());
    }
}
