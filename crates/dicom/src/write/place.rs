//! Where the slices of a series are, in the coordinates of DICOM (LPS+, mm).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;
use myops_image::geometry::Grid;
use myops_image::label::LabelMap;
use myops_image::study::SAME_PLACE_MM;

use super::decimal::{decimal, decimals};
use super::element::{Item, item, sequence, text};
use super::error::WriteError;
use super::header::value_of;
use crate::source::Source;

/// The largest cosine of the angle between rows and columns: that of 89.9 degrees.
const RIGHT_ANGLE: f64 = 0.001_745;

/// Checks that the labels lie on the voxels of the source.
///
/// # Errors
/// [`WriteError::OtherGrid`].
pub fn check_grid(labels: &LabelMap, source: &Source) -> Result<(), WriteError> {
    let (grid, of_source) = (labels.grid(), &source.grid);
    let displacement_mm = grid.displacement_mm(of_source);
    if grid.shape() == of_source.shape() && displacement_mm <= SAME_PLACE_MM {
        return Ok(());
    }
    Err(WriteError::OtherGrid {
        labels: said(grid),
        source_grid: said(of_source),
        displacement_mm,
        bound_mm: SAME_PLACE_MM,
    })
}

/// Shape, spacing and first voxel of a grid.
fn said(grid: &Grid) -> String {
    let [ni, nj, nk] = grid.shape();
    let [x, y, z] = grid.spacing().mm();
    let [left, back, up] = grid.world_from_voxel().apply([0.0; 3]);
    format!(
        "{ni} x {nj} x {nk} voxels of {x:.3} x {y:.3} x {z:.3} mm from ({left:.1}, {back:.1}, {up:.1}) mm"
    )
}

/// The functional groups that all frames share: orientation of the plane, and measures of the pixels.
///
/// # Errors
/// [`WriteError::Skewed`].
pub fn shared(source: &Source) -> Result<[InMemElement; 2], WriteError> {
    let affine = source.grid.world_from_voxel();
    let [x_mm, y_mm, step_mm] = affine.spacing().mm();
    let along_row = lps(affine.column(0)).map(|v| v / x_mm);
    let along_column = lps(affine.column(1)).map(|v| v / y_mm);
    let cosine: f64 = along_row.iter().zip(along_column).map(|(a, b)| a * b).sum();
    if cosine.abs() > RIGHT_ANGLE {
        return Err(WriteError::Skewed {
            degrees: cosine.acos().to_degrees(),
        });
    }
    let orientation = [along_row, along_column].concat();
    let thickness = thickness(&source.header).unwrap_or_else(|| decimal(step_mm));
    Ok([
        sequence(
            tags::PLANE_ORIENTATION_SEQUENCE,
            vec![item([text(
                tags::IMAGE_ORIENTATION_PATIENT,
                VR::DS,
                decimals(&orientation),
            )])],
        ),
        sequence(
            tags::PIXEL_MEASURES_SEQUENCE,
            vec![item([
                text(tags::PIXEL_SPACING, VR::DS, decimals(&[y_mm, x_mm])),
                text(tags::SLICE_THICKNESS, VR::DS, thickness),
                text(tags::SPACING_BETWEEN_SLICES, VR::DS, decimals(&[step_mm])),
            ])],
        ),
    ])
}

/// The functional group with the position of slice `k`.
pub fn position(source: &Source, k: usize) -> InMemElement {
    let corner = lps(source.grid.world_from_voxel().apply([0.0, 0.0, k as f64]));
    let position = text(tags::IMAGE_POSITION_PATIENT, VR::DS, decimals(&corner));
    sequence(tags::PLANE_POSITION_SEQUENCE, vec![item([position])])
}

/// From RAS+ to LPS+.
fn lps([x, y, z]: [f64; 3]) -> [f64; 3] {
    [-x, -y, z]
}

/// The thickness of the slices as the header has it: at the top, or in the functional groups of a multi-frame image.
fn thickness(header: &Item) -> Option<String> {
    let within = |groups: Tag| {
        let measures = first(first(header, groups)?, tags::PIXEL_MEASURES_SEQUENCE)?;
        value_of(measures, tags::SLICE_THICKNESS)
    };
    let said = value_of(header, tags::SLICE_THICKNESS)
        .or_else(|| within(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE))
        .or_else(|| within(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE))?;
    let mm: f64 = said.trim().parse().ok()?;
    (mm.is_finite() && mm > 0.0).then(|| decimal(mm))
}

/// The first item of a sequence.
fn first(item: &Item, tag: Tag) -> Option<&Item> {
    item.get(tag)?.items()?.first()
}
