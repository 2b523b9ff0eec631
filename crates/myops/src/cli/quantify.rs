//! `myops quantify`: what label maps mean for the patient.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_image::io::{CaseFiles, LoadedCase, read_small, search, write_whole};
use myops_image::sequence::PerSequence;
use myops_image::study::{Study, same_place};
use myops_measure::finding::Finding;
use rayon::prelude::*;

use super::cases::tell_passed_over;
use super::folder::OutputFolder;
use super::label_files::{LabelFile, Role, find};
use super::outputs;
use super::record::CaseFolder;
use super::talk::Talk;
use crate::failure::{self, WithHint};
use crate::report::{
    CaseSheet, CaseView, CohortCase, Origin, case_page, cohort_csv, cohort_page, terminal_table,
    thumbnail,
};

/// Arguments of `myops quantify`.
#[expect(clippy::doc_markdown, reason = "the words are printed as help")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Label maps: files, or folders of ID_labels.nii.gz, ID.nii.gz or ID_gd.nii.gz
    #[arg(required = true)]
    labels: Vec<PathBuf>,
    /// The case, or the folder of cases, that the labels were drawn on: for thresholds and pictures
    #[arg(long, value_name = "CASE")]
    images: Option<PathBuf>,
    /// Folder for reports and tables, one folder a case
    #[arg(long, value_name = "DIR", default_value = "quantified")]
    out: PathBuf,
}

/// Measures every label map.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let mut files: Vec<LabelFile> = Vec::new();
    for path in &args.labels {
        files.extend(find(path, Role::Prediction, talk)?);
    }
    files.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = files.windows(2).find(|pair| pair[0].id == pair[1].id) {
        bail!(
            "case {} has two label maps: {} and {}",
            pair[0].id,
            pair[0].place(),
            pair[1].place()
        );
    }
    let jobs = pair_with_images(files, args.images.as_deref(), talk)?;
    let images = || {
        jobs.iter()
            .filter_map(|(_, case)| case.as_ref())
            .flat_map(CaseFiles::files)
    };
    outputs::not_over(
        &args.out,
        jobs.iter().map(|(labels, _)| labels.path()).chain(images()),
    )?;
    outputs::not_over(&args.out, args.labels.iter().chain(&args.images))?;
    let out = OutputFolder::claim(&args.out)?;
    let bar = talk.bar(jobs.len() as u64, "measuring");
    let measured: Vec<Result<CaseSheet>> = jobs
        .par_iter()
        .map(|(labels, images)| {
            let sheet = failure::contained(|| measure(labels, images.as_ref(), out.path()));
            bar.inc(1);
            sheet
        })
        .collect();
    bar.finish_and_clear();
    let (mut sheets, mut failed) = (Vec::new(), Vec::new());
    for (sheet, (labels, _)) in measured.into_iter().zip(&jobs) {
        match sheet {
            Ok(sheet) => sheets.push(sheet),
            Err(error) => {
                failure::tell(&format!("case {}: ", labels.id), &error);
                failed.push(labels.id.as_str());
            }
        }
    }
    std::io::stdout()
        .lock()
        .write_all(terminal_table(&sheets).as_bytes())?;
    sheets
        .iter()
        .flat_map(CaseSheet::told)
        .for_each(|line| talk.say(line));
    if !sheets.is_empty() {
        write_cohort(&args.out, &failed, talk)?;
        talk.say(format_args!(
            "reports are in {}",
            args.out.join("cohort.html").display()
        ));
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!(
            "{} of {} cases failed: {}",
            failed.len(),
            jobs.len(),
            failed.join(", ")
        )
    }
}

/// Gives each label map the case of its name; one label map and one case belong together whatever their names.
fn pair_with_images(
    files: Vec<LabelFile>,
    images: Option<&Path>,
    talk: Talk,
) -> Result<Vec<(LabelFile, Option<CaseFiles>)>> {
    let Some(path) = images else {
        return Ok(files.into_iter().map(|file| (file, None)).collect());
    };
    let found = search(path)?;
    tell_passed_over(&found.passed_over, talk);
    let mut cases = found.cases;
    if let ([_], [_]) = (files.as_slice(), cases.as_slice()) {
        return Ok(files.into_iter().zip(cases.drain(..).map(Some)).collect());
    }
    let of = |file: &LabelFile| cases.iter().find(|case| case.id() == file.id).cloned();
    let missing: Vec<&str> = files
        .iter()
        .filter(|f| of(f).is_none())
        .map(|f| f.id.as_str())
        .collect();
    if !missing.is_empty() {
        let error = anyhow::anyhow!("{}: no images of {}", path.display(), missing.join(", "));
        return Err(error).hint(|| {
            "label maps and cases are matched by name; leave --images out to do without".into()
        });
    }
    Ok(files.iter().map(|file| (file.clone(), of(file))).collect())
}

fn measure(file: &LabelFile, images: Option<&CaseFiles>, out: &Path) -> Result<CaseSheet> {
    let (mut labels, _) = file.read()?;
    let case = images
        .map(|case| Ok::<_, anyhow::Error>(case.load_images()?.0))
        .transpose()?;
    let study = case.as_ref().map(|case| &case.study);
    if let Some(study) = study {
        let images = format!("the images of {}", study.id());
        let order = same_place((&images, study.grid()), (&file.place(), labels.grid()))
            .hint(|| "give the images that the labels were drawn on".into())?;
        labels = order.store(labels, study.grid());
    }
    let none = PerSequence::default();
    let images = study.map_or(&none, Study::images);
    let folder = CaseFolder::of(out, &file.id);
    if folder.is_segmented() {
        let error = anyhow::anyhow!(
            "{}: holds what myops segment wrote of {}",
            out.display(),
            file.id
        );
        return Err(error).hint(|| "--out writes the reports elsewhere".into());
    }
    folder.create()?;
    let findings = case.iter().flat_map(fills).collect();
    write_case(
        &folder,
        &file.id,
        &CaseView::of(&labels, images),
        Origin {
            findings,
            ..Origin::default()
        },
    )
}

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
) -> Result<CaseSheet> {
    let sheet = CaseSheet::measure(id, view, origin);
    let json = serde_json::to_vec_pretty(&sheet)?;
    write_whole(folder.quantities(), |w| w.write_all(&json))?;
    let png = thumbnail(view);
    write_whole(folder.thumbnail(), |w| w.write_all(&png))?;
    let page = case_page(&sheet, view)?;
    write_whole(folder.report(), |w| w.write_all(page.as_bytes()))?;
    Ok(sheet)
}

/// Writes the page and the table of all cases whose folders lie in `out`, whenever they were measured, but for those that
/// failed just now.
///
/// # Errors
/// Where the folder cannot be listed or a file cannot be written.
pub fn write_cohort(out: &Path, failed: &[&str], talk: Talk) -> Result<()> {
    let mut sheets = Vec::new();
    for entry in
        std::fs::read_dir(out).with_context(|| format!("{}: cannot be listed", out.display()))?
    {
        let Ok(id) = entry?.file_name().into_string() else {
            continue;
        };
        let folder = CaseFolder::of(out, &id);
        if failed.contains(&id.as_str()) || !folder.quantities().is_file() {
            continue;
        }
        match read_sheet(&folder) {
            Ok(sheet) => sheets.push(sheet),
            Err(error) => talk.say(format_args!(
                "case {id} is left out of cohort.html: {error:#}"
            )),
        }
    }
    if sheets.is_empty() {
        return Ok(());
    }
    sheets.sort_by(|a, b| a.case.cmp(&b.case));
    for name in ["cohort.csv", "cohort.html"] {
        outputs::stays_inside(out, &out.join(name))?;
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
    let page = cohort_page(&sheets.into_iter().map(case).collect::<Vec<_>>())?;
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
pub fn read_sheet(folder: &CaseFolder) -> Result<CaseSheet> {
    let path = folder.quantities();
    let bytes = read_small(&path)?;
    serde_json::from_slice(&bytes).with_context(|| path.display().to_string())
}
