//! Percentiles of the distances of surface elements, weighted by area.

/// One surface element: its distance (mm) to the other surface and its area (mm²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surfel {
    pub distance_mm: f64,
    pub area_mm2: f64,
}

/// The distance of the first element, in ascending order of distance, up to which the given percentage of the area
/// lies. No elements have the percentile 0.
pub fn area_percentile(ascending: &[Surfel], percent: f64) -> f64 {
    let total: f64 = ascending.iter().map(|s| s.area_mm2).sum();
    let mut area = 0.0;
    let reached = ascending.iter().find(|surfel| {
        area += surfel.area_mm2;
        area / total >= percent / 100.0
    });
    reached
        .or(ascending.last())
        .map_or(0.0, |surfel| surfel.distance_mm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_decides_the_weighted_percentile() {
        let surfel = |distance_mm, area_mm2| Surfel {
            distance_mm,
            area_mm2,
        };
        assert_eq!(
            area_percentile(&[surfel(1.0, 96.0), surfel(9.0, 4.0)], 95.0),
            1.0
        );
        assert_eq!(
            area_percentile(&[surfel(1.0, 90.0), surfel(9.0, 10.0)], 95.0),
            9.0
        );
    }
}
