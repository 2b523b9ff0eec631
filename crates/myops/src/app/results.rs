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
    Case, CaseView, CohortCase, Origin, PatientData, case_page, cohort_csv, cohort_page, thumbnail,
};

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

/// Writes the page and the table of all cases whose folders lie in `out`, whenever they were measured, but for those that
/// failed just now. They tell who was examined only where that is asked for now.
///
/// # Errors
/// Where the folder cannot be listed or a file cannot be written.
pub fn write_cohort(
    out: &Path,
    failed: &[&str],
    patient_data: PatientData,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let mut cases: Vec<Case> = Vec::new();
    for entry in guard::entries(out)? {
        let Ok(id) = entry.file_name().into_string() else {
            continue;
        };
        let folder = CaseFolder::of(out, &id);
        if failed.contains(&id.as_str()) || !folder.record().is_file() {
            continue;
        }
        match folder.read_record() {
            Ok(record) => cases.push(match patient_data {
                PatientData::Shown => record.told,
                PatientData::Withheld => record.told.without_patient(),
            }),
            Err(error) => progress.message(&Note::LeftOutOfCohort {
                case: id,
                error: error.to_string(),
            }),
        }
    }
    if cases.is_empty() {
        return Ok(());
    }
    cases.sort_by(|a, b| a.id().cmp(b.id()));
    for name in ["cohort.csv", "cohort.html"] {
        guard::stays_inside(out, &out.join(name))?;
    }
    let csv = cohort_csv(&cases);
    write_whole(out.join("cohort.csv"), |w| w.write_all(csv.as_bytes()))?;
    let linked = |case: Case| {
        let folder = CaseFolder::of(out, case.id());
        let link = folder.report();
        let link = link
            .strip_prefix(out)
            .unwrap_or(&link)
            .to_string_lossy()
            .replace('\\', "/");
        CohortCase {
            thumbnail: read_small(folder.thumbnail()).ok(),
            link: link_of(&link),
            case,
        }
    };
    let page = cohort_page(&cases.into_iter().map(linked).collect::<Vec<_>>())
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
