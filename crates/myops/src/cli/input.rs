//! The arguments that say which cases a command works on.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use myops_dicom::role::{Rules, SeriesChoice};
use myops_image::io::read_small;

use myops_image::phase::Phase;
use myops_image::sequence::{PerSequence, Sequence};

use crate::app::input::{Input, NamedFiles, SeriesRules, Source};

/// Which cases a command works on: paths, the files of one case, or a table.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// Case folders, folders of cases at any depth, or image files; or folders and zip archives of DICOM exams
    #[arg(required_unless_present_any = ["bssfp", "lge", "t2", "cases"], conflicts_with_all = ["bssfp", "lge", "t2", "cases"])]
    paths: Vec<PathBuf>,
    /// The bSSFP image of one case, whatever its name; a cine may have several phases
    #[arg(long, value_name = "FILE", help_heading = NAMED, conflicts_with = "cases")]
    bssfp: Option<PathBuf>,
    /// The LGE image of the case
    #[arg(long, value_name = "FILE", help_heading = NAMED, conflicts_with = "cases")]
    lge: Option<PathBuf>,
    /// The T2 image of the case
    #[arg(long, value_name = "FILE", help_heading = NAMED, conflicts_with = "cases")]
    t2: Option<PathBuf>,
    /// The reference labels of the case
    #[arg(long, value_name = "FILE", help_heading = NAMED, conflicts_with_all = ["paths", "cases"])]
    labels: Option<PathBuf>,
    /// The name of the case [default: what the names of the files have in common, or their folder's name]
    #[arg(long, value_name = "NAME", help_heading = NAMED, conflicts_with_all = ["paths", "cases"])]
    id: Option<String>,
    /// A table of cases with the header case,bssfp,lge,t2,labels, separated by commas, semicolons or tabs; paths are
    /// relative to it, and an empty field is a missing file
    #[arg(long, value_name = "TABLE", help_heading = NAMED)]
    cases: Option<PathBuf>,
    /// The phase of a bSSFP cine, counted from 1 [default: the one most like LGE, or T2 without it; else 1]
    #[arg(long, value_name = "N", help_heading = NAMED, value_parser = clap::value_parser!(u16).range(1..))]
    phase: Option<u16>,
    /// The sequence on whose slices cases are labelled: lge, t2 or bssfp [default: LGE, or T2 without it]
    #[arg(long, value_name = "SEQUENCE", help_heading = NAMED, value_parser = sequence)]
    grid: Option<Sequence>,
    /// The series of a sequence in DICOM exams, by its number or UID: lge=9; may be repeated
    #[arg(long, value_name = "SEQUENCE=SERIES", help_heading = NAMED)]
    series: Vec<String>,
    /// A file of rules (TOML) that say which DICOM series are which sequence, or are to be ignored
    #[arg(long, value_name = "FILE", help_heading = NAMED)]
    rules: Option<PathBuf>,
}

fn sequence(name: &str) -> Result<Sequence, String> {
    let named = Sequence::ALL
        .into_iter()
        .find(|s| s.name().eq_ignore_ascii_case(name));
    named.ok_or_else(|| "need lge, t2 or bssfp".into())
}

const NAMED: &str = "Images";

impl InputArgs {
    /// The cases that are meant.
    ///
    /// # Errors
    /// Where the rules or the choice of a series cannot be read.
    pub fn read(self) -> Result<Input> {
        let InputArgs {
            paths,
            bssfp,
            lge,
            t2,
            labels,
            id,
            cases,
            phase,
            grid,
            series,
            rules,
        } = self;
        let rules = rules
            .map(|path| read_rules(&path))
            .transpose()?
            .unwrap_or_default();
        let choice = SeriesChoice::parse(series.iter().map(String::as_str))?;
        let source = match cases {
            Some(table) => Source::Table(table),
            None if paths.is_empty() => Source::Files(NamedFiles {
                images: PerSequence { bssfp, lge, t2 },
                labels,
                id,
            }),
            None => Source::Paths(paths),
        };
        Ok(Input {
            source,
            phase: phase.map_or(Phase::MostLike, |phase| Phase::Number(phase.into())),
            stack: grid,
            series: SeriesRules { rules, choice },
        })
    }
}

fn read_rules(path: &Path) -> Result<Rules> {
    let bytes = read_small(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow!("{}: not a text file (UTF-8)", path.display()))?;
    Rules::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))
}
