//! Results of a case for a PACS: a DICOM segmentation and a structured report.

use std::time::SystemTime;

use myops_dicom::write::{Producer, WriteError, measurements, report, segmentation};
use myops_image::io::write_whole;
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use myops_measure::quantify::{LIMITS, Volumes};
use myops_segment::Segmentation;

use crate::app::error::Error;
use crate::app::input::LoadedInput;
use crate::app::record::{CaseFolder, Setup};
use crate::report::Case;

/// Writes both files. They refer to the series on whose slices the case was labelled.
///
/// # Errors
/// Where the case did not come as DICOM, its headers lack what has to be referred to, or a file cannot be written.
pub fn write(
    folder: &CaseFolder,
    loaded: &LoadedInput,
    found: &Segmentation,
    told: &Case,
    setup: &Setup,
) -> Result<(), Error> {
    let study = &loaded.case.study;
    let Some(source) = &loaded.sources[study.stack()] else {
        return Err(Error::NoSeries(study.id().into()));
    };
    let failed = |cause: WriteError| Error::DicomResults {
        case: study.id().into(),
        cause,
    };
    // Without LGE no scar is looked for.
    let has_lge = study.image(Sequence::Lge).is_some();
    let looked_for = Label::ALL.into_iter().skip(1);
    let looked_for: Vec<Label> = looked_for
        .filter(|label| has_lge || *label != Label::Scar)
        .collect();
    let by = Producer {
        name: "myops",
        version: env!("CARGO_PKG_VERSION"),
        model: &setup.model.fingerprint,
        made: SystemTime::now(),
    };
    let labels = study.stored(&found.labels);
    let segments = segmentation(&labels, &looked_for, source, &by).map_err(failed)?;
    let measured = measurements(&Volumes::of(&labels), &looked_for);
    let findings = told.findings.iter().map(ToString::to_string);
    let notes: Vec<String> = findings.chain(LIMITS.map(str::to_owned)).collect();
    let sr = report(&measured, &notes, &segments, source, &by).map_err(failed)?;
    write_whole(folder.segmentation(), |w| w.write_all(&segments.bytes))?;
    Ok(write_whole(folder.structured_report(), |w| {
        w.write_all(&sr)
    })?)
}
