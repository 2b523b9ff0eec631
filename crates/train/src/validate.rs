//! A network judged on held-out cases.

use myops_image::label::{Label, Region};
use myops_image::preprocess::Prepared;
use myops_measure::evaluate::Overlap;

use super::checkpoint::Validation;
use super::data::{TrainingCase, batch};
use super::plan::TrainPlan;
use myops_net::engine::Predict;
use myops_segment::{NotANumber, RawProbabilities};

/// A held-out case whose probabilities are not numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("held-out case {case}: {cause}")]
pub struct Overflow {
    /// The case.
    pub case: String,
    /// What is wrong.
    pub cause: NotANumber,
}

/// The loss over the slices of each case, batch by batch, and the Dice of each scored region on the network's own grid,
/// both averaged over cases; a region over those whose labels tell it apart.
///
/// # Errors
/// Where the network's output for a case is not a number.
pub fn validate(
    network: &dyn Predict,
    cases: &[TrainingCase],
    plan: &TrainPlan,
) -> Result<Validation, Overflow> {
    let (objective, classes) = (plan.objective(), plan.network().classes);
    let mut loss = 0.0;
    let mut dice = [(0.0, 0_usize); Region::SCORED.len()];
    for case in cases {
        let mut probabilities = Vec::new();
        for slices in case.slices.chunks(plan.batch_size) {
            let (x, reference) = batch(slices, plan.recipe.preprocess.size);
            let mut values = network.run(x).values;
            let value = objective.of(values.clone(), &reference).loss;
            loss += value * slices.len() as f64 / case.slices.len() as f64;
            objective.activation.apply(&mut values, classes);
            probabilities.append(&mut values);
        }
        let recipe = &plan.recipe;
        let input = Prepared {
            slices: case.slices.len(),
            size: recipe.preprocess.size,
            channels: recipe.preprocess.channels(),
            data: case.slices.iter().flat_map(|s| &s.image).copied().collect(),
        };
        let calibrated = RawProbabilities::new(probabilities)
            .and_then(|raw| recipe.calibrate(objective.activation, &input, raw));
        let labels = recipe.pixel_labels(&calibrated.map_err(|cause| Overflow {
            case: case.id.clone(),
            cause,
        })?);
        let reference: Vec<Label> = case
            .slices
            .iter()
            .flat_map(|s| &s.labels)
            .copied()
            .collect();
        let told = |region: &Region| case.slices.iter().all(|s| s.scheme.tells(*region));
        for ((sum, cases), region) in dice.iter_mut().zip(Region::SCORED) {
            if told(&region) {
                *sum += Overlap::of(&labels, &reference, region).challenge_dice();
                *cases += 1;
            }
        }
    }
    let dice = Region::SCORED.iter().zip(dice);
    Ok(Validation {
        loss: loss / cases.len() as f64,
        dice: dice
            .filter(|(_, (_, cases))| *cases > 0)
            .map(|(region, (sum, cases))| (region.name().to_owned(), sum / cases as f64))
            .collect(),
    })
}
