//! What a segmentation is worth and what it means for the patient.
