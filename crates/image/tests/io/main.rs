//! Files as they come: read, written, found and refused.

#![expect(clippy::float_cmp, reason = "tests compare values that are exact")]
#![expect(clippy::unwrap_used, reason = "what fails in a test is to fail it")]

mod case_errors;
mod cines;
mod damage;
mod errors;
mod handmade;
mod header_errors;
mod layouts;
mod nnunet;
mod own_names;
mod patients;
mod reading;
mod writing;
