//! What users do with the program, one module a story, on synthetic patients and tiny networks.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod packing;
mod program;

mod augmenting;
mod broken_cases;
mod changed_plans;
mod changing_files;
mod cines;
mod cross_validating;
mod demonstrating;
mod dicom_exams;
mod drawing_patients;
mod exporting;
mod failing_shards;
mod flagship;
mod importing;
mod inspecting;
mod interrupting;
mod joining_data_sets;
mod keeping_patients_private;
mod looking_around;
mod names_of_files;
mod orders_of_storage;
mod own_grids;
mod own_names;
mod planning;
mod protecting_inputs;
mod segmenting;
mod sharing_folders;
mod training;
mod trusting_models;
mod using_the_library;
