//! `myops augment`: the enlarged training set of the published system.

use std::path::PathBuf;

use anyhow::{Context, Result};
use myops_image::augment::{AugmentRanges, Augmentation, sample_rng};
use myops_image::geometry::{Affine, Grid};
use myops_image::io::{CaseFiles, Placement, write_image, write_labels, write_whole};
use myops_image::label::Label;
use myops_image::picture::{Tile, sheet};
use myops_image::preprocess::{Normalise, Preprocess};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_image::volume::Volume;
use myops_net::train::Member;
use rayon::prelude::*;

use super::folder::OutputFolder;
use super::patients::{self, Patients};
use super::talk::Talk;
use super::{cases, folder, outputs};

/// Arguments of `myops augment`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases
    data: PathBuf,
    /// How many times larger the set becomes: the cases themselves, and this many less one variations of each
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// What the variations are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Table of each case's patient (CSV: case,patient), kept in the enlarged set [default: patients.csv beside the cases,
    /// else by the cases' names]
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
    /// Folder for the enlarged set, one folder a case
    #[arg(long, value_name = "DIR", default_value = "augmented")]
    out: PathBuf,
}

/// The file of the sheet.
const PICTURE: &str = "augmentation.png";
/// Intensities stay as they are, so that the written cases are read like any other.
const PREPROCESS: Preprocess = Preprocess {
    normalise: Normalise::AsStored,
    ..Preprocess::PUBLISHED
};

/// Writes the enlarged set and a sheet of the variations.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let files = cases::find_labelled(&args.data, talk)?;
    outputs::not_over(&args.out, files.iter().flat_map(CaseFiles::files))?;
    outputs::not_over(&args.out, [&args.data])?;
    let out = OutputFolder::claim(&args.out)?;
    outputs::only_ours(&args.out, "augment", is_ours)?;
    let patients =
        Patients::open(args.patients.as_deref(), &args.data)?.of(&patients::ids(&files))?;
    let studies = cases::read_all(&files, talk)?;
    let total = studies.len() * args.times as usize;
    let bar = talk.bar(total as u64, "augmenting");
    (0..total).into_par_iter().try_for_each(|n| {
        let (study, time) = (&studies[n / args.times as usize], n % args.times as usize);
        let written = write(study, time, args);
        bar.inc(1);
        written
    })?;
    bar.finish_and_clear();
    let copies = |member: &Member| {
        (0..args.times as usize)
            .map(|n| copy_of(member, n))
            .collect::<Vec<_>>()
    };
    patients::write(
        out.path(),
        &patients.iter().flat_map(copies).collect::<Vec<_>>(),
    )?;
    if let Some(study) = studies.first() {
        let png = picture(study, args.seed)?;
        write_whole(out.path().join(PICTURE), |w| w.write_all(&png))?;
    }
    talk.say(format_args!(
        "{total} cases and the sheet {PICTURE} are in {}",
        args.out.display()
    ));
    Ok(())
}

fn copy_of(member: &Member, time: usize) -> Member {
    Member {
        id: copy_id(&member.id, time),
        patient: member.patient.clone(),
    }
}

fn copy_id(id: &str, time: usize) -> String {
    format!("{id}x{time:02}")
}

/// Whether a file or folder of this name is one that this command writes.
fn is_ours(name: &str) -> bool {
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_copy = name.len() >= start.len() + 2 && start.ends_with('x');
    is_copy || [PICTURE, patients::TABLE].contains(&name)
}

/// Writes variation `time` of a case; the first is the case itself, cropped.
fn write(study: &Study, time: usize, args: &Args) -> Result<()> {
    let (prepared, restore) = PREPROCESS.apply(study)?;
    let reference = study.reference().context("no reference labels")?;
    let (mut image, mut labels) = (prepared.data, restore.prepare_labels(reference));
    let size = PREPROCESS.size;
    let pixels = size * size;
    let ranges = if time == 0 {
        AugmentRanges::NONE
    } else {
        AugmentRanges::PUBLISHED
    };
    for slice in 0..prepared.slices {
        let mut rng = sample_rng(args.seed, 0, time, study.id(), slice);
        let (from, to) = (slice * pixels, (slice + 1) * pixels);
        let (mut x, mut y) = (image[from * 3..to * 3].to_vec(), labels[from..to].to_vec());
        ranges
            .draw(&mut rng, Sequence::ALL.len())
            .apply(&mut x, &mut y, size);
        image[from * 3..to * 3].copy_from_slice(&x);
        labels[from..to].copy_from_slice(&y);
    }
    let id = copy_id(study.id(), time);
    let place = args.out.join(&id);
    folder::make_inside(&args.out, &place)?;
    let [row, column, slice] = restore.spacing_mm();
    let spacing = myops_image::geometry::Spacing::new_mm([column, row, slice])?;
    let grid = Grid::new([size, size, prepared.slices], Affine::from_spacing(spacing))?;
    let placement = Placement::of_grid(&grid);
    for (channel, name) in ["C0", "LGE", "T2"].into_iter().enumerate() {
        let values = image.iter().skip(channel).step_by(3).copied().collect();
        write_image(
            place.join(format!("{id}_{name}.nii.gz")),
            &Volume::new(grid, values)?,
            &placement,
        )?;
    }
    write_labels(
        place.join(format!("{id}_gd.nii.gz")),
        &Volume::new(grid, labels)?,
        &placement,
    )?;
    Ok(())
}

/// The middle slice of a case, as it is and after each variation alone and together, with its labels outlined.
fn picture(study: &Study, seed: u64) -> Result<Vec<u8>> {
    let (prepared, restore) = Preprocess::PUBLISHED.apply(study)?;
    let reference = study.reference().context("no reference labels")?;
    let size = prepared.size;
    let (k, pixels) = (prepared.slices / 2, size * size);
    let image = &prepared.data[k * pixels * 3..(k + 1) * pixels * 3];
    let labels = &restore.prepare_labels(reference)[k * pixels..(k + 1) * pixels];
    let all = AugmentRanges::PUBLISHED;
    let one = |change: fn(&mut AugmentRanges, &AugmentRanges)| {
        let mut ranges = AugmentRanges::NONE;
        change(&mut ranges, &all);
        ranges
    };
    let rows = [
        ("as it is", AugmentRanges::NONE),
        ("drop-out", one(|r, all| r.dropout = all.dropout)),
        (
            "rotation",
            one(|r, all| r.rotation_degrees = all.rotation_degrees),
        ),
        ("horizontal flip", one(|r, _| r.flip_horizontal = 1.0)),
        (
            "elastic",
            one(|r, all| r.elastic_pixels = all.elastic_pixels),
        ),
        ("together", all),
    ];
    let tiles: Vec<Tile> = rows
        .into_iter()
        .enumerate()
        .flat_map(|(n, (title, ranges))| {
            let drawn = ranges.draw(&mut sample_rng(seed, 0, n + 1, study.id(), k), 3);
            tiles_of(title, &drawn, image, labels, size)
        })
        .collect();
    Ok(sheet(&tiles, 4))
}

fn tiles_of(
    title: &str,
    drawn: &Augmentation,
    image: &[f32],
    labels: &[Label],
    size: usize,
) -> [Tile; 2] {
    let (mut image, mut labels) = (image.to_vec(), labels.to_vec());
    drawn.apply(&mut image, &mut labels, size);
    let channel = 1;
    let bright = image
        .iter()
        .skip(channel)
        .step_by(3)
        .copied()
        .fold(0.0, f32::max)
        .max(1e-6)
        * 0.7;
    let gray: Vec<f32> = image
        .iter()
        .skip(channel)
        .step_by(3)
        .map(|v| (v / bright).min(1.0))
        .collect();
    let tile = |title: String, labels| Tile {
        title,
        width: size,
        height: size,
        gray: gray.clone(),
        labels,
    };
    [
        tile(title.into(), None),
        tile("with its labels".into(), Some(labels)),
    ]
}
