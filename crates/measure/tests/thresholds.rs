//! LGE thresholds find the scar that synthetic patients were drawn with, and in real ones what readers labelled.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by a panic and shows its figures"
)]

use std::path::Path;

use myops_image::io::find_cases;
use myops_image::label::{Label, LabelMap};
use myops_image::phantom::{InjuryKind, Phantom, PhantomSettings, Truth};
use myops_image::sequence::Sequence;
use myops_image::volume::Volume;
use myops_measure::quantify::{Method, Thresholds, quantify};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// LGE, labels and truth of a synthetic patient.
struct Patient {
    lge: Volume<f32>,
    labels: LabelMap,
    truth: Truth,
}

fn patient(seed: u64, settings: &PhantomSettings) -> Patient {
    let (study, truth) = Phantom::draw(settings, &mut ChaCha8Rng::seed_from_u64(seed)).render("P");
    let lge = study.image(Sequence::Lge).unwrap().clone();
    Patient {
        lge,
        labels: study.reference().unwrap().clone(),
        truth,
    }
}

fn settings(without_scar: f32) -> PhantomSettings {
    PhantomSettings {
        without_scar,
        no_reflow: 0.0,
        slices: [3, 5],
        ..PhantomSettings::default()
    }
}

fn above_ml(thresholds: &Thresholds, method: Method) -> Option<f64> {
    thresholds
        .methods
        .iter()
        .find(|t| t.method == method)
        .unwrap()
        .above_ml
}

fn with_noise(lge: &Volume<f32>, amplitude: f32, seed: u64) -> Volume<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    lge.map(|v| {
        v + amplitude * (rng.random::<f32>() + rng.random::<f32>() + rng.random::<f32>() - 1.5)
    })
}

#[test]
fn thresholds_find_the_volume_that_scar_was_drawn_with() {
    for seed in 0..5 {
        let p = patient(seed, &settings(0.0));
        let scar_ml = p.truth.volume_ml(Label::Scar);
        // As drawn; with the noise of a clinical image; the same with negative signal, as in PSIR; with half the contrast.
        let noisy = with_noise(&p.lge, 60.0, seed);
        let signed = with_noise(&p.lge, 60.0, seed + 100).map(|v| v - 150.0);
        let faint = with_noise(&p.lge.map(|v| 0.5 * v), 60.0, seed);
        assert!(signed.data().iter().any(|v| *v < -50.0));
        for (what, lge) in [
            ("drawn", &p.lge),
            ("noisy", &noisy),
            ("signed", &signed),
            ("faint", &faint),
        ] {
            let found = quantify(&p.labels, Some(lge)).thresholds;
            let [fwhm, five] =
                [Method::Fwhm, Method::Sd5].map(|method| above_ml(&found, method).unwrap());
            println!("{seed} {what}: {scar_ml:.1} ml, FWHM {fwhm:.1}, 5 SD {five:.1}");
            assert!(
                (fwhm - scar_ml).abs() < (0.2 * scar_ml).max(1.0),
                "{seed} {what}: FWHM {fwhm} ml, not {scar_ml}"
            );
            // 5 SD depends on noise: without any it finds edema and blurred borders too, with too much it misses scar.
            let clinical = what == "noisy" || what == "signed";
            assert!(
                !clinical || (five - scar_ml).abs() < (0.3 * scar_ml).max(3.5),
                "{seed} {what}: 5 SD {five} ml, not {scar_ml}"
            );
        }
    }
}

#[test]
fn a_heart_without_scar_has_none_above_5_sd() {
    let healthy = (0..12)
        .map(|seed| patient(seed, &settings(1.0)))
        .filter(|p| p.truth.injury == InjuryKind::None);
    for p in healthy.take(4) {
        for lge in [
            p.lge.clone(),
            with_noise(&p.lge, 60.0, 1),
            with_noise(&p.lge, 60.0, 2).map(|v| v - 150.0),
        ] {
            let found = quantify(&p.labels, Some(&lge)).thresholds;
            let ml = above_ml(&found, Method::Sd5).unwrap();
            assert!(
                ml < 0.005 * p.truth.wall_ml(),
                "{ml} ml of {}",
                p.truth.wall_ml()
            );
            assert_eq!(
                above_ml(&found, Method::Fwhm),
                None,
                "there is no maximum to halve"
            );
            let remote = found.remote.unwrap();
            assert!(remote.volume_ml > 0.1 * p.truth.wall_ml(), "{remote:?}");
        }
    }
}

/// Each method against the scar of 25 readers' label maps; the figures of docs/measures.md.
#[test]
fn thresholds_agree_with_readers() {
    let Some(data) = std::env::var_os("MYOPS_DATA") else {
        return;
    };
    let cases = find_cases(Path::new(&data).join("myops2020/train")).unwrap();
    let mut scar_ml = Vec::new();
    let mut found: Vec<Vec<f64>> = vec![Vec::new(); Method::ALL.len()];
    for case in cases {
        let study = case.load().unwrap().study;
        let quantities = quantify(study.reference().unwrap(), study.image(Sequence::Lge));
        let above = Method::ALL.map(|method| above_ml(&quantities.thresholds, method));
        let scar = quantities.volumes.scar_ml;
        let told: Vec<String> = above
            .iter()
            .map(|ml| ml.map_or("-".into(), |ml| format!("{ml:.1}")))
            .collect();
        let flags = quantities
            .findings
            .iter()
            .filter(|f| f.code() == "threshold_contradicts_labels")
            .count();
        println!(
            "{} scar {scar:.1} ml, above {}, contradictions {flags}",
            case.id(),
            told.join(" ")
        );
        scar_ml.push(scar);
        for (found, ml) in found.iter_mut().zip(above) {
            found.push(ml.unwrap_or(f64::NAN));
        }
    }
    for (method, found) in Method::ALL.iter().zip(found) {
        let pairs: Vec<(f64, f64)> = scar_ml
            .iter()
            .copied()
            .zip(found)
            .filter(|(_, f)| f.is_finite())
            .collect();
        let mut ratios: Vec<f64> = pairs.iter().map(|(scar, found)| found / scar).collect();
        ratios.sort_by(f64::total_cmp);
        let (median, r) = (ratios[ratios.len() / 2], correlation(&pairs));
        let bias = pairs.iter().map(|(scar, found)| found - scar).sum::<f64>() / pairs.len() as f64;
        println!(
            "{:<5} n {} r {r:.2} median ratio {median:.2} bias {bias:+.1} ml",
            method.name(),
            pairs.len()
        );
        match method {
            Method::Sd5 => assert!(r > 0.5 && (0.8..1.3).contains(&median), "{r} {median}"),
            Method::Fwhm => assert!(r > 0.7 && (0.8..1.2).contains(&median), "{r} {median}"),
            _ => {}
        }
    }
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (x, y) = pairs
        .iter()
        .fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}
