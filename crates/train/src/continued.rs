//! Which settings may differ between a checkpoint and the training that goes on with it.

use serde_json::Value;

use super::schedule::{CosineSettings, Course};
use super::settings::TrainSettings;
use myops_segment::{ModelHeader, Recipe};

/// The settings of a checkpoint that `now` goes on with; where it cannot, the settings that differ.
///
/// They may differ in what comes after the network, and in the number of epochs where no learning rate so far depends on
/// it: with `course = "cosine"` in the number of cycles, each as long as before.
pub fn continued(header: &ModelHeader, now: &TrainSettings) -> Result<TrainSettings, String> {
    let trained = header.training.clone().ok_or("it holds none")?;
    let trained: TrainSettings = serde_json::from_value(trained).map_err(|e| e.to_string())?;
    let cycle = |settings: &TrainSettings| settings.cosine.cycle_epochs(settings.epochs);
    let same_parts = trained.epochs == now.epochs || now.alone_epochs() == 0;
    let same_rates = now.course == Course::Plateau || cycle(&trained) == cycle(now);
    let recipe = Recipe {
        preprocess: trained.recipe.preprocess,
        ..now.recipe
    };
    let cosine = CosineSettings {
        cycles: now.cosine.cycles,
        ..trained.cosine
    };
    // Where cycles are of another length, so are the settings that tell it.
    let allowed = if same_rates && same_parts {
        TrainSettings {
            epochs: now.epochs,
            cosine,
            recipe,
            ..trained
        }
    } else {
        trained
    };
    if allowed == *now {
        Ok(trained)
    } else {
        Err(differences(&allowed, now))
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
