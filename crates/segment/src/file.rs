//! A file of weights: one network or several of one kind (narrow and wide), with a locator where they need one.

use myops_net::weights::{Head, Precision, StoreError, Stored, Weights, check_shapes, shapes};

use super::header::{LocatorHeader, ModelHeader};
use myops_net::model::ModelSettings;

/// What a file of weights holds.
///
/// A single network without a locator is stored under its layers' own names; otherwise those of the locator start with
/// `locator.` and those of each network with `member0.`, `member1.` and so on.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// What it says of itself.
    pub header: ModelHeader,
    /// The weights of the locator, where the header names one.
    pub locator: Option<Weights>,
    /// The weights of each network; their probabilities are averaged.
    pub members: Vec<Weights>,
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

    /// One file of all networks of several; header and locator are those of the first.
    ///
    /// # Errors
    /// Where there is none, or one has another network or recipe.
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

    /// Writes safetensors.
    ///
    /// # Errors
    /// Where the header names no network that there can be, or a value is not finite or too large for the precision.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, StoreError> {
        self.header.check()?;
        let settings = self.header.clone();
        let weights = match (&self.locator, self.members.as_slice()) {
            (None, [only]) => only.clone(),
            (locator, members) => {
                let mut all = Weights::default();
                if let Some(locator) = locator {
                    all.put_part(LOCATOR, locator);
                }
                members
                    .iter()
                    .enumerate()
                    .for_each(|(n, member)| all.put_part(&member_name(n), member));
                all
            }
        };
        Stored { settings, weights }.to_bytes_in(precision)
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
        if header.locator.is_none() && header.members == 1 {
            return Ok(Self {
                header,
                locator: None,
                members: vec![weights],
            });
        }
        let mut parts = weights.into_parts();
        let mut part = |name: &str| parts.remove(name).unwrap_or_default();
        let locator = header.locator.is_some().then(|| part(LOCATOR));
        let members = (0..header.members).map(|n| part(&member_name(n))).collect();
        Ok(Self {
            header,
            locator,
            members,
        })
    }
}

/// The name and shape of every tensor of a file.
fn tensors_of(header: &ModelHeader) -> Vec<(String, Vec<usize>)> {
    if header.locator.is_none() && header.members == 1 {
        return shapes(&header.member(0).graph());
    }
    let locator = header
        .locator
        .map(|locator| (LOCATOR.to_owned(), locator.model));
    let members = (0..header.members).map(|n| (member_name(n), header.member(n)));
    let part = |(name, model): (String, ModelSettings)| {
        shapes(&model.graph())
            .into_iter()
            .map(move |(path, shape)| (format!("{name}.{path}"), shape))
    };
    locator.into_iter().chain(members).flat_map(part).collect()
}

const LOCATOR: &str = "locator";

fn member_name(n: usize) -> String {
    format!("member{n}")
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
