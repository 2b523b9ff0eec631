//! `docs/dicom.md` holds the codes that are written.
//!
//! After a change of a table, `MYOPS_UPDATE_DOCS=1 cargo test --release -p myops-dicom --test docs` writes them again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use myops_dicom::write::{CODED, Code, Quantity};

fn coded(code: Code) -> String {
    format!("{} ({} {})", code.meaning, code.scheme, code.value)
}

/// A table with a row for each region; segments are numbered as where all labels were looked for.
fn regions() -> String {
    let rows = (1..).zip(CODED).map(|(number, row)| {
        let segment = row.label.map_or(String::new(), |_| number.to_string());
        format!(
            "| {segment} | {} | {} | {} | {} |\n",
            row.name,
            row.category.meaning,
            coded(row.kind),
            coded(row.site)
        )
    });
    let head = "| segment | name | category | type | region |\n| --- | --- | --- | --- | --- |\n";
    head.to_owned() + &rows.collect::<String>()
}

fn quantities() -> String {
    let rows = Quantity::ALL.map(|quantity| {
        format!(
            "| {} | {} |\n",
            coded(quantity.code()),
            coded(quantity.unit())
        )
    });
    "| quantity | unit |\n| --- | --- |\n".to_owned() + &rows.concat()
}

/// Puts a table between its marks.
fn put(page: &str, name: &str, table: &str) -> String {
    let start = page.find(&format!("<!-- {name}: ")).unwrap();
    let start = start + page[start..].find('\n').unwrap() + 1;
    let end = page.find(&format!("<!-- end of {name} -->")).unwrap();
    [&page[..start], table, &page[end..]].concat()
}

#[test]
fn the_page_holds_every_code_that_results_have() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dicom.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let expected = put(&page, "regions", &regions());
    let expected = put(&expected, "quantities", &quantities());
    if std::env::var_os("MYOPS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            page == expected,
            "docs/dicom.md is not as the tables say; MYOPS_UPDATE_DOCS=1 with this test writes it again"
        );
    }
}
