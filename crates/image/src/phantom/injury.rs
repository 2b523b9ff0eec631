//! Infarction: scar, no-reflow and edema within the wall.

use std::f32::consts::{PI, TAU};

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::noise::rough_noise;
use super::random::between;
use super::settings::PhantomSettings;

/// The kind of injury of a heart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InjuryKind {
    /// No injury.
    None,
    /// Edema without scar.
    EdemaOnly,
    /// A scar of the inner part of the wall.
    Subendocardial,
    /// A scar with gaps in it.
    Patchy,
    /// A scar of the whole thickness of the wall, or nearly.
    Transmural,
}

/// The tissue of the wall at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallTissue {
    /// Neither scar nor edema.
    Healthy,
    /// Edema without scar.
    Edema,
    /// Scar.
    Scar,
    /// The dark core of a scar (microvascular obstruction).
    NoReflow,
}

/// The injury of one heart.
#[derive(Debug, Clone, PartialEq)]
pub struct Injury {
    kind: InjuryKind,
    /// Its centre: radians from the septum, and height in mm.
    angle: f32,
    height_mm: f32,
    /// Half the scar's width in radians, and half its height in mm.
    half: [f32; 2],
    /// The same of the edema.
    edema_half: [f32; 2],
    /// The depth of the scar from the pool, as a share of the wall.
    transmurality: f32,
    no_reflow: bool,
    seed: u32,
}

impl Injury {
    /// Draws an injury centred near a height in mm.
    pub fn draw(settings: &PhantomSettings, height_mm: f32, rng: &mut impl Rng) -> Self {
        let kind = match (
            rng.random::<f32>() < settings.without_scar,
            rng.random::<f32>(),
        ) {
            (true, share) if share < 0.5 => InjuryKind::None,
            (true, _) => InjuryKind::EdemaOnly,
            (false, share) if share < 0.4 => InjuryKind::Subendocardial,
            (false, share) if share < 0.6 => InjuryKind::Patchy,
            (false, _) => InjuryKind::Transmural,
        };
        let depth = match kind {
            InjuryKind::Subendocardial => [0.35, 0.6],
            InjuryKind::Patchy => [0.6, 0.95],
            _ => [0.85, 1.25],
        };
        // The centres of the territories of the three coronary arteries.
        let territory = [0.9, 2.9, 4.6][(rng.random::<f32>() * 2.999) as usize];
        let half = [between(rng, [0.35, 1.05]), between(rng, [14.0, 45.0])];
        Self {
            kind,
            angle: territory + between(rng, [-0.5, 0.5]),
            height_mm: height_mm + between(rng, [-4.0, 4.0]),
            half,
            edema_half: [
                half[0] + between(rng, [0.1, 0.7]),
                half[1] + between(rng, [3.0, 18.0]),
            ],
            transmurality: between(rng, depth),
            no_reflow: rng.random::<f32>() < settings.no_reflow && kind == InjuryKind::Transmural,
            seed: rng.random(),
        }
    }

    /// The kind of injury.
    pub fn kind(&self) -> InjuryKind {
        self.kind
    }

    /// The tissue of the wall at a depth (0 at the pool, 1 outside), an angle from the septum in
    /// radians and a height in mm; the point in mm determines the roughness of the edges.
    pub fn at(&self, depth: f32, angle: f32, height_mm: f32, [x, y]: [f32; 2]) -> WallTissue {
        if self.kind == InjuryKind::None {
            return WallTissue::Healthy;
        }
        let aside = ((angle - self.angle + PI).rem_euclid(TAU) - PI).abs();
        let away = height_mm - self.height_mm;
        let within = |half: [f32; 2]| (aside / half[0]).hypot(away / half[1]);
        let (edema, scar) = (within(self.edema_half), within(self.half));
        if edema > 1.25 {
            return WallTissue::Healthy;
        }
        let rough = rough_noise(self.seed, x / 7.0 + 0.05 * height_mm, y / 7.0);
        if self.kind != InjuryKind::EdemaOnly && scar < 1.0 {
            let reach = self.transmurality * (1.0 - scar.powi(4)).sqrt() + 0.3 * rough;
            let gap = self.kind == InjuryKind::Patchy
                && rough_noise(self.seed ^ 1, x / 6.0, y / 6.0 + 0.07 * height_mm) < -0.12;
            if depth < reach && !gap {
                let core = scar < 0.65 + 0.2 * rough && (0.15..0.62).contains(&depth);
                return if self.no_reflow && core {
                    WallTissue::NoReflow
                } else {
                    WallTissue::Scar
                };
            }
        }
        if edema + 0.25 * rough < 1.0 {
            WallTissue::Edema
        } else {
            WallTissue::Healthy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transmural_scar_is_in_the_middle_and_edema_around_it() {
        let injury = Injury {
            kind: InjuryKind::Transmural,
            angle: 1.0,
            height_mm: 50.0,
            half: [0.5, 20.0],
            edema_half: [1.0, 30.0],
            transmurality: 1.3,
            no_reflow: true,
            seed: 5,
        };
        let at = |depth, angle, height| injury.at(depth, angle, height, [3.0, 4.0]);
        assert_eq!(at(0.9, 1.0, 50.0), WallTissue::Scar);
        assert_eq!(at(0.4, 1.0, 50.0), WallTissue::NoReflow);
        assert_eq!(at(0.5, 1.0 + 0.7 + TAU, 50.0), WallTissue::Edema);
        assert_eq!(at(0.5, 1.0 + PI, 50.0), WallTissue::Healthy);
        assert_eq!(at(0.5, 1.0, 90.0), WallTissue::Healthy);
        assert_eq!(
            Injury {
                kind: InjuryKind::None,
                ..injury
            }
            .at(0.4, 1.0, 50.0, [3.0, 4.0]),
            WallTissue::Healthy
        );
    }
}
