//! Which items exist in test builds only.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Whether the attributes of an item say that it is compiled for tests only: `#[test]`, or a `cfg` that requires `test`.
pub fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<Meta>()
                    .is_ok_and(|condition| requires_test(&condition))
    })
}

/// Whether a condition of `cfg` can hold in test builds only.
fn requires_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test");
    };
    let parts = list
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .unwrap_or_default();
    if list.path.is_ident("all") {
        parts.iter().any(requires_test)
    } else if list.path.is_ident("any") {
        !parts.is_empty() && parts.iter().all(requires_test)
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_test_only_where_it_cannot_hold_otherwise() {
        let test_only = |text: &str| {
            let item: syn::ItemStruct = syn::parse_str(&format!("{text} struct X;")).unwrap();
            is_test_only(&item.attrs)
        };
        for text in [
            "#[test]",
            "#[cfg(test)]",
            "#[cfg(all(test, unix))]",
            "#[cfg(any(test, all(unix, test)))]",
        ] {
            assert!(test_only(text), "{text}");
        }
        for text in [
            "",
            "#[cfg(unix)]",
            "#[cfg(not(test))]",
            "#[cfg(any(test, unix))]",
            r#"#[cfg(feature = "test")]"#,
        ] {
            assert!(!test_only(text), "{text}");
        }
    }
}
