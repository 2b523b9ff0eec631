//! Measures a folder of label maps and writes a report for each case.
//!
//! ```
//! use myops::app::{PhantomJob, QuantifyJob, Silent};
//! use myops::report::quantity::Quantity;
//!
//! let place = tempfile::tempdir()?;
//! let (data, out) = (place.path().join("data"), place.path().join("reports"));
//! PhantomJob { cases: 1, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let job = QuantifyJob { images: Some(data.clone()), ..QuantifyJob::new([&data], &out) };
//! let measured = job.run(&Silent)?;
//! assert_eq!((measured.cases.len(), measured.failed.len()), (1, 0));
//! assert!(measured.cases[0].values.get(&Quantity::LV_POOL_ML) > Some(0.0));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::collections::HashMap;
use std::path::PathBuf;

use myops_image::exam::Acquisition;
use myops_image::io::{CaseFiles, search};
use myops_image::sequence::PerSequence;
use myops_image::study::Study;
use rayon::prelude::*;

use super::cases::label_files::find;
use super::cases::passed_over::tell_passed_over;
use super::cases::{CasesError, LabelFile, Role};
use super::cohort::Cohort;
use super::error::{Error, FailedCase};
use super::files::fingerprint::{self, Fingerprint, Fingerprints};
use super::files::{FolderError, OutputFolder, guard};
use super::note::Note;
use super::progress::{Progress, Stage, in_stage};
use super::record::CaseFolder;
use super::results;
use super::stored::Results;
use super::threads::contained;
use crate::report::{Case, CaseView, Origin, TerminalRow};

/// Measures label maps.
#[derive(Debug, Clone)]
pub struct QuantifyJob {
    /// Label maps: files or folders of them.
    pub labels: Vec<PathBuf>,
    /// The case, or the folder of cases, that the labels were drawn on: for thresholds and pictures.
    pub images: Option<PathBuf>,
    /// The folder for reports and tables, one folder a case.
    pub out: PathBuf,
}

/// What a [`QuantifyJob`] measured.
#[derive(Debug)]
pub struct QuantifiedCases {
    /// What a table holds of the cases that were measured, sorted by name; all of it is in the files.
    pub cases: Vec<TerminalRow>,
    /// Cases that failed; the others are done.
    pub failed: Vec<FailedCase>,
}

/// A label map and the images that it was drawn on, where they are given.
type Pair = (LabelFile, Option<CaseFiles>);

impl QuantifyJob {
    /// A job without images.
    pub fn new<P: Into<PathBuf>>(
        labels: impl IntoIterator<Item = P>,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            labels: labels.into_iter().map(Into::into).collect(),
            images: None,
            out: out.into(),
        }
    }

    /// Measures every label map and writes reports and the table of the cohort. Findings are told as the cases are measured. A case that fails is reported with the
    /// result and leaves the others alone.
    ///
    /// # Errors
    /// Where there is no label map, two are of one case, one has no images where images are given, or the folder for the
    /// results cannot be used.
    pub fn run(&self, progress: &dyn Progress) -> Result<QuantifiedCases, Error> {
        let pairs = self.pairs(self.label_maps(progress)?, progress)?;
        self.check_out(&pairs)?;
        let out = OutputFolder::claim(&self.out)?;
        let before = Results::of(out.path())?;
        let one = |(labels, images): &Pair| {
            let case = contained(|| {
                let id = &labels.id;
                if before.is_segmented(id) {
                    let (out, case) = (out.path().into(), id.clone());
                    return Err(FolderError::HoldsSegmentation { out, case }.into());
                }
                let case = measure(labels, images.as_ref(), &CaseFolder::of(out.path(), id))?;
                let findings = case.told().map(Note::Finding);
                findings.for_each(|finding| progress.message(&finding));
                Ok(TerminalRow::of(&case))
            });
            progress.advanced(1, "");
            case
        };
        let measured = in_stage(progress, Stage::Measuring, pairs.len(), || {
            pairs.par_iter().map(one).collect()
        });
        let ids = pairs.iter().map(|(labels, _)| labels.id.as_str());
        let (cases, failed) = FailedCase::separate(ids, measured);
        if !cases.is_empty() {
            let cohort = Cohort {
                failed: failed.iter().map(|f| f.case.clone()).collect(),
                ..Cohort::of([out.path()])
            };
            cohort.write(out.path(), progress)?;
        }
        Ok(QuantifiedCases { cases, failed })
    }

    fn label_maps(&self, progress: &dyn Progress) -> Result<Vec<LabelFile>, CasesError> {
        let mut files: Vec<LabelFile> = Vec::new();
        for path in &self.labels {
            files.extend(find(path, Role::Prediction, progress)?);
        }
        files.sort_by(|a, b| a.id.cmp(&b.id));
        match files.windows(2).find(|pair| pair[0].id == pair[1].id) {
            None => Ok(files),
            Some(pair) => Err(CasesError::TwoLabelMaps {
                case: pair[0].id.clone(),
                first: pair[0].path().into(),
                second: pair[1].path().into(),
            }),
        }
    }

    /// Gives each label map the case of its name; one label map and one case belong together whatever their names.
    fn pairs(
        &self,
        files: Vec<LabelFile>,
        progress: &dyn Progress,
    ) -> Result<Vec<Pair>, CasesError> {
        let Some(path) = &self.images else {
            return Ok(files.into_iter().map(|file| (file, None)).collect());
        };
        let found = search(path)?;
        let is_same = |labels: &PathBuf| same_file::is_same_file(labels, path).unwrap_or(false);
        // The search for label maps has named them where it was in the same folder.
        if !self.labels.iter().any(is_same) {
            tell_passed_over(found.passed_over, progress);
        }
        let mut cases = found.cases;
        if let ([_], [_]) = (files.as_slice(), cases.as_slice()) {
            return Ok(files.into_iter().zip(cases.drain(..).map(Some)).collect());
        }
        let cases = cases.into_iter().map(|case| (case.id().to_owned(), case));
        let mut cases: HashMap<String, CaseFiles> = cases.collect();
        let of = |file: LabelFile| {
            let case = cases.remove(&file.id);
            (file, case)
        };
        let pairs: Vec<Pair> = files.into_iter().map(of).collect();
        let missing = pairs.iter().filter(|(_, case)| case.is_none());
        let missing: Vec<String> = missing.map(|(file, _)| file.id.clone()).collect();
        if missing.is_empty() {
            return Ok(pairs);
        }
        Err(CasesError::NoImages {
            path: path.clone(),
            cases: missing,
        })
    }

    /// Refuses a folder for the results that is or holds an input.
    fn check_out(&self, pairs: &[Pair]) -> Result<(), FolderError> {
        let labels = pairs.iter().map(|(labels, _)| labels.path());
        let images = pairs
            .iter()
            .filter_map(|(_, case)| case.as_ref())
            .flat_map(CaseFiles::files);
        guard::not_over(&self.out, labels.chain(images))?;
        guard::not_over(&self.out, self.labels.iter().chain(&self.images))
    }
}

fn measure(
    file: &LabelFile,
    images: Option<&CaseFiles>,
    folder: &CaseFolder,
) -> Result<Case, Error> {
    // In this order: a file that changes between the two is another one than the record says.
    let of_images = |images| fingerprint::of_case(images, Fingerprint::of_file);
    let mut inputs = images.map_or(Ok(Fingerprints::new()), of_images)?;
    inputs.insert("labels".into(), file.fingerprint()?);
    let (labels, _) = file.read()?;
    let labels = Acquisition::new(file.place(), labels).map_err(|cause| CasesError::Geometry {
        path: file.path().into(),
        cause,
    })?;
    let case = images.map(|images| images.load_images(None)).transpose()?;
    let case = case.map(|(case, _)| case);
    let study = case.as_ref().map(|case| &case.study);
    let labels = match study {
        None => labels.into_volume(),
        Some(study) => study.on_grid(labels).map_err(CasesError::Elsewhere)?,
    };
    let none = PerSequence::default();
    let images = study.map_or(&none, Study::images);
    folder.create()?;
    let origin = Origin {
        findings: case.iter().flat_map(results::of_reading).collect(),
        ..Origin::default()
    };
    let told = results::write_case(folder, &file.id, &CaseView::of(&labels, images), origin)?;
    folder.finish(&told, inputs, &[folder.report(), folder.thumbnail()])?;
    Ok(told)
}
