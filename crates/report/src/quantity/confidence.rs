//! How far the labels of a case are likely to agree with a reader's.

use myops_measure::confidence::RegionConfidence;

use super::{Quantity, Tables};

/// How far scar and edema are likely to agree with a reader's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// Scar and edema as one region.
    pub scar_and_edema: RegionConfidence,
    /// Scar alone; `None` without LGE.
    pub scar: Option<RegionConfidence>,
    /// The probability that there is scar at all; `None` without LGE, and for a model that does not tell.
    pub probability_of_scar: Option<f64>,
}

table! {
    /// What is told of the confidence of a model in its labels.
    CONFIDENCE of Confidence:

    EXPECTED_DICE = ["expected_dice", "Expected Dice of scar and edema", ""], 2,
        "Dice with a reader's scar and edema that follows from the model's probabilities: (2 Σ p over the labelled pixels + d) / \
         (Σ p over all pixels + number of labelled pixels + d), where p is the probability of a pixel and d half a millilitre",
        |c| Some(c.scar_and_edema.expected_dice),
        "Exp. Dice" in Page;

    EXPECTED_DICE_OF_SCAR = ["expected_dice_of_scar", "Expected Dice of scar", ""], 2,
        "Expected Dice of scar alone, by the same formula; none without LGE",
        |c| Some(c.scar?.expected_dice);

    PROBABILITY_OF_SCAR = ["probability_of_scar", "Probability that there is scar", ""], 2,
        "Probability that the patient has scar at all, by the share of the wall that the model expects to be scar; below one half \
         none is labelled; none without LGE, and for a model that does not tell",
        |c| c.probability_of_scar;

    AGREEMENT = ["agreement", "Agreement of the networks on scar and edema", ""], 2,
        "Mean Dice of the scar and edema of each network with those of their average; none for a single network",
        |c| c.scar_and_edema.agreement;

    AGREEMENT_OF_SCAR = ["agreement_of_scar", "Agreement of the networks on scar", ""], 2,
        "Mean Dice of the scar of each network with that of their average; none for a single network and without LGE",
        |c| c.scar?.agreement;
}
