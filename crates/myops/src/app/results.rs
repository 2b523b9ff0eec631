//! The files of a case that was measured.

use myops_image::io::{LoadedCase, write_whole};
use myops_measure::finding::Finding;

use super::error::Error;
use super::record::CaseFolder;
use crate::report::{Case, CaseView, Origin, case_page, thumbnail};

/// What is said of how a case was read: the phase of its cine, and values that filled the border of an image.
pub fn of_reading(case: &LoadedCase) -> impl Iterator<Item = Finding> {
    let fills = case.fills.iter().map(|fill| Finding::Fill {
        sequence: fill.sequence,
        value: fill.value.into(),
        percent: 100.0 * fill.share,
    });
    case.phase.map(Finding::CinePhase).into_iter().chain(fills)
}

/// Measures a case and writes its page and its thumbnail.
///
/// # Errors
/// Where a file cannot be written, or the folder was not created.
pub fn write_case(
    folder: &CaseFolder,
    id: &str,
    view: &CaseView,
    origin: Origin,
) -> Result<Case, Error> {
    let case = Case::measure(id, view, origin);
    let png = thumbnail(view);
    write_whole(folder.thumbnail(), |w| w.write_all(&png))?;
    let page = case_page(&case, view).map_err(|e| Error::Page(e.to_string()))?;
    write_whole(folder.report(), |w| w.write_all(page.as_bytes()))?;
    Ok(case)
}
