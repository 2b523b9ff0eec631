//! What the names of label maps say.

use std::path::Path;

use myops_image::io::{stem, text_of};

/// What the name of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `ID_labels`: a model drew it.
    Drawn,
    /// `ID_gd`: an expert drew it.
    Given,
    /// `ID`.
    Plain,
}

/// Whether a file lies in a folder whose name begins so, in any case.
pub fn is_in(file: &Path, beginning: &str) -> bool {
    let folder = file
        .parent()
        .and_then(Path::file_name)
        .map(text_of)
        .unwrap_or_default();
    folder
        .get(..beginning.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

/// The case and kind of a label map's name; `None` for probabilities and for what is no NIfTI file.
pub fn parse(name: &str) -> Option<(&str, Kind)> {
    let stem = stem(name)?;
    if stem.contains("_probability_") {
        return None;
    }
    let (id, suffix) = stem.rsplit_once('_').unwrap_or((stem, ""));
    match suffix.to_ascii_lowercase().as_str() {
        "labels" => Some((id, Kind::Drawn)),
        "gd" => Some((id, Kind::Given)),
        _ => Some((stem, Kind::Plain)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_label_maps_from_others() {
        assert_eq!(parse("Case3019_gd.nii.gz"), Some(("Case3019", Kind::Given)));
        assert_eq!(
            parse("phantom-001_labels.nii.gz"),
            Some(("phantom-001", Kind::Drawn))
        );
        assert_eq!(parse("a_b.NII"), Some(("a_b", Kind::Plain)));
        for other in [
            "x_probability_lv_pool.nii.gz",
            "x_labels.png",
            "report.html",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
