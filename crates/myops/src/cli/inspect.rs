//! `myops inspect`: what would be taken for what.

use anyhow::{Result, anyhow};

use super::failure::WithHint;
use super::input::InputArgs;
use super::output::print;
use crate::app::Error;
use crate::app::inspect::{InspectJob, InspectedCase, Inspection, Role, Row, Stack};
use crate::app::note::count;

/// Arguments of `myops inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

/// Prints a table for each case, and what is passed over.
pub fn run(args: Args) -> Result<()> {
    let job = InspectJob {
        input: args.input.read()?,
    };
    let inspection = job.run()?;
    if args.json {
        let json = serde_json::to_string_pretty(&inspection);
        print(&(json.map_err(Error::encode("the inspection"))? + "\n"))?;
    } else {
        print(&told(&inspection))?;
    }
    let refused: Vec<&InspectedCase> = inspection
        .cases
        .iter()
        .filter(|case| case.problem().is_some())
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = refused.iter().map(|case| case.case.as_str()).collect();
    let cases = count(inspection.cases.len(), "case");
    let (refused_cases, names) = (refused.len(), names.join(", "));
    let error = anyhow!("{refused_cases} of {cases} cannot be segmented: {names}");
    if refused.iter().any(|case| case.tie.is_some()) {
        return Err(error).hint(|| NAME_ONE.into());
    }
    Err(error)
}

const NAME_ONE: &str = "name the file to be taken with --lge FILE, --bssfp FILE or --t2 FILE, or in a table with --cases";

fn told(inspection: &Inspection) -> String {
    let mut text: String = inspection.cases.iter().map(table).collect();
    for file in &inspection.passed_over {
        let reason = file
            .reason
            .as_ref()
            .map_or_else(String::new, |r| format!(": {r}"));
        text += &format!("passed over: {}{reason}\n", file.source);
    }
    text
}

const HEADINGS: [&str; 9] = [
    "image",
    "columns x rows x slices",
    "mm",
    "plane",
    "angle",
    "apart in, through",
    "covered",
    "shift",
    "file",
];

/// The table of a case: one line an image, and why it was taken.
fn table(case: &InspectedCase) -> String {
    let reference = case.reference.map_or_else(String::new, |sequence| {
        format!(", compared with {sequence}")
    });
    let mut text = format!("case {}{reference}\n", case.case);
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(case.images.iter().map(cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for (at, row) in rows.iter().enumerate() {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text += &format!("  {}\n", line.trim_end());
        let Some(image) = at.checked_sub(1).and_then(|at| case.images.get(at)) else {
            continue;
        };
        for note in notes(image) {
            text += &format!("         {note}\n");
        }
    }
    for problem in case.tie.iter().chain(&case.apart) {
        text += &format!("  problem: {problem}\n");
    }
    text
}

fn cells(row: &Row) -> [String; HEADINGS.len()] {
    let of_stack = |show: &dyn Fn(&Stack) -> String| row.stack.as_ref().map_or("?".into(), show);
    let [angle, apart, covered] = match &row.to_reference {
        None => ["", "", ""].map(str::to_owned),
        Some(to) => [
            format!("{:.1}°", to.angle_degrees),
            format!("{:.1}, {:.1} mm", to.in_plane_mm, to.through_plane_mm),
            format!("{:.0} %", to.covered_percent),
        ],
    };
    [
        row.role.name().into(),
        of_stack(&|stack| stack.voxels.map(|n| n.to_string()).join(" x ")),
        of_stack(&|stack| stack.mm.map(|mm| format!("{mm:.2}")).join(" x ")),
        of_stack(&|stack| stack.plane.into()),
        angle,
        apart,
        covered,
        row.shift_mm
            .map_or_else(String::new, |mm| format!("{mm:.1} mm")),
        row.source.clone(),
    ]
}

/// What is told of an image below its line.
fn notes(row: &Row) -> Vec<String> {
    let mut notes = Vec::new();
    if !row.reason.is_empty() {
        notes.push(format!("taken for {} by {}", row.role.name(), row.reason));
    }
    if let Some(phase) = row.stack.as_ref().and_then(|stack| stack.phase) {
        notes.push(phase.to_string());
    }
    if let Some(problem) = &row.problem {
        let word = if row.role == Role::Labels {
            "left out"
        } else {
            "problem"
        };
        notes.push(format!("{word}: {problem}"));
    }
    notes
}
