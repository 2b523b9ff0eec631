//! What the results of a plan depend on beside files, model and device.

use std::path::{Path, PathBuf};

use myops_dicom::role::{Rules, SeriesChoice};
use myops_image::phase::Phase;
use myops_image::sequence::Sequence;
use serde::{Deserialize, Serialize};

use crate::app::input::{Input, SeriesRules, Source};
use crate::app::record::{Packing, Pictures, ResultOptions};
use crate::app::segment::{Finished, SegmentJob};
use crate::report::PatientData;

/// The settings of a [`SegmentJob`] that change its results, as a plan keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The phase of a cine, counted from 1; `None` for the one most like LGE.
    phase: Option<usize>,
    /// The sequence on whose slices cases are labelled; `None` for the usual one.
    grid: Option<Sequence>,
    /// The chosen series of DICOM exams, as `LGE=9`.
    series: Vec<String>,
    /// The rules for series of DICOM exams.
    rules: Rules,
    probabilities: bool,
    all_grids: bool,
    dicom: bool,
    pictures: Pictures,
    packing: Packing,
    patient_data: PatientData,
}

impl Settings {
    /// Those of a job.
    pub fn of(job: &SegmentJob) -> Self {
        let Input {
            source: _,
            phase,
            stack,
            series,
        } = &job.input;
        let options = job.options;
        Self {
            phase: match phase {
                Phase::MostLike => None,
                Phase::Number(number) => Some(*number),
            },
            grid: *stack,
            series: series.choice.choices(),
            rules: series.rules.clone(),
            probabilities: options.probabilities,
            all_grids: options.all_grids,
            dicom: options.dicom,
            pictures: options.pictures,
            packing: options.packing,
            patient_data: options.patient_data,
        }
    }

    /// A job with these settings, whose cases are given to it.
    pub fn job(&self, out: &Path) -> SegmentJob {
        let series = self.series.iter().map(String::as_str);
        SegmentJob {
            input: Input {
                source: Source::Paths(Vec::new()),
                phase: self.phase.map_or(Phase::MostLike, Phase::Number),
                stack: self.grid,
                series: SeriesRules {
                    rules: self.rules.clone(),
                    // They were written from choices, and the plan has a checksum.
                    choice: SeriesChoice::parse(series).unwrap_or_default(),
                },
            },
            out: PathBuf::from(out),
            finished: Finished::Skip,
            options: ResultOptions {
                probabilities: self.probabilities,
                all_grids: self.all_grids,
                dicom: self.dicom,
                pictures: self.pictures,
                packing: self.packing,
                patient_data: self.patient_data,
            },
        }
    }

    /// Whether results tell who was examined.
    pub fn patient_data(&self) -> PatientData {
        self.patient_data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_job_come_back_from_json() {
        let mut job = SegmentJob::new(["data"], "out");
        job.input.phase = Phase::Number(7);
        job.input.stack = Some(Sequence::T2);
        let rules = "[[rule]]\ndescription = \"*psir*\"\nrole = \"ignore\"\n";
        job.input.series.rules = Rules::parse(rules).unwrap();
        job.input.series.choice = SeriesChoice::parse(["lge=9"]).unwrap();
        (job.options.probabilities, job.options.patient_data) = (true, PatientData::Shown);
        let settings = Settings::of(&job);
        let json = serde_json::to_string(&settings).unwrap();
        let read: Settings = serde_json::from_str(&json).unwrap();
        assert_eq!(read, settings, "{json}");
        let again = read.job(Path::new("out"));
        assert_eq!(again.input.series.choice, job.input.series.choice);
        assert_eq!(Settings::of(&again), settings);
        assert!(serde_json::from_str::<Settings>(&json.replace("\"grid\"", "\"slices\"")).is_err());
    }
}
