//! The words of names and descriptions that tell what an image shows.

use crate::sequence::Sequence;

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The image is one of the three sequences.
    Sequence(Sequence, Strength),
    /// The image is none of them: what it is.
    Other(&'static str),
    /// The word says how it was acquired, and ends what names the patient.
    Neutral,
}

/// Which word is believed where two tell of different sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It also names a way of reading out other sequences.
    Readout,
    /// It is short, and a word of other languages.
    Short,
    /// It means one sequence.
    Sure,
}

/// How a word is compared with those of a table.
#[derive(Debug, Clone, Copy)]
enum Match {
    /// It is the whole word.
    Whole,
    /// The word begins with it.
    Start,
    /// The word begins with it, and no digit follows: `T2w` but not the patient `T21`.
    Named,
    /// The word begins or ends with it.
    Either,
}

use Match::{Either, Named, Start, Whole};
use Meaning::{Neutral, Other};
use Strength::{Readout, Short, Sure};

const BSSFP: Sequence = Sequence::Bssfp;
const LGE: Sequence = Sequence::Lge;
const T2: Sequence = Sequence::T2;

/// The words, in lower case: the first that fits a word tells what it means. Words for other images are before those that
/// begin alike.
#[rustfmt::skip]
const TABLE: &[(Match, &[&str], Meaning)] = &[
    (Start, &["t2star", "t2s"], Other("T2* image")),
    (Named, &["t1"], Other("T1 image or map")),
    (Start, &["molli", "shmolli", "ecv"], Other("T1 image or map")),
    (Start, &["t2map"], Other("T2 map")),
    (Whole, &["map", "maps"], Other("map")),
    (Start, &["localizer", "localiser", "scout", "survey", "haste"], Other("localizer")),
    (Whole, &["loc", "plan"], Other("localizer")),
    (Start, &["tiscout", "looklocker"], Other("inversion time scout")),
    (Start, &["perf", "firstpass"], Other("perfusion")),
    (Start, &["2ch", "3ch", "4ch", "lvot", "rvot", "longaxis"], Other("long-axis view")),
    (Whole, &["lax", "la", "vla", "hla", "2c", "3c", "4c"], Other("long-axis view")),
    (Whole, &["sag", "tra", "coronal", "sagittal", "axial", "transversal"], Other("view along the body's axes")),
    (Start, &["flow", "venc", "phasecontrast"], Other("flow")),
    (Whole, &["pc"], Other("flow")),
    (Start, &["tagging"], Other("tagging")),
    (Whole, &["tag"], Other("tagging")),
    (Start, &["mask", "dseg", "segment", "label", "probability", "contour"], Other("label map or mask")),
    (Whole, &["seg", "gd", "roi"], Other("label map or mask")),
    (Whole, &["imaginary", "imag"], Other("imaginary part")),
    (Whole, &["bold", "dwi", "adc", "asl"], Other("another sequence")),
    (Start, &["cine"], Meaning::Sequence(BSSFP, Sure)),
    (Whole, &["c0"], Meaning::Sequence(BSSFP, Sure)),
    (Either, &["bssfp", "ssfp", "trufi", "truefisp", "fiesta", "btfe"], Meaning::Sequence(BSSFP, Readout)),
    (Whole, &["retro"], Meaning::Sequence(BSSFP, Readout)),
    (Either, &["lge", "psir"], Meaning::Sequence(LGE, Sure)),
    (Start, &["viab", "delayed", "psmde", "lategad"], Meaning::Sequence(LGE, Sure)),
    (Whole, &["mde", "late"], Meaning::Sequence(LGE, Sure)),
    (Whole, &["de"], Meaning::Sequence(LGE, Short)),
    (Start, &["stir", "tirm"], Meaning::Sequence(T2, Sure)),
    (Named, &["t2"], Meaning::Sequence(T2, Sure)),
    (Start, &["sax", "shortaxis", "tfi", "tse", "gre", "flash", "overview"], Neutral),
    (Whole, &["sa", "mag", "magnitude", "ph", "phase", "real", "2d", "3d"], Neutral),
];

/// The words of a name or description: runs of letters and digits, and their parts where a capital follows a small letter.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    text: &'a str,
    /// Each run with the place where it begins.
    runs: Vec<(usize, &'a str)>,
}

impl<'a> Words<'a> {
    /// Splits a text into words.
    pub fn of(text: &'a str) -> Self {
        let mut runs = Vec::new();
        for run in text.split(|c: char| !c.is_alphanumeric()) {
            if !run.is_empty() {
                runs.push((run.as_ptr() as usize - text.as_ptr() as usize, run));
            }
        }
        Self { text, runs }
    }

    /// The beginning of the text before the first word that tells of an acquisition, without separators at its end: what
    /// names the patient.
    ///
    /// ```
    /// use myops_image::role::Words;
    ///
    /// assert_eq!(Words::of("pat-07_cine_sax").lead(), "pat-07");
    /// assert_eq!(Words::of("T2_STIR").lead(), "");
    /// ```
    pub fn lead(&self) -> &'a str {
        let first = self
            .runs
            .iter()
            .find(|(_, run)| parts(run).any(|part| meaning(&part).is_some()));
        let chambers = self.chambers().map(|at| self.runs[at].0);
        let end = match (first.map(|(at, _)| *at), chambers) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b).unwrap_or(self.text.len()),
        };
        self.text[..end].trim_end_matches(|c: char| !c.is_alphanumeric())
    }

    /// What the image is, if it is none of the sequences.
    pub(super) fn other(&self) -> Option<&'static str> {
        if self.chambers().is_some() {
            return Some("long-axis view");
        }
        if self.text.to_lowercase().contains("t2*") {
            return Some("T2* image");
        }
        self.meanings().find_map(|(_, meaning)| match meaning {
            Other(what) => Some(what),
            _ => None,
        })
    }

    /// The sequence that the words tell, with the word; `Err` if they tell two.
    pub(super) fn sequence(&self) -> Result<Option<(Sequence, &'a str)>, [Sequence; 2]> {
        let mut best: Option<(Sequence, Strength, &str)> = None;
        for (word, meaning) in self.meanings() {
            let Meaning::Sequence(sequence, strength) = meaning else {
                continue;
            };
            match best {
                Some((other, as_sure, _)) if as_sure == strength && other != sequence => {
                    return Err([other, sequence]);
                }
                Some((_, surer, _)) if surer >= strength => {}
                _ => best = Some((sequence, strength, word)),
            }
        }
        Ok(best.map(|(sequence, _, word)| (sequence, word)))
    }

    /// Whether the words tell of a phase-sensitive image and not of its magnitude. dcm2niix puts `_ph` after the name of a
    /// phase image.
    pub(super) fn is_phase_sensitive(&self) -> bool {
        let has = |names: &[&str]| {
            let named = |part: String| names.iter().any(|name| part == *name);
            self.runs.iter().any(|(_, run)| parts(run).any(named))
        };
        let last = self.runs.last().map(|(_, run)| run.to_lowercase());
        if last.is_some_and(|last| last == "ph" || last == "phase" || last == "real") {
            return true;
        }
        let psir = |part: String| part.contains("psir") || part.starts_with("psmde");
        let signed = self.runs.iter().any(|(_, run)| parts(run).any(psir));
        signed && !has(&["mag", "magnitude", "magn"])
    }

    /// Whether the words tell of the short axis.
    pub fn is_short_axis(&self) -> bool {
        let short = |part: String| {
            part.starts_with("sax") || part.ends_with("sax") || part == "sa" || part == "shortaxis"
        };
        self.runs.iter().any(|(_, run)| parts(run).any(short))
    }

    fn meanings(&self) -> impl Iterator<Item = (&'a str, Meaning)> {
        self.runs
            .iter()
            .flat_map(|(_, run)| parts(run).filter_map(move |part| Some((*run, meaning(&part)?))))
    }

    /// The place of a number of chambers: `4 ch`, `2_chamber`.
    fn chambers(&self) -> Option<usize> {
        let view = |pair: &[(usize, &str)]| {
            matches!(pair[0].1, "2" | "3" | "4" | "two" | "three" | "four")
                && matches!(
                    pair[1].1.to_lowercase().as_str(),
                    "ch" | "chamber" | "chambers" | "cv"
                )
        };
        self.runs.windows(2).position(view)
    }
}

/// A word in lower case, and its parts where a capital follows a small letter.
fn parts(run: &str) -> impl Iterator<Item = String> {
    let letters: Vec<(usize, char)> = run.char_indices().collect();
    let mut cuts: Vec<usize> = letters
        .windows(2)
        .filter(|pair| pair[0].1.is_lowercase() && pair[1].1.is_uppercase())
        .map(|pair| pair[1].0)
        .collect();
    let whole = run.to_lowercase();
    let mut parts = vec![whole];
    if !cuts.is_empty() {
        cuts.push(run.len());
        let mut start = 0;
        for cut in cuts {
            parts.push(run[start..cut].to_lowercase());
            start = cut;
        }
    }
    parts.into_iter()
}

/// What a word in lower case means.
fn meaning(word: &str) -> Option<Meaning> {
    let fits = |(how, names, _): &&(Match, &[&str], Meaning)| {
        names.iter().any(|name| match how {
            Whole => word == *name,
            Start => word.starts_with(name),
            Named => word
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())),
            Either => word.starts_with(name) || word.ends_with(name),
        })
    };
    TABLE.iter().find(fits).map(|(_, _, meaning)| *meaning)
}

/// The words that tell a sequence, for the documentation.
pub fn documented(sequence: Sequence) -> Vec<&'static str> {
    let of = |(_, names, meaning): &(Match, &'static [&'static str], Meaning)| match meaning {
        Meaning::Sequence(told, _) if *told == sequence => names.to_vec(),
        _ => Vec::new(),
    };
    TABLE.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_the_patient_ends_before_the_first_word_of_an_acquisition() {
        let leads = [
            ("exam_de_overview_tfi_psir_MAG_20260101101010_9", "exam"),
            ("exam_T1Map_MOLLI", "exam"),
            ("p6-C0", "p6"),
            ("PSIR", ""),
            ("9_cine_sax", "9"),
            ("case 3 4 chamber", "case 3"),
            ("Müller_lge", "Müller"),
            ("whatever", "whatever"),
        ];
        for (name, lead) in leads {
            assert_eq!(Words::of(name).lead(), lead, "{name}");
        }
    }

    #[test]
    fn every_word_of_the_table_means_what_its_row_says() {
        for (_, names, expected) in TABLE {
            for name in *names {
                assert_eq!(meaning(name), Some(*expected), "{name}");
            }
        }
    }
}
