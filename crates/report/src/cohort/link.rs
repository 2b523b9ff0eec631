//! Paths as the targets of links.

/// A path as the target of a link: what a URL cannot hold is escaped, and so is `*`.
pub fn escaped(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b);
    let escaped = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    path.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_cannot_hold_is_escaped() {
        assert_eq!(
            escaped("../a 1/Zoë#?*.html"),
            "../a%201/Zo%C3%AB%23%3F%2A.html"
        );
        assert_eq!(escaped("javascript:alert(1)"), "javascript%3Aalert%281%29");
    }
}
