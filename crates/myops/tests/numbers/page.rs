//! What every HTML page has to fulfil.

/// Elements that are not closed.
const VOID: [&str; 7] = ["meta", "link", "img", "br", "hr", "input", "!doctype"];

/// Checks that a page stands alone and that its elements are closed in order.
pub fn check(html: &str) {
    assert!(
        html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"),
        "it says what it is"
    );
    for address in ["http://", "https://"] {
        let others = html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!others.contains(address), "it needs no network");
    }
    let body = without(html, "<script", "</script>");
    // Pictures are letters too, and no words.
    let words: String = body
        .split("base64,")
        .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
        .collect();
    assert!(
        !words.contains("NaN") && !words.contains("inf %") && !words.contains("None"),
        "every number is one"
    );
    assert!(html.contains("Research use only"));
    let mut open: Vec<&str> = Vec::new();

    for tag in body
        .split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or(""))
    {
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or("");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
        } else if !tag.ends_with('/') && !VOID.contains(&name.to_lowercase().as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "ids are unique");
}

/// A text without all that stands between two others, and without them.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(to).map_or("", |(_, rest)| rest));
    first + &rest.collect::<String>()
}
