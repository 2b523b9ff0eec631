//! The trainings of cross-validations as an array of tasks, and the scores of all.

use std::path::Path;

use myops_image::io::write_whole;

use super::error::SlurmError;
use super::quote::{absolute, quoted, text};
use super::script::{BatchScript, Condition, Resources, Scripts, gpus};
use crate::app::cross_validate::CrossValidateJob;
use crate::app::error::Error;
use crate::app::files::OutputFolder;
use crate::app::progress::Progress;

/// What a task may use: more cores gain little, and a training that needs more time is resumed.
const RESOURCES: Resources = Resources {
    cpus: 2,
    memory_gib: 8,
    minutes: 24 * 60,
    gpus: 0,
};

/// Cases that are predicted and scored in a minute; the margin is in it.
const SCORED_A_MINUTE: usize = 20;
/// Time of the job that predicts and scores, but for its cases, min.
const LEAST_MINUTES: u64 = 60;

/// Checks that the cross-validations of some seeds can be done, and writes `train.sbatch`, `evaluate.sbatch` and `settings.toml` into
/// their folder. A task trains the network of a fold and a seed. The job that follows is the cross-validation itself, which finds the
/// trainings finished, and predicts and scores the held-out cases of each seed. Without seeds, there is one cross-validation, with
/// the seed of the settings. `program` is the path of `myops` on the machines of the cluster.
///
/// # Errors
/// Where a case or the folds cannot be used, a file cannot be written, or Slurm would not understand a path.
pub fn of_trainings(
    job: &CrossValidateJob,
    seeds: &[u64],
    program: &Path,
    progress: &dyn Progress,
) -> Result<Scripts, Error> {
    let (cases, folds) = job.deal(progress)?;
    let (cases, folds) = (cases.len(), folds.count());
    let out = OutputFolder::claim(absolute(&job.out))?;
    let settings = out.path().join("settings.toml");
    let table = toml::to_string(&job.settings).map_err(Error::encode("the settings"))?;
    write_whole(&settings, |w| w.write_all(table.as_bytes()))?;
    let program = quoted(text(program)?);
    let common = common(job, &settings)?;
    let resources = Resources {
        gpus: gpus(job.device.name()),
        ..RESOURCES
    };
    let train = BatchScript {
        about: "Trains the networks of all folds and seeds; trainings that were begun are resumed.",
        name: "train",
        resources,
        before: place_of_task(folds, seeds),
        command: format!(
            "{program} train {common} --fold \"$fold\"{} --resume",
            of_task(job, out.path(), seeds)?
        ),
    };
    let cross_validations = seeds.len().max(1);
    let scored = cases * cross_validations;
    let evaluate = BatchScript {
        about: "Predicts and scores the held-out cases with the networks of train.sbatch; its log has the tables.",
        name: "evaluate",
        resources: Resources {
            minutes: LEAST_MINUTES + (scored / SCORED_A_MINUTE) as u64,
            ..resources
        },
        before: String::new(),
        command: format!(
            "{program} cross-validate {common}{}",
            of_all(job, out.path(), seeds)?
        ),
    };
    Ok(Scripts {
        tasks: train.write_array(out.path(), folds * cross_validations)?,
        then: evaluate.write_job(out.path())?,
        condition: Condition::Succeeded,
    })
}

/// Data and options of both commands.
fn common(job: &CrossValidateJob, settings: &Path) -> Result<String, Error> {
    let mut line = format!(
        "{} --config {} --folds {} --device {}",
        path(&job.data)?,
        path(settings)?,
        job.split.folds,
        job.device.name()
    );
    if let Some(patients) = &job.split.patients {
        line += &format!(" --patients {}", path(patients)?);
    }
    Ok(line)
}

/// The lines that tell a task its fold, and its seed as `$1` where there are seeds.
fn place_of_task(folds: usize, seeds: &[u64]) -> String {
    let fold = format!("fold=$((SLURM_ARRAY_TASK_ID % {folds}))\n");
    if seeds.is_empty() {
        return fold;
    }
    let seeds = words(seeds, " ");
    fold + &format!("set -- {seeds}\nshift $((SLURM_ARRAY_TASK_ID / {folds}))\n")
}

/// The options of a task, in the words of [`place_of_task`].
fn of_task(job: &CrossValidateJob, out: &Path, seeds: &[u64]) -> Result<String, Error> {
    let mut line = match seeds {
        [] => format!(" --out {}\"/fold$fold\"", path(out)?),
        _ => format!(" --seed \"$1\" --out {}\"/seed$1/fold$fold\"", path(out)?),
    };
    if let Some(start) = &job.start {
        line += &format!(" --start {}\"/fold$fold\"", path(start)?);
    }
    Ok(line)
}

/// The options of the cross-validations.
fn of_all(job: &CrossValidateJob, out: &Path, seeds: &[u64]) -> Result<String, Error> {
    let mut line = format!(" --out {}", path(out)?);
    if !seeds.is_empty() {
        line += &format!(" --seeds {}", words(seeds, ","));
    }
    if let Some(start) = &job.start {
        line += &format!(" --start {}", path(start)?);
    }
    Ok(line)
}

fn words(seeds: &[u64], between: &str) -> String {
    let words: Vec<String> = seeds.iter().map(u64::to_string).collect();
    words.join(between)
}

/// A path that holds in every folder, as a shell reads it.
fn path(path: &Path) -> Result<String, SlurmError> {
    Ok(quoted(text(&absolute(path))?))
}
