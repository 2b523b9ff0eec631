//! Scar, edema, myocardium and blood pools in three-sequence cardiac MR: segmented, measured, reported.
