//! Whether a network takes what the preparation gives.

use myops_image::label::Label;
use myops_image::preprocess::Preprocess;
use myops_net::model::ModelSettings;
use myops_settings::SettingsError;

/// Checks that there is such a network for what the preparation gives.
///
/// # Errors
/// The first number out of its bounds.
pub fn check_network(model: &ModelSettings, preprocess: &Preprocess) -> Result<(), SettingsError> {
    let (side, multiple) = (preprocess.size, model.architecture.side_multiple());
    let (inputs, classes) = (preprocess.channels(), Label::ALL.len());
    let channels = match preprocess.neighbours {
        0 => format!("{inputs} (one for each sequence)"),
        n => format!("{inputs} (one for each sequence of a slice and of {n} on either side)"),
    };
    for (name, value, fits, bound) in [
        (
            "model.width",
            model.width,
            (1..=512).contains(&model.width),
            "1 to 512".into(),
        ),
        (
            "model.inputs",
            model.inputs,
            model.inputs == inputs,
            channels,
        ),
        (
            "model.classes",
            model.classes,
            model.classes == classes,
            format!("{classes} (one for each label)"),
        ),
        (
            "recipe.preprocess.size",
            side,
            (1..=2048).contains(&side) && side.is_multiple_of(multiple),
            format!("a multiple of {multiple} from {multiple} to 2048"),
        ),
    ] {
        if !fits {
            return Err(SettingsError::new(name, &value, bound));
        }
    }
    Ok(())
}
