//! What a user could do about an error of a job, in the words of the command line.

use crate::app::model::BUILT_IN;
use crate::app::{
    CasesError, Error, EvaluateError, FolderError, ModelError, PatientSource, PlanError,
    TrainingError,
};

/// The advice where no thread can be started.
pub const FEWER_THREADS: &str = "--threads N starts fewer; ulimit -u tells how many there may be";
const ELSEWHERE: &str = "--out writes the results elsewhere";
const ANOTHER_TRAINING: &str = "--out starts another training elsewhere";

/// The advice that goes with an error of a job, where there is any.
pub fn of(error: &Error) -> Option<String> {
    let hint = match error {
        Error::Io(error) => return error.hint(),
        Error::Dicom(error) => return error.hint(),
        Error::Study(error) => return error.hint().map(Into::into),
        Error::NoSeries(_) => "leave --dicom out, or give the exam as DICOM",
        Error::Folder(error) => return of_folder(error),
        Error::Cases(error) => return of_cases(error),
        Error::Model(error) => return of_model(error),
        Error::Training(error) => return of_training(error),
        Error::Plan(error) => return of_plan(error).map(Into::into),
        Error::Refused { cases, .. } => return cases.iter().find_map(|case| of(&case.error)),
        Error::Evaluate(EvaluateError::NothingInCommon(_)) => {
            "no case has both: do the names agree?"
        }
        Error::Evaluate(EvaluateError::Unmatched(_)) => {
            "--allow-missing scores a missing prediction as empty and leaves an extra one out"
        }
        Error::Evaluate(EvaluateError::Grid { .. }) => {
            "a prediction has to lie on the grid of its reference, voxel by voxel"
        }
        Error::Geometry(error) => error.hint(),
        Error::Threads(_) => FEWER_THREADS,
        Error::Panicked(_) => "this is a fault of the program: please report it",
        _ => return None,
    };
    Some(hint.into())
}

fn of_folder(error: &FolderError) -> Option<String> {
    let hint = match error {
        FolderError::Io(error) => return error.hint(),
        FolderError::Make { .. } => "give a place that may be written to with --out",
        FolderError::Held { .. } => "wait for it to end, or give another folder with --out",
        FolderError::MayBeHeld { lock, .. } => {
            let lock = lock.display();
            return Some(format!("if it no longer runs there, remove {lock}"));
        }
        FolderError::AmongInput { .. } | FolderError::NotOurs { .. } => ELSEWHERE,
        FolderError::HoldsSegmentation { .. } => "--out writes the reports elsewhere",
        FolderError::DamagedArchive { .. } => {
            "tar -xf takes out what is before the damage; move the archive away to segment the rest again"
        }
        FolderError::TwoResults { .. } => "keep one of them",
        FolderError::LinkOut { .. } => {
            "results stay in their folder: remove the link, or give another --out"
        }
        _ => return None,
    };
    Some(hint.into())
}

fn of_cases(error: &CasesError) -> Option<String> {
    let hint = match error {
        CasesError::Io(error) => return error.hint(),
        CasesError::Archive(error) => return of_folder(error),
        CasesError::LabelsWithoutImages { case, .. } => {
            return Some(format!(
                "images are called {case}_C0, {case}_LGE or {case}_DE, {case}_T2, or {case}_0000 to {case}_0002 by nnU-Net"
            ));
        }
        CasesError::NoReference { .. } => {
            "put its labels beside the images as ..._gd.nii.gz, or move the case away"
        }
        CasesError::NoLabelMap(_) => {
            "looked for ID_labels.nii.gz, ID_gd.nii.gz and ID.nii.gz in the folder and in its subfolders"
        }
        CasesError::TwoLabelMaps { .. } => "keep one of them",
        CasesError::Geometry { cause, .. } => cause.hint(),
        CasesError::Elsewhere(_) => "give the images that the labels were drawn on",
        CasesError::NoImages { .. } => {
            "label maps and cases are matched by name; leave --images out to do without"
        }
        CasesError::TwoCases { .. } => {
            "prefix = \"...\" in the table of data sets tells the cases of one set from those of another"
        }
        CasesError::Drawn { .. } => {
            "not_drawn in the table of data sets names tissues without a label of their own; numbers says what the numbers mean"
        }
        CasesError::NoPatient { .. } => "add a row for each case: case,patient",
        _ => return None,
    };
    Some(hint.into())
}

fn of_model(error: &ModelError) -> Option<String> {
    match error {
        ModelError::Io(error) => error.hint(),
        ModelError::Weights { cause, .. } | ModelError::Encode(cause) => cause.hint(),
        ModelError::Unknown(_) => {
            let known: Vec<&str> = BUILT_IN.iter().map(|m| m.name).collect();
            let known = known.join(", ");
            Some(format!(
                "built in: {known}; or give the folder that myops train wrote"
            ))
        }
        ModelError::NoNetworkYet { folder, .. } => {
            let folder = folder.display();
            Some(format!(
                "finish it with myops train DATA --out {folder} --resume"
            ))
        }
        ModelError::Unfinished { unfinished, path } => {
            let (folder, path) = (unfinished.folder.display(), path.display());
            Some(format!(
                "finish it with myops train DATA --out {folder} --resume, or name the file {path}"
            ))
        }
        _ => None,
    }
}

fn of_plan(error: &PlanError) -> Option<&'static str> {
    Some(match error {
        PlanError::NoPlan(_) => "myops plan PATHS --out DIR writes one",
        PlanError::Edited { .. } | PlanError::Unreadable { .. } => {
            "a plan cannot be edited: plan again with --out elsewhere"
        }
        PlanError::OtherProgram { .. } => {
            "run the version that planned it, or plan again with --out elsewhere"
        }
        PlanError::OtherModel { .. } => {
            "put the planned model back, or plan again with --out elsewhere"
        }
        PlanError::Differs { .. } => "--out plans elsewhere",
        PlanError::NoInput { .. } => "is the file system mounted on this machine?",
        PlanError::Stopped { .. } => "the same command goes on where this one stopped",
        _ => return None,
    })
}

fn of_training(error: &TrainingError) -> Option<String> {
    let hint = match error {
        TrainingError::Folds {
            patients: PatientSource::Grouped,
            ..
        } => "--patients FILE names the patient of each case",
        TrainingError::HoldsTraining(_) => "--resume resumes it; --out starts another elsewhere",
        TrainingError::CasesChanged { .. } | TrainingError::Checkpoint { .. } => ANOTHER_TRAINING,
        TrainingError::Damaged { cause, .. } => return cause.hint(),
        TrainingError::OtherFolds(_) => "--out starts another cross-validation elsewhere",
        _ => return None,
    };
    Some(hint.into())
}
