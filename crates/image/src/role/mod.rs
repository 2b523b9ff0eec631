//! What an image shows, by the words of its name or description and by the parameters of its acquisition.
//!
//! ```
//! use myops_image::role::{Clues, Content};
//! use myops_image::sequence::Sequence;
//!
//! let content = |words| Content::of(&Clues { words, ..Clues::default() });
//! assert_eq!(content("de_tfi_psir_sax").sequence(), Some(Sequence::Lge));
//! assert_eq!(content("T2Map_sax").sequence(), None);
//! // Without a word that tells, the echo time does.
//! let clues = Clues { words: "tse_db_sax", echo_ms: Some(61.0), ..Clues::default() };
//! assert_eq!(Content::of(&clues).sequence(), Some(Sequence::T2));
//! ```

mod words;

use crate::sequence::Sequence;

pub use words::{Words, documented};

/// The least number of phases of a cine.
const CINE_PHASES: usize = 10;
/// A cine by balanced steady-state free precession has a shorter echo time, ms.
const CINE_ECHO_MS: f64 = 3.0;
/// Late gadolinium enhancement has a shorter echo time, ms.
const LGE_ECHO_MS: f64 = 5.0;
/// The inversion times that null healthy myocardium after contrast agent, ms.
const LGE_INVERSION_MS: std::ops::RangeInclusive<f64> = 150.0..=500.0;
/// T2-weighted images have at least this echo time, ms.
const T2_ECHO_MS: f64 = 40.0;
/// The longest echo time, ms, at which the words for a gradient echo are believed.
const GRADIENT_ECHO_MS: f64 = 10.0;

/// What is known of an image before its voxels are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clues<'a> {
    /// The description of its series, or the name of its file.
    pub words: &'a str,
    /// DICOM's Image Type (0008,0008).
    pub image_type: &'a [String],
    /// The echo time, ms.
    pub echo_ms: Option<f64>,
    /// The inversion time, ms.
    pub inversion_ms: Option<f64>,
    /// The number of volumes.
    pub phases: Option<usize>,
}

/// What an image shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One of the three sequences.
    Sequence {
        /// Which.
        sequence: Sequence,
        /// Of which kind.
        kind: Kind,
        /// What told so.
        reason: Reason,
    },
    /// Something else: what, in words.
    Other(String),
    /// Nothing tells.
    Unknown,
}

/// What told that an image is of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// This word.
    Word(String),
    /// These parameters of the acquisition, in words.
    Parameters(String),
}

/// Kinds of images of one sequence; the sooner taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The magnitude of the signal, which the networks learned from.
    Magnitude,
    /// The signed, phase-sensitive image of an inversion recovery (PSIR).
    PhaseSensitive,
}

impl Content {
    /// What an image shows: by its words, where these tell and the parameters do not contradict them; else by its parameters.
    ///
    /// Derived images, maps, localizers, perfusion, flow, tagging, long-axis views, masks and label maps are none of the
    /// three sequences.
    pub fn of(clues: &Clues) -> Self {
        let words = Words::of(clues.words);
        if let Some(what) = words.other() {
            return Self::Other(what.into());
        }
        if clues.has_type(&["DERIVED"]) {
            return Self::Other("derived image".into());
        }
        match words.sequence() {
            Err([a, b]) => Self::Other(format!("its name says {a} and {b}")),
            Ok(Some((sequence, word))) => clues.checked(sequence, word, &words),
            Ok(None) => clues.by_parameters(&words),
        }
    }

    /// The sequence, if it is one.
    pub fn sequence(&self) -> Option<Sequence> {
        match self {
            Self::Sequence { sequence, .. } => Some(*sequence),
            Self::Other(_) | Self::Unknown => None,
        }
    }
}

impl Clues<'_> {
    fn has_type(&self, types: &[&str]) -> bool {
        let named = |value: &String| types.iter().any(|t| value.eq_ignore_ascii_case(t));
        self.image_type.iter().any(named)
    }

    fn kind(&self, words: &Words) -> Kind {
        let signed = if self.has_type(&["P", "PHASE", "PSIR", "R", "REAL"]) {
            true
        } else if self.has_type(&["M"]) {
            false
        } else {
            words.is_phase_sensitive()
        };
        if signed {
            Kind::PhaseSensitive
        } else {
            Kind::Magnitude
        }
    }

    /// A sequence that a word tells, unless the echo time contradicts it.
    fn checked(&self, sequence: Sequence, word: &str, words: &Words) -> Content {
        let echo_ms = self.echo_ms.unwrap_or(0.0);
        if sequence != Sequence::T2 && echo_ms > GRADIENT_ECHO_MS {
            return Content::Other(format!(
                "\"{word}\" says {sequence}, but its echo time is {echo_ms:.1} ms"
            ));
        }
        self.found(sequence, words, Reason::Word(word.into()))
    }

    /// A sequence; only LGE is also taken from a phase-sensitive image.
    fn found(&self, sequence: Sequence, words: &Words, reason: Reason) -> Content {
        match self.kind(words) {
            Kind::PhaseSensitive if sequence != Sequence::Lge => {
                Content::Other("phase image".into())
            }
            kind => Content::Sequence {
                sequence,
                kind,
                reason,
            },
        }
    }

    fn by_parameters(&self, words: &Words) -> Content {
        let found = |sequence, reason| self.found(sequence, words, Reason::Parameters(reason));
        match (self.echo_ms, self.inversion_ms, self.phases) {
            (Some(echo), _, _) if echo >= T2_ECHO_MS => {
                found(Sequence::T2, format!("echo time {echo:.1} ms"))
            }
            (Some(echo), Some(inversion), _)
                if echo < LGE_ECHO_MS && LGE_INVERSION_MS.contains(&inversion) =>
            {
                found(Sequence::Lge, format!("inversion time {inversion:.0} ms"))
            }
            (Some(echo), None, Some(phases)) if echo < CINE_ECHO_MS && phases >= CINE_PHASES => {
                let reason = format!("{phases} phases, echo time {echo:.1} ms");
                found(Sequence::Bssfp, reason)
            }
            _ => Content::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_words(words: &str) -> Option<Sequence> {
        let clues = Clues {
            words,
            ..Clues::default()
        };
        Content::of(&clues).sequence()
    }

    #[test]
    fn descriptions_of_scanners_are_read() {
        let expected = [
            (
                Sequence::Bssfp,
                "cine_tfi_sax_retro SSFP_SAX sBTFE_BH FIESTA_CINE tf2d15_retro_iPAT cineSAX C0",
            ),
            (
                Sequence::Lge,
                "LGE_sax de_overview_tfi_psir_MAG PSIR late_gad_sax viability MDE_SAX psir_trufi_sax lgeSax de_tfi DE",
            ),
            (
                Sequence::T2,
                "t2_stir_sax T2w T2_STIR tirm_db_sax T2-TSE T2prep_trufi STIR",
            ),
        ];
        for (sequence, names) in expected {
            for name in names.split(' ') {
                assert_eq!(by_words(name), Some(sequence), "{name}");
            }
        }
        let others = "localizer T1Map_MOLLI_T1MAP T2Map cine_4ch cine_tfi_2ch perf_stress TI_scout t2star_sax t2_haste_cor \
                      LGE_mask p5_T1m case_labels cine_lvot pc_flow_aorta ECV lge_3_chamber cine_psir scan patient";
        for name in others.split_whitespace() {
            assert_eq!(by_words(name), None, "{name}");
        }
        assert_eq!(by_words("t2*_sax"), None);
        assert_eq!(by_words("LGE 4 chamber"), None);
    }

    #[test]
    fn parameters_tell_where_words_do_not_and_refute_where_they_do() {
        let clues = |words, echo_ms, inversion_ms, phases| {
            let clues = Clues {
                words,
                echo_ms: Some(echo_ms),
                inversion_ms,
                phases,
                image_type: &[],
            };
            Content::of(&clues)
        };
        assert_eq!(
            clues("x", 1.2, Some(300.0), None).sequence(),
            Some(Sequence::Lge)
        );
        assert_eq!(
            clues("x", 1.2, None, Some(25)).sequence(),
            Some(Sequence::Bssfp)
        );
        assert_eq!(
            clues("x", 61.0, Some(170.0), None).sequence(),
            Some(Sequence::T2)
        );
        assert_eq!(clues("x", 1.2, None, Some(3)), Content::Unknown);
        assert_eq!(clues("x", 20.0, Some(300.0), None), Content::Unknown);
        assert_eq!(
            clues("lge_sax", 61.0, None, None),
            Content::Other("\"lge\" says LGE, but its echo time is 61.0 ms".into())
        );
    }

    #[test]
    fn a_phase_sensitive_image_is_known_by_its_type_before_its_name() {
        let kind = |words, types: &[&str]| {
            let image_type: Vec<String> = types.iter().map(ToString::to_string).collect();
            let clues = Clues {
                words,
                image_type: &image_type,
                ..Clues::default()
            };
            match Content::of(&clues) {
                Content::Sequence { kind, .. } => kind,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            kind("de_tfi_psir", &["ORIGINAL", "PRIMARY", "M", "ND"]),
            Kind::Magnitude
        );
        assert_eq!(
            kind("de_tfi", &["ORIGINAL", "PRIMARY", "P"]),
            Kind::PhaseSensitive
        );
        assert_eq!(kind("psir", &[]), Kind::PhaseSensitive);
        assert_eq!(kind("de_tfi_psir_MAG", &[]), Kind::Magnitude);
        assert_eq!(kind("de_tfi_9_ph", &[]), Kind::PhaseSensitive);
    }

    #[test]
    fn derived_images_are_none() {
        let image_type = ["DERIVED".to_owned(), "PRIMARY".to_owned()];
        let clues = Clues {
            words: "lge_sax",
            image_type: &image_type,
            ..Clues::default()
        };
        assert_eq!(Content::of(&clues), Content::Other("derived image".into()));
    }
}
