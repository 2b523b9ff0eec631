//! The files of cases that were measured, and the table of all of them.

use std::path::Path;

use myops_image::io::{LoadedCase, read_small, write_whole};
use myops_measure::finding::Finding;

use super::error::Error;
use super::files::guard;
use super::note::Note;
use super::progress::Progress;
use super::record::CaseFolder;
use crate::report::{
    CaseSheet, CaseView, CohortCase, Origin, case_page, cohort_csv, cohort_page, thumbnail,
};

/// What is said of values that filled the border of an image.
pub fn fills(case: &LoadedCase) -> impl Iterator<Item = Finding> {
    case.fills.iter().map(|fill| Finding::Fill {
        sequence: fill.sequence.name().into(),
        value: fill.value.into(),
        percent: 100.0 * fill.share,
    })
}

/// Measures a case and writes its numbers, its page and its thumbnail.
///
/// # Errors
/// Where a file cannot be written, or the folder was not created.
pub fn write_case(
    folder: &CaseFolder,
    id: &str,
    view: &CaseView,
    origin: Origin,
) -> Result<CaseSheet, Error> {
    let sheet = CaseSheet::measure(id, view, origin);
    let json = serde_json::to_vec_pretty(&sheet).map_err(Error::encode("the report"))?;
    write_whole(folder.quantities(), |w| w.write_all(&json))?;
    let png = thumbnail(view);
    write_whole(folder.thumbnail(), |w| w.write_all(&png))?;
    let page = case_page(&sheet, view).map_err(|e| Error::Page(e.to_string()))?;
    write_whole(folder.report(), |w| w.write_all(page.as_bytes()))?;
    Ok(sheet)
}

/// Writes the page and the table of all cases whose folders lie in `out`, whenever they were measured, but for those that
/// failed just now.
///
/// # Errors
/// Where the folder cannot be listed or a file cannot be written.
pub fn write_cohort(out: &Path, failed: &[&str], progress: &dyn Progress) -> Result<(), Error> {
    let mut sheets = Vec::new();
    for entry in guard::entries(out)? {
        let Ok(id) = entry.file_name().into_string() else {
            continue;
        };
        let folder = CaseFolder::of(out, &id);
        if failed.contains(&id.as_str()) || !folder.quantities().is_file() {
            continue;
        }
        match read_sheet(&folder) {
            Ok(sheet) => sheets.push(sheet),
            Err(error) => progress.message(&Note::LeftOutOfCohort {
                case: id,
                error: error.to_string(),
            }),
        }
    }
    if sheets.is_empty() {
        return Ok(());
    }
    sheets.sort_by(|a, b| a.case.cmp(&b.case));
    for name in ["cohort.csv", "cohort.html"] {
        guard::stays_inside(out, &out.join(name))?;
    }
    let csv = cohort_csv(&sheets);
    write_whole(out.join("cohort.csv"), |w| w.write_all(csv.as_bytes()))?;
    let case = |sheet: CaseSheet| {
        let folder = CaseFolder::of(out, &sheet.case);
        let link = folder.report();
        let link = link
            .strip_prefix(out)
            .unwrap_or(&link)
            .to_string_lossy()
            .replace('\\', "/");
        CohortCase {
            thumbnail: read_small(folder.thumbnail()).ok(),
            link: link_of(&link),
            sheet,
        }
    };
    let page = cohort_page(&sheets.into_iter().map(case).collect::<Vec<_>>())
        .map_err(|e| Error::Page(e.to_string()))?;
    Ok(write_whole(out.join("cohort.html"), |w| {
        w.write_all(page.as_bytes())
    })?)
}

/// A path as the target of a link: what a URL cannot hold is escaped.
fn link_of(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b);
    path.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// The numbers of a case that was measured before.
///
/// # Errors
/// Where they cannot be read.
pub fn read_sheet(folder: &CaseFolder) -> Result<CaseSheet, Error> {
    let path = folder.quantities();
    let bytes = read_small(&path)?;
    serde_json::from_slice(&bytes).map_err(|cause| Error::NoNumbers {
        path,
        cause: cause.to_string(),
    })
}
