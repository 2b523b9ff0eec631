//! From what each stack could be to one stack for each sequence.

use myops_image::sequence::{PerSequence, Sequence};

use super::choice::names;
use super::evidence::judge;
use super::short_axis::{SAME_VIEW_DEGREES, View, short_axis};
use super::tie::Tie;
use super::verdict::{Strength, Verdict};
use super::words::{OTHER_VIEW, Words};
use super::{Rules, SeriesChoice};
use crate::error::DicomError;
use crate::image::{Component, Plane};
use crate::stack::{Stack, series_of};

/// Slices of a magnitude and of a phase-sensitive image of one acquisition lie closer than this, mm.
const SAME_ACQUISITION_MM: f64 = 0.5;

/// What was decided.
pub struct Decision {
    /// The stack of each sequence.
    pub roles: PerSequence<Option<usize>>,
    /// Why each stack was taken or passed over.
    pub reasons: Vec<String>,
    /// Sequences for which several stacks are as good.
    pub ties: Vec<Tie>,
}

/// Decides which stack is which sequence.
///
/// # Errors
/// [`DicomError`] if a chosen series is not there or cannot be used.
pub fn decide(
    stacks: &[Stack],
    rules: &Rules,
    choice: &SeriesChoice,
) -> Result<Decision, DicomError> {
    let mut verdicts: Vec<Verdict> = stacks
        .iter()
        .map(|stack| first_verdict(stack, rules))
        .collect();
    for sequence in Sequence::ALL {
        if let Some(chosen) = choice.of(sequence) {
            take_chosen(sequence, chosen, stacks, &mut verdicts)?;
        }
    }
    drop_other_views(stacks, &mut verdicts);
    let mut ties = Vec::new();
    let mut roles = PerSequence::default();
    for sequence in Sequence::ALL {
        let magnitude = prefer_magnitude(sequence, stacks, &mut verdicts);
        let best = strongest(sequence, stacks, &mut verdicts);
        match best.as_slice() {
            [] => {}
            &[one] => {
                roles[sequence] = Some(one);
                told(sequence, one, &magnitude, stacks, &mut verdicts);
            }
            several => {
                let tied = several.iter().filter_map(|&n| {
                    let stack = stacks.get(n)?;
                    Some((stack.name(), stack.series.first()?.id.uid.clone()))
                });
                ties.push(Tie {
                    sequence,
                    series: tied.collect(),
                });
            }
        }
    }
    let reasons = verdicts.into_iter().map(|verdict| match verdict {
        Verdict::Candidate { role, why, .. } if ties.iter().any(|tie| tie.sequence == role) => {
            format!("could be {role}, as others could: {why}")
        }
        Verdict::Candidate { why, .. } | Verdict::Dropped(why) => why,
    });
    Ok(Decision {
        reasons: reasons.collect(),
        roles,
        ties,
    })
}

/// What a stack is by itself: its problems first, then the rules, then the evidence.
fn first_verdict(stack: &Stack, rules: &Rules) -> Verdict {
    match (rules.of(stack), &stack.problem) {
        (Some(ruled), None) if let Some(role) = ruled.role => Verdict::Candidate {
            role,
            strength: Strength::Rule,
            why: format!("by rule {} of the rules file", ruled.rule),
        },
        (Some(ruled), _) if ruled.role.is_none() => {
            Verdict::Dropped(format!("ignored by rule {} of the rules file", ruled.rule))
        }
        (_, Some(problem)) => Verdict::Dropped(problem.to_string()),
        _ => judge(stack),
    }
}

/// Makes the stacks of a chosen series the candidates of a sequence, in front of all others.
fn take_chosen(
    sequence: Sequence,
    chosen: &str,
    stacks: &[Stack],
    verdicts: &mut [Verdict],
) -> Result<(), DicomError> {
    let of_series = stacks
        .iter()
        .enumerate()
        .filter(|(_, stack)| names(chosen, stack));
    let of_series: Vec<(usize, &Stack)> = of_series.collect();
    let Some((_, first)) = of_series.first() else {
        return Err(DicomError::NoSuchSeries {
            sequence,
            chosen: chosen.into(),
            series: series_of(stacks).len(),
        });
    };
    let usable: Vec<usize> = of_series
        .iter()
        .filter(|(_, stack)| stack.problem.is_none())
        .map(|(n, _)| *n)
        .collect();
    if let (true, Some(problem)) = (usable.is_empty(), &first.problem) {
        return Err(DicomError::Stack {
            series: first.name(),
            problem: problem.clone(),
        });
    }
    // Of several stacks of one series those that look like the sequence.
    let looks_so = |n: &usize| matches!(verdicts.get(*n), Some(Verdict::Candidate { role, .. }) if *role == sequence);
    let alike: Vec<usize> = usable.iter().copied().filter(looks_so).collect();
    for n in if alike.is_empty() { usable } else { alike } {
        let Some(verdict) = verdicts.get_mut(n) else {
            continue;
        };
        if let Verdict::Candidate {
            strength: Strength::Chosen,
            role,
            ..
        } = verdict
        {
            return Err(DicomError::ChosenTwice {
                series: chosen.into(),
                first: *role,
                second: sequence,
            });
        }
        *verdict = Verdict::Candidate {
            role: sequence,
            strength: Strength::Chosen,
            why: "chosen".into(),
        };
    }
    Ok(())
}

/// Drops candidates whose planes are not those of the short axis.
fn drop_other_views(stacks: &[Stack], verdicts: &mut [Verdict]) {
    let view = |only_chosen: bool| {
        let views =
            stacks
                .iter()
                .zip(verdicts.iter())
                .filter_map(|(stack, verdict)| match verdict {
                    Verdict::Candidate { role, strength, .. }
                        if !only_chosen || *strength == Strength::Chosen =>
                    {
                        Some(View {
                            role: *role as usize,
                            plane: *stack.plane()?,
                            slices: stack.slices.len(),
                            description: stack.description(),
                        })
                    }
                    _ => None,
                });
        views.collect::<Vec<_>>()
    };
    let reference: Option<Plane> = view(true).first().map(|view| view.plane);
    let reference = reference.or_else(|| short_axis(&view(false)));
    for (stack, verdict) in stacks.iter().zip(verdicts.iter_mut()) {
        if matches!(verdict, Verdict::Candidate { strength, .. } if *strength < Strength::Rule)
            && let Some(reason) = other_view(stack, reference.as_ref())
        {
            *verdict = Verdict::Dropped(reason);
        }
    }
}

/// Why a stack is not the short axis: by its planes, or by its description where nothing tells which planes are the short axis.
fn other_view(stack: &Stack, short_axis: Option<&Plane>) -> Option<String> {
    let Some(short_axis) = short_axis else {
        let word = Words::of(stack.description()).find(&OTHER_VIEW)?;
        return Some(format!(
            "another view than the short axis by its description (\"{word}\")"
        ));
    };
    let angle = stack.plane()?.angle_to(short_axis);
    (angle > SAME_VIEW_DEGREES).then(|| {
        format!(
            "its planes are {angle:.0} degrees from the short axis (bound {SAME_VIEW_DEGREES:.0})"
        )
    })
}

/// Drops phase-sensitive images where the magnitude image of the same acquisition is there: the networks were trained on
/// magnitude images. Returns the magnitude images for which one was dropped.
fn prefer_magnitude(sequence: Sequence, stacks: &[Stack], verdicts: &mut [Verdict]) -> Vec<usize> {
    let of = of_sequence(sequence, verdicts);
    let shows = |n: usize, component| {
        let stack = stacks.get(n);
        stack.filter(|stack| stack.component() == component)
    };
    let mut preferred = Vec::new();
    for &(n, strength) in &of {
        let Some(sensitive) = shows(n, Component::PhaseSensitive) else {
            continue;
        };
        let magnitude = of.iter().find(|&&(m, other)| {
            let magnitude = shows(m, Component::Magnitude);
            (other == Strength::Chosen) == (strength == Strength::Chosen)
                && magnitude.is_some_and(|m| m.lies_on(sensitive, SAME_ACQUISITION_MM))
        });
        if let Some(&(m, _)) = magnitude
            && let (Some(verdict), Some(other)) = (verdicts.get_mut(n), stacks.get(m))
        {
            let name = other.name();
            *verdict = Verdict::Dropped(format!(
                "phase-sensitive image of the acquisition of series {name}, whose magnitude image is preferred: the networks were \
                 trained on those"
            ));
            preferred.push(m);
        }
    }
    preferred
}

/// The candidates of a sequence.
fn of_sequence(sequence: Sequence, verdicts: &[Verdict]) -> Vec<(usize, Strength)> {
    let strength = |(n, verdict): (usize, &Verdict)| match verdict {
        Verdict::Candidate { role, strength, .. } if *role == sequence => Some((n, *strength)),
        _ => None,
    };
    verdicts.iter().enumerate().filter_map(strength).collect()
}

/// The candidates of a sequence for which most speaks; the others are dropped.
fn strongest(sequence: Sequence, stacks: &[Stack], verdicts: &mut [Verdict]) -> Vec<usize> {
    let of = of_sequence(sequence, verdicts);
    let Some(most) = of.iter().map(|(_, strength)| *strength).max() else {
        return Vec::new();
    };
    let (best, others): (Vec<_>, Vec<_>) =
        of.into_iter().partition(|(_, strength)| *strength == most);
    let best: Vec<usize> = best.into_iter().map(|(n, _)| n).collect();
    let named = best.first().and_then(|&n| stacks.get(n)).map(Stack::name);
    for (n, _) in others {
        if let (Some(verdict), Some(name)) = (verdicts.get_mut(n), &named) {
            let why = if most == Strength::Chosen {
                format!("series {name} was chosen for {sequence}")
            } else {
                format!("could be {sequence}, but more speaks for series {name}")
            };
            *verdict = Verdict::Dropped(why);
        }
    }
    complete(sequence, best, stacks, verdicts)
}

/// Of stacks for which as much speaks, drops those joined of several series that have fewer slices than a series has by itself.
fn complete(
    sequence: Sequence,
    best: Vec<usize>,
    stacks: &[Stack],
    verdicts: &mut [Verdict],
) -> Vec<usize> {
    let of_best = best.iter().filter_map(|&n| stacks.get(n));
    let complete = of_best.filter(|stack| stack.series.len() == 1);
    let Some(complete) = complete.max_by_key(|stack| stack.slices.len()) else {
        return best;
    };
    let (best, fewer): (Vec<_>, Vec<_>) = best.into_iter().partition(|&n| {
        stacks.get(n).is_none_or(|stack| {
            stack.series.len() == 1 || stack.slices.len() >= complete.slices.len()
        })
    });
    for n in fewer {
        if let Some(verdict) = verdicts.get_mut(n) {
            let (name, slices) = (complete.name(), complete.slices.len());
            *verdict = Verdict::Dropped(format!(
                "could be {sequence}, but series {name} alone has more slices ({slices})"
            ));
        }
    }
    best
}

/// Says of the stack that was taken what of the signal it shows, where that matters.
fn told(
    sequence: Sequence,
    taken: usize,
    magnitude: &[usize],
    stacks: &[Stack],
    verdicts: &mut [Verdict],
) {
    let component = stacks.get(taken).map(Stack::component);
    if let Some(Verdict::Candidate { why, .. }) = verdicts.get_mut(taken)
        && sequence == Sequence::Lge
    {
        *why += match component {
            Some(Component::PhaseSensitive) => {
                "; phase-sensitive image, no magnitude image of it was found"
            }
            _ if magnitude.contains(&taken) => {
                "; magnitude image, preferred to the phase-sensitive one"
            }
            _ => "; magnitude image",
        };
    }
}
