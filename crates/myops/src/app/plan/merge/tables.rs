//! The tables of a cohort, from the folders of all shards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use myops_image::io::{read_small, write_whole};

use crate::app::error::Error;
use crate::app::files::guard;
use crate::app::note::Note;
use crate::app::progress::Progress;
use crate::app::record::CaseFolder;
use crate::report::{Case, CohortCase, PatientData, cohort_csv, cohort_page};

/// Writes the table and the page of the cases whose folders lie in some folders of results.
///
/// # Errors
/// Where a folder cannot be listed or a file cannot be written.
pub fn write(
    results: impl Iterator<Item = PathBuf>,
    left_out: &BTreeSet<String>,
    patient_data: PatientData,
    out: &Path,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let mut folders = Vec::new();
    for results in results.filter(|results| results.exists()) {
        let names = guard::entries(&results)?.into_iter();
        let names = names.filter_map(|entry| entry.file_name().into_string().ok());
        let names = names.filter(|name| !left_out.contains(name));
        let found = names.map(|name| (CaseFolder::of(&results, &name), name));
        folders.extend(found.filter(|(folder, _)| folder.record().is_file()));
    }
    folders.sort_by(|(_, a), (_, b)| a.cmp(b));
    let mut cases: Vec<CohortCase> = Vec::new();
    for (folder, case) in folders {
        match folder.read_record() {
            Ok(record) => cases.push(CohortCase {
                case: match patient_data {
                    PatientData::Shown => record.told,
                    PatientData::Withheld => record.told.without_patient(),
                },
                link: folder
                    .report()
                    .strip_prefix(out)
                    .unwrap_or(&folder.report())
                    .to_string_lossy()
                    .into_owned(),
                thumbnail: read_small(folder.thumbnail()).ok(),
            }),
            Err(error) => progress.message(&Note::LeftOutOfCohort {
                case,
                error: error.to_string(),
            }),
        }
    }
    let all: Vec<Case> = cases.iter().map(|case| case.case.clone()).collect();
    let csv = cohort_csv(&all);
    write_whole(out.join("cohort.csv"), |w| w.write_all(csv.as_bytes()))?;
    let page = cohort_page(&cases).map_err(|e| Error::Page(e.to_string()))?;
    Ok(write_whole(out.join("cohort.html"), |w| {
        w.write_all(page.as_bytes())
    })?)
}
