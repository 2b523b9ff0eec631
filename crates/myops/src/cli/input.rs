//! The arguments that say which cases a command works on.

use std::path::PathBuf;

use myops_image::phase::Phase;
use myops_image::sequence::PerSequence;

use crate::app::input::{Input, NamedFiles, Source};

/// Which cases a command works on: paths, the files of one case, or a table.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// Case folders, folders of cases at any depth, or image files
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
}

const NAMED: &str = "Images";

impl From<InputArgs> for Input {
    fn from(args: InputArgs) -> Self {
        let InputArgs {
            paths,
            bssfp,
            lge,
            t2,
            labels,
            id,
            cases,
            phase,
        } = args;
        let source = match cases {
            Some(table) => Source::Table(table),
            None if paths.is_empty() => Source::Files(NamedFiles {
                images: PerSequence { bssfp, lge, t2 },
                labels,
                id,
            }),
            None => Source::Paths(paths),
        };
        Self {
            source,
            phase: phase.map_or(Phase::MostLike, |phase| Phase::Number(phase.into())),
        }
    }
}
