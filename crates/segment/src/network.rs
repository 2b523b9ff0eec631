//! Whether a network takes what the preparation gives.

use myops_image::preprocess::Preprocess;
use myops_net::model::{ModelSettings, SettingsError};

/// The most slices on either side that a network may see beside each.
const MOST_NEIGHBOURS: usize = 4;

/// Checks that there is such a network for what the preparation gives.
///
/// # Errors
/// The first number out of its bounds.
pub fn check_network(model: &ModelSettings, preprocess: &Preprocess) -> Result<(), SettingsError> {
    let Preprocess {
        size: side,
        neighbours,
        ..
    } = *preprocess;
    let multiple = model.architecture.side_multiple();
    let sides = format!("a multiple of {multiple} from {multiple} to 2048");
    let inputs = Preprocess {
        neighbours: neighbours.min(MOST_NEIGHBOURS),
        ..*preprocess
    }
    .channels();
    let channels = match neighbours {
        0 => "3 (one for each sequence)".into(),
        n => format!("{inputs} (one for each sequence of a slice and of {n} on either side)"),
    };
    let most = format!("0 to {MOST_NEIGHBOURS}");
    for (name, value, fits, bound) in [
        (
            "recipe.preprocess.neighbours",
            neighbours,
            neighbours <= MOST_NEIGHBOURS,
            most,
        ),
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
            model.classes == 6,
            "6 (one for each label)".into(),
        ),
        (
            "recipe.preprocess.size",
            side,
            (1..=2048).contains(&side) && side.is_multiple_of(multiple),
            sides,
        ),
    ] {
        if !fits {
            return Err(SettingsError::new(name, &value, bound));
        }
    }
    Ok(())
}
