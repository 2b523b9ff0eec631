//! A file of weights: one network or several of one kind (narrow and wide), with a locator where they need one.

use myops_net::weights::{Head, Precision, StoreError, Stored, Weights, check_shapes, shapes};

use super::header::{LocatorHeader, ModelHeader};
use myops_net::model::ModelSettings;

/// What a file of weights holds.
///
/// A single network without a locator is stored under its layers' own names; otherwise those of the locator start with
/// `locator.` and those of each network with `member0.`, `member1.` and so on. Those of a model for LGE alone start with
/// `lge_alone.`, and go on likewise.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// What it says of itself.
    pub header: ModelHeader,
    /// The weights of the locator, where the header names one.
    pub locator: Option<Weights>,
    /// The weights of each network; their probabilities are averaged.
    pub members: Vec<Weights>,
    /// The model for cases of which LGE alone was imaged, where the header names one.
    pub lge_alone: Option<Box<ModelFile>>,
}

/// Why networks cannot be put into one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// There is none.
    #[error("no network to join")]
    Nothing,
    /// They differ in what makes them comparable.
    #[error(
        "network {number} has another {what} than the first: only networks of one kind can be averaged"
    )]
    Differs {
        /// Which one, from 1.
        number: usize,
        /// What differs.
        what: &'static str,
    },
}

impl From<Stored<ModelHeader>> for ModelFile {
    fn from(stored: Stored<ModelHeader>) -> Self {
        Self {
            header: stored.settings,
            locator: None,
            members: vec![stored.weights],
            lge_alone: None,
        }
    }
}

impl ModelFile {
    /// The same networks, run where a locator finds the heart.
    #[must_use]
    pub fn with_locator(mut self, locator: Stored<ModelHeader>) -> Self {
        let Stored { settings, weights } = locator;
        self.header.locator = Some(LocatorHeader {
            model: settings.model,
            preprocess: settings.recipe.preprocess,
        });
        self.locator = Some(weights);
        self
    }

    /// One file of all networks of several; header, locator and model for LGE alone are those of the first.
    ///
    /// # Errors
    /// Where there is none, or one has another network or recipe, or one after the first has a model for LGE alone.
    pub fn join(files: Vec<Self>) -> Result<Self, JoinError> {
        let mut files = files.into_iter();
        let mut joined = files.next().ok_or(JoinError::Nothing)?;
        let mut widths = joined.header.member_widths();
        for (n, file) in files.enumerate() {
            let differs = |what| JoinError::Differs {
                number: n + 2,
                what,
            };
            if (ModelSettings {
                width: joined.header.model.width,
                ..file.header.model
            }) != joined.header.model
            {
                return Err(differs("network"));
            }
            if file.header.recipe != joined.header.recipe {
                return Err(differs("recipe"));
            }
            if file.lge_alone.is_some() {
                return Err(differs("model for LGE alone"));
            }
            joined.header.origin += &format!("; {}", file.header.origin);
            widths.extend(file.header.member_widths());
            joined.members.extend(file.members);
        }
        joined.header.cases = None;
        joined.header.members = joined.members.len();
        let same = widths
            .iter()
            .all(|width| *width == joined.header.model.width);
        joined.header.widths = if same { Vec::new() } else { widths };
        Ok(joined)
    }

    /// The same networks, beside a model that segments the cases of which LGE alone was imaged.
    #[must_use]
    pub fn with_lge_alone(mut self, model: Self) -> Self {
        self.header.lge_alone = Some(Box::new(model.header.clone()));
        self.lge_alone = Some(Box::new(model));
        self
    }

    /// Writes safetensors.
    ///
    /// # Errors
    /// Where the header names no network that there can be, or a value is not finite or too large for the precision.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, StoreError> {
        self.header.check()?;
        let settings = self.header.clone();
        let weights = self.weights();
        Stored { settings, weights }.to_bytes_in(precision)
    }

    /// All tensors under the names that they are stored by.
    fn weights(&self) -> Weights {
        if is_plain(&self.header) {
            return self.members.first().cloned().unwrap_or_default();
        }
        let mut all = Weights::default();
        if let Some(locator) = &self.locator {
            all.put_part(LOCATOR, locator);
        }
        for (n, member) in self.members.iter().enumerate() {
            all.put_part(&member_name(n), member);
        }
        if let Some(model) = &self.lge_alone {
            all.put_part(LGE_ALONE, &model.weights());
        }
        all
    }

    /// Checks by the start of a file of so many bytes (see [`myops_net::weights::start_bytes`]) that there are such networks and
    /// that the file holds their tensors: all that they take is then bounded by the file.
    ///
    /// # Errors
    /// Where it is otherwise.
    pub fn check_start(start: &[u8], file_bytes: u64) -> Result<(), StoreError> {
        let head = Head::<ModelHeader>::read(start, file_bytes)?;
        head.settings.check()?;
        Ok(check_shapes(tensors_of(&head.settings), head.shapes)?)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// Where the bytes are no safetensors of this program, or do not hold the networks that their header names.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        Self::check_start(bytes, bytes.len() as u64)?;
        let Stored {
            settings: header,
            weights,
        } = Stored::<ModelHeader>::from_bytes(bytes)?;
        Ok(Self::of(header, weights))
    }

    /// Takes tensors apart that are stored as [`Self::weights`] names them.
    fn of(header: ModelHeader, weights: Weights) -> Self {
        if is_plain(&header) {
            return Stored {
                settings: header,
                weights,
            }
            .into();
        }
        let mut parts = weights.into_parts();
        let mut part = |name: &str| parts.remove(name).unwrap_or_default();
        let locator = header.locator.is_some().then(|| part(LOCATOR));
        let members = (0..header.members).map(|n| part(&member_name(n))).collect();
        let lge_alone = header.lge_alone.as_ref();
        let lge_alone =
            lge_alone.map(|header| Box::new(Self::of((**header).clone(), part(LGE_ALONE))));
        Self {
            header,
            locator,
            members,
            lge_alone,
        }
    }
}

/// Whether a file holds one network and nothing beside it, whose tensors then have no prefix.
fn is_plain(header: &ModelHeader) -> bool {
    header.locator.is_none() && header.members == 1 && header.lge_alone.is_none()
}

/// The name and shape of every tensor of a file.
fn tensors_of(header: &ModelHeader) -> Vec<(String, Vec<usize>)> {
    if is_plain(header) {
        return shapes(&header.member(0).graph());
    }
    let locator = header
        .locator
        .map(|locator| (LOCATOR.to_owned(), shapes(&locator.model.graph())));
    let members = (0..header.members).map(|n| (member_name(n), shapes(&header.member(n).graph())));
    let lge_alone = header.lge_alone.as_ref();
    let lge_alone = lge_alone.map(|header| (LGE_ALONE.to_owned(), tensors_of(header)));
    let within = |(name, tensors): (String, Vec<(String, Vec<usize>)>)| {
        tensors
            .into_iter()
            .map(move |(path, shape)| (format!("{name}.{path}"), shape))
    };
    let parts = locator.into_iter().chain(members).chain(lge_alone);
    parts.flat_map(within).collect()
}

const LOCATOR: &str = "locator";
const LGE_ALONE: &str = "lge_alone";

fn member_name(n: usize) -> String {
    format!("member{n}")
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
