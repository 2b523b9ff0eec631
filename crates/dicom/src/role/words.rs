//! The words of a series' description.

/// A description in lower case, its words between single spaces.
pub struct Words(String);

/// What descriptions call a thing: by whole words, or by parts of words.
pub struct Names {
    /// Words.
    pub whole: &'static [&'static str],
    /// Parts of words, long enough that other words do not contain them.
    pub parts: &'static [&'static str],
}

impl Words {
    /// The words of a description.
    pub fn of(description: &str) -> Self {
        let split = |c: char| !(c.is_alphanumeric() || c == '*');
        let words = description.to_lowercase();
        let words: Vec<&str> = words.split(split).filter(|word| !word.is_empty()).collect();
        Self(format!(" {} ", words.join(" ")))
    }

    /// The first of the names that is there.
    pub fn find(&self, names: &Names) -> Option<&'static str> {
        let whole = names
            .whole
            .iter()
            .find(|word| self.0.contains(&format!(" {word} ")));
        let part = || names.parts.iter().find(|part| self.0.contains(*part));
        whole.or_else(part).copied()
    }
}

/// Balanced steady-state cine.
pub const CINE: Names = Names {
    whole: &["tfi"],
    parts: &[
        "cine", "trufi", "truefisp", "fiesta", "bffe", "btfe", "ssfp", "kino",
    ],
};
/// Late enhancement.
pub const LATE: Names = Names {
    whole: &["de", "ce", "le", "dhe", "mde", "late", "scar"],
    parts: &["lge", "psir", "viab", "delayed", "enhanc"],
};
/// T2 weighting.
pub const T2: Names = Names {
    whole: &["t2", "t2w", "tirm", "edema", "oedema"],
    parts: &["stir", "t2prep", "t2 prep", "t2tse", "t2 tse", "t2w"],
};
/// Short axis.
pub const SHORT_AXIS: Names = Names {
    whole: &["sa", "short", "ka"],
    parts: &["sax", "shortaxis"],
};
/// Views that are not the short axis.
pub const OTHER_VIEW: Names = Names {
    whole: &[
        "la", "2ch", "3ch", "4ch", "2cv", "3cv", "4cv", "2c", "3c", "4c", "hla", "vla", "long",
        "tra", "ax", "cor", "sag",
    ],
    parts: &[
        "lax",
        "axial",
        "transvers",
        "coronal",
        "sagittal",
        "2chamber",
        "3chamber",
        "4chamber",
        "lvot",
        "rvot",
        "longaxis",
        "chamber",
    ],
};
/// Planning images.
pub const LOCALIZER: Names = Names {
    whole: &["loc", "locs", "plan"],
    parts: &["locali", "scout", "survey"],
};
/// Maps of relaxation times and the images that they are made of.
pub const MAP: Names = Names {
    whole: &["map", "maps", "ecv", "t2*"],
    parts: &[
        "molli", "sasha", "t1map", "t2map", "mapping", "t2star", "t2 star", "fitted",
    ],
};
/// Perfusion.
pub const PERFUSION: Names = Names {
    whole: &["perf", "dynamic", "dyn"],
    parts: &["perfusion", "firstpass", "first pass", "1stpass"],
};
/// Flow.
pub const FLOW: Names = Names {
    whole: &["pc", "qflow", "venc"],
    parts: &["flow", "phase contrast", "phasecontrast", "velocity"],
};
/// Tagging and series of inversion times.
pub const OTHER: Names = Names {
    whole: &["tag", "tags", "grid"],
    parts: &[
        "tagging",
        "spamm",
        "ti scout",
        "tiscout",
        "look locker",
        "looklocker",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_are_whole_words() {
        let find = |text: &str, names| Words::of(text).find(names);
        assert_eq!(find("de_overview_tfi_psir_MAG", &LATE), Some("de"));
        assert_eq!(find("Side view", &LATE), None);
        assert_eq!(find("PSIR-SAX", &LATE), Some("psir"));
        assert_eq!(find("t2_stir_sax", &T2), Some("t2"));
        assert_eq!(find("T1Map_MOLLI_T1MAP", &MAP), Some("molli"));
        assert_eq!(find("gre_T2*_sax", &MAP), Some("t2*"));
        assert_eq!(find("gre_T2*_sax", &T2), None);
        assert_eq!(find("TI-scout", &OTHER), Some("ti scout"));
        assert_eq!(find("cine_SAX_4", &OTHER_VIEW), None);
    }
}
