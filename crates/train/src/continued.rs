//! Which settings may differ between a checkpoint and the training that resumes it.

use serde_json::Value;

use super::plan::TrainPlan;
use super::renamed::with_new_keys;
use super::schedule::{CosineSchedule, LrSchedule};
use super::settings::TrainSettings;
use myops_segment::{ModelHeader, Recipe};

/// The settings of a checkpoint that `now` resumes; where it cannot, the settings that differ.
///
/// They may differ in what comes after the network, and in the number of epochs where no learning rate so far depends on
/// it: with `schedule.kind = "cosine"` in the number of cycles, each as long as before.
///
/// # Errors
/// The settings that differ, in words.
pub fn continued(header: &ModelHeader, now: &TrainPlan) -> Result<TrainSettings, String> {
    let trained = trained_with(header).ok_or("it holds none")??;
    let same_parts = trained.epochs == now.epochs || now.single_slice_epochs() == 0;
    let same_rates = match (trained.schedule, now.schedule) {
        (LrSchedule::Cosine(trained_cosine), LrSchedule::Cosine(cosine)) => {
            trained_cosine.cycle_epochs(trained.epochs) == cosine.cycle_epochs(now.epochs)
        }
        _ => true,
    };
    let recipe = Recipe {
        preprocess: trained.recipe.preprocess,
        ..now.recipe
    };
    // Where cycles are of another length, so are the settings that tell it.
    let allowed = if same_rates && same_parts {
        TrainSettings {
            epochs: now.epochs,
            schedule: with_cycles_of(trained.schedule, now.schedule),
            recipe,
            ..trained
        }
    } else {
        trained
    };
    if allowed == *now.settings() {
        Ok(trained)
    } else {
        Err(differences(&allowed, now.settings()))
    }
}

/// The settings that a network was trained with, where its header tells them; those of older files have today's keys.
///
/// # Errors
/// Why they cannot be read.
pub fn trained_with(header: &ModelHeader) -> Option<Result<TrainSettings, String>> {
    let settings = with_new_keys(header.training.clone()?);
    Some(serde_json::from_value(settings).map_err(|e| e.to_string()))
}

/// A schedule with the number of cycles of another.
fn with_cycles_of(schedule: LrSchedule, other: LrSchedule) -> LrSchedule {
    match (schedule, other) {
        (LrSchedule::Cosine(cosine), LrSchedule::Cosine(other)) => {
            LrSchedule::Cosine(CosineSchedule {
                cycles: other.cycles,
                ..cosine
            })
        }
        (schedule, _) => schedule,
    }
}

/// The settings in which two trainings differ, by their names in a settings file.
fn differences(trained: &TrainSettings, now: &TrainSettings) -> String {
    let (trained, now) = (serde_json::to_value(trained), serde_json::to_value(now));
    let (Ok(trained), Ok(now)) = (trained, now) else {
        return String::new();
    };
    let mut found = Vec::new();
    collect_differences("", &trained, &now, &mut found);
    found.join(", ")
}

fn collect_differences(name: &str, trained: &Value, now: &Value, found: &mut Vec<String>) {
    match (trained, now) {
        (Value::Object(trained), Value::Object(now)) => {
            for (key, value) in trained {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                collect_differences(&name, value, now.get(key).unwrap_or(&Value::Null), found);
            }
        }
        _ if trained != now => found.push(format!("{name} = {now}, and it has {trained}")),
        _ => {}
    }
}
