//! What the header and the description of a stack say it is.
//!
//! Times of echoes and inversions are those in use for these sequences at 1.5 and 3 T (Kramer et al., Journal of
//! Cardiovascular Magnetic Resonance 2020, 22:17).

use myops_image::sequence::Sequence;

use super::verdict::{Strength, Verdict};
use super::words::{self, Names, Words};
use crate::image::{Component, Frame, Series};
use crate::stack::{Phases, Stack};

/// The least phases of a cine.
const CINE_PHASES: usize = 10;
/// The longest echo time of a balanced cine, ms.
const CINE_ECHO_MS: f64 = 3.0;
/// The longest echo time of late enhancement, ms.
const LATE_ECHO_MS: f64 = 5.0;
/// The inversion times of late enhancement, ms.
const LATE_INVERSION_MS: std::ops::RangeInclusive<f64> = 150.0..=500.0;
/// The shortest echo time of T2 weighting, ms.
const T2_ECHO_MS: f64 = 40.0;

/// Words of descriptions that drop a stack, and what it is then.
const DROPPED: [(&Names, &str); 5] = [
    (&words::LOCALIZER, "localizer"),
    (&words::MAP, "map, or an image that maps are made of"),
    (&words::PERFUSION, "perfusion"),
    (&words::FLOW, "flow"),
    (&words::OTHER, "tagging or a series of inversion times"),
];

/// What the header and the description of a usable stack say it is.
pub fn judge(stack: &Stack) -> Verdict {
    let (Some(series), Some(frame)) = (stack.series.first(), stack.first()) else {
        return Verdict::Dropped("no image".into());
    };
    let words = Words::of(&series.description);
    if let Some(reason) = dropped(series, stack, frame, &words) {
        return Verdict::Dropped(reason);
    }
    let measured = measured(series, stack, frame);
    let described = described(stack, frame, &words);
    let candidate = |role, strength, why| Verdict::Candidate {
        role,
        strength,
        why,
    };
    match (measured, described.as_slice()) {
        (Some((role, why)), described) => {
            match described.iter().find(|(named, _)| *named == role) {
                Some((_, word)) => candidate(
                    role,
                    Strength::Both,
                    format!("{why}; its description says \"{word}\""),
                ),
                None => candidate(role, Strength::Measured, why),
            }
        }
        (None, [(role, word)]) => {
            let why = format!("its description says \"{word}\" ({})", times(stack, frame));
            candidate(*role, Strength::Described, why)
        }
        (None, []) => {
            Verdict::Dropped(format!("nothing says what it is ({})", times(stack, frame)))
        }
        (None, _) => Verdict::Dropped("its description names several sequences".into()),
    }
}

/// Why a stack is none of the sequences, if it is clear.
fn dropped(series: &Series, stack: &Stack, frame: &Frame, words: &Words) -> Option<String> {
    if frame.is_type(&["LOCALIZER"]) {
        return Some("localizer by its image type".into());
    }
    if frame.image_type.iter().any(|word| is_map(word)) {
        return Some("map by its image type".into());
    }
    if frame.is_type(&["DERIVED"]) {
        return Some("derived from other images by its image type".into());
    }
    if stack.component() == Component::Other {
        return Some("phase, real or imaginary part of the signal".into());
    }
    for (names, what) in DROPPED {
        if let Some(word) = words.find(names) {
            return Some(format!("{what} by its description (\"{word}\")"));
        }
    }
    if has_velocity(&series.sequence_name) {
        return Some("flow by the name of its sequence".into());
    }
    if stack.slices.len() == 1 {
        return Some("one slice".into());
    }
    if stack.phases == Phases::Repeats {
        let count = stack.images_per_slice();
        return Some(format!(
            "each slice is there {count} times, and not as phases of one beat"
        ));
    }
    None
}

/// Whether the name of a sequence has a velocity, as in `*fl2d1_v150in`.
fn has_velocity(name: &str) -> bool {
    let after = name.to_lowercase();
    let mut after = after.split("_v").skip(1);
    after.any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a word of an image type names a map (`T1 MAP`, `ECV`), not the map of a phase.
fn is_map(word: &str) -> bool {
    word == "ECV" || (word.starts_with('T') && word.contains("MAP"))
}

/// The sequence that a stack is by its times.
fn measured(series: &Series, stack: &Stack, frame: &Frame) -> Option<(Sequence, String)> {
    let (echo_ms, inversion_ms) = (frame.timing.echo_ms, frame.timing.inversion_ms);
    let spin_echo = series
        .scanning_sequence
        .iter()
        .any(|word| word == "SE" || word == "SPIN");
    let role = match stack.phases {
        Phases::Cine => {
            let short = echo_ms.is_some_and(|ms| ms < CINE_ECHO_MS);
            let long_enough = stack.images_per_slice() >= CINE_PHASES;
            let cine = short && long_enough && inversion_ms.is_none() && !spin_echo;
            cine.then_some(Sequence::Bssfp)
        }
        Phases::One => {
            let inverted = inversion_ms.is_some_and(|ms| LATE_INVERSION_MS.contains(&ms));
            let early = echo_ms.is_some_and(|ms| ms < LATE_ECHO_MS);
            if inverted && early && !spin_echo {
                Some(Sequence::Lge)
            } else {
                let late = echo_ms.is_some_and(|ms| ms >= T2_ECHO_MS);
                late.then_some(Sequence::T2)
            }
        }
        Phases::Repeats => None,
    };
    role.map(|role| (role, times(stack, frame)))
}

/// The sequences that a description names and the times do not exclude, with the word that does.
fn described(stack: &Stack, frame: &Frame, words: &Words) -> Vec<(Sequence, &'static str)> {
    let cine = stack.phases == Phases::Cine && stack.images_per_slice() >= CINE_PHASES;
    let late = frame.timing.echo_ms.is_none_or(|ms| ms < LATE_ECHO_MS);
    let names = [
        (Sequence::Bssfp, cine, &words::CINE),
        (Sequence::Lge, !cine && late, &words::LATE),
        (Sequence::T2, !cine, &words::T2),
    ];
    let named = |(role, possible, names): (Sequence, bool, &Names)| {
        let word = words.find(names).filter(|_| possible)?;
        Some((role, word))
    };
    names.into_iter().filter_map(named).collect()
}

/// The phases and times of a stack in words.
fn times(stack: &Stack, frame: &Frame) -> String {
    let mut parts = Vec::new();
    if stack.phases == Phases::Cine {
        parts.push(format!("{} phases", stack.images_per_slice()));
    }
    let timing = &frame.timing;
    let times = [
        ("TE", timing.echo_ms),
        ("TR", timing.repetition_ms),
        ("TI", timing.inversion_ms),
    ];
    for (name, ms) in times {
        if let Some(ms) = ms {
            parts.push(format!("{name} {} ms", (ms * 10.0).round() / 10.0));
        }
    }
    if parts.is_empty() {
        parts.push("no times in its header".into());
    }
    parts.join(", ")
}
