//! The job that writes the enlarged set.

use std::path::PathBuf;

use myops_image::io::write_whole;
use myops_image::preprocess::Missing;
use myops_train::Member;
use rayon::prelude::*;

use super::copy::{self, copy_id};
use super::sheet;

use crate::app::cases::{Patients, TABLE, labelled, write_table};
use crate::app::error::Error;
use crate::app::files::{OutputFolder, guard};
use crate::app::progress::{Progress, Stage, in_stage};

/// The file of the sheet that shows the kinds of augmentation.
pub const SHEET: &str = "augmentation.png";

/// Writes labelled cases with augmented copies of each, and a sheet that shows the kinds of augmentation.
#[derive(Debug, Clone)]
pub struct AugmentJob {
    /// The folder of labelled cases.
    pub data: PathBuf,
    /// The size factor: each case plus `times` - 1 augmented copies.
    pub times: usize,
    /// The random seed.
    pub seed: u64,
    /// The table of each case's patient; `None` takes `patients.csv` beside the cases, else the names of the cases.
    pub patients: Option<PathBuf>,
    /// The folder for the enlarged set, one folder a case.
    pub out: PathBuf,
}

impl AugmentJob {
    /// A job that writes a set ten times as large with the seed 1.
    pub fn new(data: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            times: 10,
            seed: 1,
            patients: None,
            out: out.into(),
        }
    }

    /// Writes the enlarged set, its table of patients and the sheet; gives the number of cases written.
    ///
    /// # Errors
    /// Where a case cannot be used, or the folder holds something else or cannot be written to.
    pub fn run(&self, progress: &dyn Progress) -> Result<usize, Error> {
        let cases = labelled::find(&self.data, progress)?;
        guard::not_over(&self.out, labelled::files(&cases))?;
        guard::not_over(&self.out, [&self.data])?;
        let out = OutputFolder::claim(&self.out)?;
        guard::only_ours(&self.out, "augment", is_ours)?;
        let patients = Patients::open(self.patients.as_deref(), &self.data)?.of(&cases)?;
        let studies = labelled::read_all(&cases, Missing::Refuse, progress)?;
        let total = studies.len() * self.times;
        in_stage(progress, Stage::Augmenting, total, || {
            (0..total).into_par_iter().try_for_each(|n| {
                let (study, time) = (&studies[n / self.times].study, n % self.times);
                let written = copy::write(study, time, self.seed, out.path());
                progress.advanced(1, "");
                written
            })
        })?;
        let copies = |member: &Member| {
            let copy = |time| Member {
                id: copy_id(&member.id, time),
                patient: member.patient.clone(),
            };
            (0..self.times).map(copy).collect::<Vec<_>>()
        };
        let members: Vec<Member> = patients.iter().flat_map(copies).collect();
        write_table(out.path(), &members)?;
        if let Some(case) = studies.first() {
            let png = sheet::draw(&case.study, self.seed)?;
            write_whole(out.path().join(SHEET), |w| w.write_all(&png))?;
        }
        Ok(total)
    }
}

/// Whether a file or folder of this name is one that this job writes.
fn is_ours(name: &str) -> bool {
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_copy = name.len() >= start.len() + 2 && start.ends_with('x');
    is_copy || [SHEET, TABLE].contains(&name)
}
