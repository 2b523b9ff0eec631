//! Which patient a case is of, by its name.

/// Words at the end of a name that tell a phase of the heart or a view apart.
const WORDS: [&str; 10] = [
    "ed", "es", "sa", "la", "sax", "lax", "baseline", "followup", "pre", "post",
];
/// Words at the end of a name that a number follows: `ses-02`, `frame01`, `run_2`.
const NUMBERED: [&str; 9] = [
    "ses",
    "session",
    "visit",
    "tp",
    "timepoint",
    "frame",
    "phase",
    "run",
    "aug",
];

/// The patient of a case, by the case's name. What tells cases of one patient apart is cut from its end, again and again:
///
/// - `x` and two digits or more, as `myops augment` writes them (`p5x03`),
/// - a phase or view (`_ED`, `_ES`, `_SA`, `_LAX`, `_baseline`, `_post`, ...),
/// - a session, visit, time point, frame, phase, run or augmentation with its number (`_ses-02`, `_frame01`, `-run2`);
///
/// and of a BIDS name (`sub-12_ses-1_run-2`) the subject is left. Parts are divided by `_`, `-` or `.`; letters may be in
/// either case. A name that would be left empty stays whole.
pub fn patient_of(id: &str) -> &str {
    if let Some(subject) = id
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sub-"))
    {
        let end = id[subject.len()..]
            .find('_')
            .map_or(id.len(), |at| subject.len() + at);
        return without_copy(&id[..end]).unwrap_or(&id[..end]);
    }
    let mut patient = id;
    while let Some(shorter) = without_copy(patient).or_else(|| without_part(patient)) {
        patient = shorter;
    }
    patient
}

/// The name without the number of an augmented copy.
fn without_copy(id: &str) -> Option<&str> {
    let start = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = id.len() - start.len();
    start
        .strip_suffix('x')
        .filter(|rest| digits >= 2 && !rest.is_empty())
}

/// The name without a last part that tells phases, views or sessions apart.
fn without_part(id: &str) -> Option<&str> {
    let (rest, last) = split_last(id)?;
    let last = last.to_ascii_lowercase();
    if WORDS.contains(&last.as_str()) {
        return Some(rest);
    }
    let word = last.trim_end_matches(|c: char| c.is_ascii_digit());
    if !word.is_empty() {
        return (word.len() < last.len() && NUMBERED.contains(&word)).then_some(rest);
    }
    // A number of its own: `ses-02`.
    let (rest, word) = split_last(rest)?;
    NUMBERED
        .contains(&word.to_ascii_lowercase().as_str())
        .then_some(rest)
}

fn split_last(id: &str) -> Option<(&str, &str)> {
    let at = id.rfind(['_', '-', '.'])?;
    (at > 0).then(|| (&id[..at], &id[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_cases_of_one_patient_apart_is_cut() {
        for (id, patient) in [
            ("p5x00", "p5"),
            ("p5x12", "p5"),
            ("p5_EDx03", "p5"),
            ("patient_ED", "patient"),
            ("patient_es", "patient"),
            ("A0S9V9_sa_ED", "A0S9V9"),
            ("patient001_frame01", "patient001"),
            ("p7_ses-02_run-1", "p7"),
            ("p7-run2", "p7"),
            ("p7_visit_3", "p7"),
            ("sub-12_ses-1_run-2", "sub-12"),
            ("sub-12x03", "sub-12"),
            ("Sub-A_acq-b", "Sub-A"),
        ] {
            assert_eq!(patient_of(id), patient, "{id}");
        }
    }

    #[test]
    fn other_names_are_patients_of_their_own() {
        let names = [
            "Case3001",
            "myops_training_119",
            "phantom-001",
            "heart_0001",
            "p5",
            "x00",
            "maxx1",
            "ED",
            "_ED",
            "scan_2",
            "ses-1",
            "sub-1",
            "é_x",
        ];
        for id in names {
            assert_eq!(patient_of(id), id);
        }
    }
}
