//! A file of weights: one network or several of one kind (narrow and wide), with a locator where they need one.

use crate::weights::{Precision, StoreError, Stored, Weights};

use super::header::{LocatorHeader, ModelHeader};
use crate::model::ModelSettings;

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
    #[error("network {number} has another {what} than the first: only networks of one kind can be averaged")]
    Differs {
        /// Which one, from 1.
        number: usize,
        /// What differs.
        what: &'static str,
    },
}

impl From<Stored<ModelHeader>> for ModelFile {
    fn from(stored: Stored<ModelHeader>) -> Self {
        Self { header: stored.settings, locator: None, members: vec![stored.weights] }
    }
}

impl ModelFile {
    /// The same networks, run where a locator finds the heart.
    #[must_use]
    pub fn with_locator(mut self, locator: Stored<ModelHeader>) -> Self {
        let Stored { settings, weights } = locator;
        self.header.locator = Some(LocatorHeader { model: settings.model, preprocess: settings.recipe.preprocess });
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
            let differs = |what| JoinError::Differs { number: n + 2, what };
            if (ModelSettings { width: joined.header.model.width, ..file.header.model }) != joined.header.model {
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
        let same = widths.iter().all(|width| *width == joined.header.model.width);
        joined.header.widths = if same { Vec::new() } else { widths };
        Ok(joined)
    }

    /// Writes safetensors.
    ///
    /// # Errors
    /// Where the header cannot be written as JSON.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, StoreError> {
        let settings = self.header.clone();
        let weights = match (&self.locator, self.members.as_slice()) {
            (None, [only]) => only.clone(),
            (locator, members) => {
                let mut all = Weights::default();
                if let Some(locator) = locator {
                    all.put_part(LOCATOR, locator);
                }
                members.iter().enumerate().for_each(|(n, member)| all.put_part(&member_name(n), member));
                all
            }
        };
        Stored { settings, weights }.to_bytes_in(precision)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// Where the bytes are no safetensors of this program.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let Stored { settings: header, weights } = Stored::<ModelHeader>::from_bytes(bytes)?;
        header.check()?;
        if header.locator.is_none() && header.members == 1 {
            return Ok(Self { header, locator: None, members: vec![weights] });
        }
        let mut parts = weights.into_parts();
        let mut part = |name: &str| parts.remove(name).unwrap_or_default();
        let locator = header.locator.is_some().then(|| part(LOCATOR));
        let members = (0..header.members).map(|n| part(&member_name(n))).collect();
        Ok(Self { header, locator, members })
    }
}

const LOCATOR: &str = "locator";

fn member_name(n: usize) -> String {
    format!("member{n}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::Recipe;
    use crate::model::Architecture;
    use crate::weights::Weight;

    fn stored(value: f32, origin: &str) -> Stored<ModelHeader> {
        let model = ModelSettings::published(Architecture::Nested);
        let mut weights = Weights::default();
        weights.insert("head.bias", Weight { shape: vec![2], values: vec![value, 1.0] });
        weights.insert("body.weight", Weight { shape: vec![1, 1], values: vec![value / 2.0] });
        Stored { settings: ModelHeader::single(model, Recipe::PUBLISHED, origin), weights }
    }

    fn there_and_back(file: &ModelFile) -> ModelFile {
        ModelFile::from_bytes(&file.to_bytes(Precision::Full).unwrap()).unwrap()
    }

    #[test]
    fn one_network_is_stored_under_its_own_names_as_ever() {
        let file = ModelFile::from(stored(3.0, "a"));
        assert_eq!(there_and_back(&file), file);
        let bytes = file.to_bytes(Precision::Full).unwrap();
        assert_eq!(Stored::<ModelHeader>::from_bytes(&bytes).unwrap(), stored(3.0, "a"));
    }

    #[test]
    fn locator_and_members_come_back_each_for_itself() {
        let mut files = [1.0, 2.0, 3.0].map(|v| ModelFile::from(stored(v, "run")).with_locator(stored(v + 10.0, "l")));
        files[1].header.model.width = 24;
        let joined = ModelFile::join(files.to_vec()).unwrap();
        let read = there_and_back(&joined);
        assert_eq!(read, joined);
        let bias = |w: &Weights| w.get("head.bias").unwrap().values[0];
        assert_eq!(read.members.iter().map(bias).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
        assert_eq!(read.locator.as_ref().map(bias), Some(11.0));
        assert_eq!(read.header.origin, "run; run; run");
        assert_eq!([0, 1, 2].map(|n| read.header.member(n).width), [16, 24, 16]);
    }

    #[test]
    fn half_precision_rounds_filters_and_leaves_vectors() {
        let file = ModelFile::from(stored(1.000_1, "a"));
        let read = ModelFile::from_bytes(&file.to_bytes(Precision::Half).unwrap()).unwrap();
        assert_eq!(read.members[0].get("head.bias").unwrap().values, [1.000_1, 1.0]);
        assert_eq!(read.members[0].get("body.weight").unwrap().values, [0.5]);
    }

    #[test]
    fn a_header_of_no_network_is_refused() {
        let refused = |change: fn(&mut ModelHeader)| {
            let mut file = ModelFile::from(stored(1.0, "a"));
            change(&mut file.header);
            ModelFile::from_bytes(&file.to_bytes(Precision::Full).unwrap()).unwrap_err().to_string()
        };
        assert_eq!(refused(|h| h.members = 0), "the safetensors header: members = 0: need 1 to 64");
        assert_eq!(
            refused(|h| h.model.classes = 5),
            "the safetensors header: model.classes = 5: need 6 (one for each label)"
        );
        let size = refused(|h| h.recipe.preprocess.size = 250);
        assert!(size.contains("recipe.preprocess.size = 250: need a multiple of"), "{size}");
    }

    #[test]
    fn networks_of_another_kind_are_not_joined() {
        let mut other = ModelFile::from(stored(1.0, "b"));
        other.header.model.architecture = Architecture::Runet;
        let error = ModelFile::join(vec![stored(1.0, "a").into(), other]).unwrap_err().to_string();
        assert!(error.starts_with("network 2 has another network than the first"), "{error}");
        assert_eq!(ModelFile::join(vec![]), Err(JoinError::Nothing));
    }
}
