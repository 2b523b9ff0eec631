//! What is told of each case.

use myops_measure::quantify::Quantities;

use super::{Quantity, Tables};

table! {
    /// What is told of each case, in the order of files and tables.
    MEASURED of Quantities:

    LV_POOL_ML = ["lv_pool_ml", "LV blood pool", "ml"], 1,
        "Blood in the left ventricle",
        |q| Some(q.volumes.lv_pool_ml),
        "LV ml" in All;

    RV_POOL_ML = ["rv_pool_ml", "RV blood pool", "ml"], 1,
        "Blood in the right ventricle",
        |q| Some(q.volumes.rv_pool_ml),
        "RV ml" in All;

    WALL_ML = ["wall_ml", "LV wall", "ml"], 1,
        "Wall of the left ventricle: healthy, edematous and scarred myocardium",
        |q| Some(q.volumes.wall_ml);

    WALL_G = ["wall_g", "LV wall", "g"], 1,
        "Mass of the wall at 1.05 g/ml (SCMR, JCMR 2020;22:19)",
        |q| Some(q.volumes.wall_g),
        "Wall g" in All;

    HEALTHY_MYOCARDIUM_ML = ["healthy_myocardium_ml", "Healthy myocardium", "ml"], 1,
        "Myocardium without edema and scar",
        |q| Some(q.volumes.healthy_myocardium_ml);

    SCAR_ML = ["scar_ml", "Scar", "ml"], 1,
        "Scar (infarct)",
        |q| Some(q.volumes.scar_ml);

    SCAR_G = ["scar_g", "Scar", "g"], 1,
        "Mass of the scar at 1.05 g/ml",
        |q| Some(q.volumes.scar_g),
        "Scar g" in All;

    SCAR_PERCENT = ["scar_percent", "Infarct size", "%"], 1,
        "Scar over wall; none without wall (Ibanez et al., JACC 2019;74:238)",
        |q| q.volumes.scar_percent,
        "Scar %" in All;

    EDEMA_WITHOUT_SCAR_ML = ["edema_without_scar_ml", "Edema without scar", "ml"], 1,
        "Edema that is not scar",
        |q| Some(q.volumes.edema_without_scar_ml);

    EDEMA_WITHOUT_SCAR_G = ["edema_without_scar_g", "Edema without scar", "g"], 1,
        "Mass of the edema that is not scar at 1.05 g/ml",
        |q| Some(q.volumes.edema_without_scar_g);

    EDEMA_WITHOUT_SCAR_PERCENT = ["edema_without_scar_percent", "Edema without scar", "%"], 1,
        "Edema that is not scar over wall; none without wall",
        |q| q.volumes.edema_without_scar_percent,
        "Edema %" in All;

    AREA_AT_RISK_ML = ["area_at_risk_ml", "Area at risk", "ml"], 1,
        "Edema and scar together",
        |q| Some(q.volumes.area_at_risk_ml);

    AREA_AT_RISK_G = ["area_at_risk_g", "Area at risk", "g"], 1,
        "Mass of edema and scar together at 1.05 g/ml",
        |q| Some(q.volumes.area_at_risk_g);

    AREA_AT_RISK_PERCENT = ["area_at_risk_percent", "Area at risk", "%"], 1,
        "Edema and scar over wall; none without wall (Ibanez et al., JACC 2019;74:238)",
        |q| q.volumes.area_at_risk_percent,
        "At risk %" in All;

    SALVAGE_INDEX = ["salvage_index", "Myocardial salvage index", ""], 2,
        "Exploratory: (area at risk - scar) / area at risk; none without area at risk (the JACC consensus of 2019 advises against it)",
        |q| q.volumes.salvage_index;

    RING_SLICES = ["ring_slices", "Slices with a ring of wall", ""], 0,
        "Number of slices that hold both wall and LV pool",
        |q| Some(q.rings.len() as f64);

    MEAN_WALL_THICKNESS_MM = ["mean_wall_thickness_mm", "Mean wall thickness", "mm"], 1,
        "Mean distance from endocardium to epicardium along the chords, 100 rays a slice from the centre of the LV",
        |q| Some(q.transmurality.as_ref()?.mean_wall_thickness_mm);

    CHORDS_WITHOUT_SCAR_PERCENT = ["chords_without_scar_percent", "Chords without scar", "%"], 1,
        "Share of the chords without scar",
        |q| Some(q.transmurality.as_ref()?.none_percent);

    CHORDS_TO_25_PERCENT = ["chords_to_25_percent", "Chords with 1 to 25 % scar", "%"], 1,
        "Share of the chords of which up to 25 % is scar",
        |q| Some(q.transmurality.as_ref()?.to_25_percent);

    CHORDS_TO_50_PERCENT = ["chords_to_50_percent", "Chords with 26 to 50 % scar", "%"], 1,
        "Share of the chords of which more than 25 and up to 50 % is scar",
        |q| Some(q.transmurality.as_ref()?.to_50_percent);

    CHORDS_TO_75_PERCENT = ["chords_to_75_percent", "Chords with 51 to 75 % scar", "%"], 1,
        "Share of the chords of which more than 50 and up to 75 % is scar",
        |q| Some(q.transmurality.as_ref()?.to_75_percent);

    CHORDS_TO_100_PERCENT = ["chords_to_100_percent", "Chords with 76 to 100 % scar", "%"], 1,
        "Share of the chords of which more than 75 % is scar",
        |q| Some(q.transmurality.as_ref()?.to_100_percent);

    SCARS = ["scars", "Scars", ""], 0,
        "Number of connected pieces of scar (26 neighbours)",
        |q| Some(q.scars.len() as f64);

    LARGEST_SCAR_G = ["largest_scar_g", "Largest scar", "g"], 1,
        "Mass of the largest connected piece of scar at 1.05 g/ml",
        |q| Some(q.scars.first()?.mass_g);

    REMOTE_ML = ["remote_ml", "Remote myocardium", "ml"], 2,
        "Volume of remote myocardium, the healthy wall that LGE thresholds start from",
        |q| Some(q.thresholds.remote.as_ref()?.volume_ml);

    REMOTE_VOXELS = ["remote_voxels", "Voxels of remote myocardium", ""], 0,
        "Number of voxels of remote myocardium",
        |q| Some(q.thresholds.remote.as_ref()?.voxels as f64);

    REMOTE_SLICES = ["remote_slices", "Slices with remote myocardium", ""], 0,
        "Number of slices that have remote myocardium",
        |q| Some(q.thresholds.remote.as_ref()?.slices.len() as f64);

    REMOTE_MEAN = ["remote_mean", "Mean signal of remote myocardium", ""], 1,
        "Mean LGE signal of remote myocardium",
        |q| Some(q.thresholds.remote.as_ref()?.mean);

    REMOTE_SD = ["remote_sd", "SD of the signal of remote myocardium", ""], 1,
        "Standard deviation of the LGE signal of remote myocardium about the mean of its slice",
        |q| Some(q.thresholds.remote.as_ref()?.sd);
}
