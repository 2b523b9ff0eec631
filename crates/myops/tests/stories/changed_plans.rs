//! "That is not what we planned": changed images, models and plans are refused, and named.

use std::fs;

use super::planning::{is_whole, plan, planned, shard, told};
use super::program::{
    bytes, contents, copy, done, json, merged_in_part, myops, names, network, patients, place,
    refused,
};

#[test]
fn what_was_changed_since_it_was_planned_is_refused() {
    let place = place("failing/changed");
    let (data, out) = (format!("{place}/data"), format!("{place}/plan"));
    copy(patients(), &data);
    done(&plan(&data, &out, 2));
    done(&shard(&out, 0));
    // The same length, and another checksum at the end.
    let of_second = json(format!("{out}/shards/0001.json"))["cases"].clone();
    let case = of_second[0]["case"].as_str().unwrap().to_owned();
    let file = format!("{data}/{case}/{case}_LGE.nii.gz");
    let before = bytes(&file);
    let mut other = before.clone();
    let checksum = other.len() - 8;
    other[checksum] ^= 1;
    fs::write(&file, &other).unwrap();
    let run = myops(&shard(&out, 1));
    assert_eq!(run.code, 1);
    let expected = format!("case {case}: input changed since it was planned (LGE)");
    assert!(
        run.err.contains(&format!("error: {expected}\n")),
        "{}",
        run.err
    );
    assert_eq!(
        told(&out, 1, "failed.csv"),
        format!("shard,case,may_pass,error\n1,{case},no,{expected}\n")
    );
    let merged = merged_in_part(&out, "");
    assert!(merged.contains("3 of 4 cases done; tables of these: "));
    assert!(merged.ends_with("error: 1 of 4 cases failed\n"));
    let table = String::from_utf8(bytes(format!("{out}/cohort.csv"))).unwrap();
    assert!(table.lines().count() == 4 && !table.contains(&case));
    fs::write(&file, &before).unwrap();
    done(&shard(&out, 1));
    assert!(is_whole(&out));
    // A file system that is not there on one machine.
    fs::rename(&data, format!("{place}/elsewhere")).unwrap();
    fs::remove_dir_all(format!("{out}/results/0001")).unwrap();
    let run = myops(&shard(&out, 1));
    assert_eq!(run.code, 75, "{}", run.err);
    assert!(
        run.err
            .contains("error: none of the files of 2 cases is there, the first of them ")
    );
    assert!(
        run.err
            .ends_with("hint: is the file system mounted on this machine?\n")
    );
    fs::rename(format!("{place}/elsewhere"), &data).unwrap();
    done(&shard(&out, 1));
    assert!(is_whole(&out));
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let out = planned("edited", 3);
    for (file, from, to) in [
        ("plan.json", "\"voxels\": ", "\"voxels\": 1"),
        ("shards/0001.json", "\"voxels\":", "\"voxels\":1"),
    ] {
        let path = format!("{out}/{file}");
        let text = String::from_utf8(bytes(&path)).unwrap();
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        for line in [shard(&out, 1), format!("merge {out}")] {
            let error = refused(&line);
            assert!(
                error.starts_with(&format!("error: {path}: changed since it was planned: ")),
                "{error}"
            );
            assert!(
                error.ends_with("hint: a plan cannot be edited: plan again with --out elsewhere\n")
            );
        }
        fs::write(&path, text).unwrap();
    }
}

#[test]
fn a_plan_is_replaced_until_it_is_begun() {
    let out = planned("replaced", 3);
    // Nothing was done of it, so that another plan takes its place.
    let run = myops(&plan(patients(), &out, 2));
    assert!(
        run.err
            .contains("of which nothing was done; it was replaced"),
        "{}",
        run.err
    );
    assert_eq!(names(&format!("{out}/shards")), ["0000.json", "0001.json"]);
    done(&shard(&out, 1));
    let before = contents(&out);
    let fewer = format!("{0}/phantom-001 {0}/phantom-002", patients());
    let error = refused(&format!(
        "{} --device cpu-bf16 --all-grids",
        plan(&fewer, &out, 2)
    ));
    for difference in [
        "/plan.json: another plan, part of which was done: cases 2, there 4; ",
        "program.device \"cpu-bf16\", there \"cpu\"; settings.all_grids true, there false; ",
        "cases only there: phantom-003, phantom-004\nhint: --out plans elsewhere\n",
    ] {
        assert!(error.contains(difference), "{difference}\n{error}");
    }
    assert!(contents(&out) == before);
    // A result that is of no case of the shard.
    done(&shard(&out, 0));
    let case = names(&format!("{out}/results/0000"))[0].clone();
    copy(
        format!("{out}/results/0000/{case}"),
        format!("{out}/results/0001/{case}"),
    );
    let error = refused(&format!("merge {out}"));
    assert!(
        error.contains(&format!("{out}/results/0001/{case}: not planned there\n")),
        "{error}"
    );
    assert!(
        error.ends_with("error: 1 folder of results not planned\n"),
        "{error}"
    );
    fs::remove_dir_all(format!("{out}/results/0001/{case}")).unwrap();
    assert!(is_whole(&out));
}

#[test]
fn a_model_that_was_trained_on_is_refused() {
    let place = place("failing/model");
    let (model, out) = (format!("{place}/model"), format!("{place}/plan"));
    copy(network(), &model);
    let line = format!("plan {} --shards 2 --model {model} --out {out}", patients());
    done(&line);
    done(&shard(&out, 0));
    fs::remove_file(format!("{model}/model.safetensors")).unwrap();
    done(&format!(
        "ensemble {} {} --out {model}/model.safetensors",
        network(),
        network()
    ));
    let error = refused(&shard(&out, 1));
    assert!(
        error.contains(&format!("model {model}: its weights are ")),
        "{error}"
    );
    assert!(
        error.ends_with("hint: put the planned model back, or plan again with --out elsewhere\n")
    );
    let error = refused(&line);
    assert!(error.contains("model.fingerprint "), "{error}");
}

#[test]
fn cases_that_cannot_be_segmented_are_named_when_they_are_planned() {
    let place = place("failing/unusable");
    let (data, out) = (format!("{place}/data"), format!("{place}/plan"));
    for case in ["phantom-001", "phantom-002", "phantom-003"] {
        copy(format!("{}/{case}", patients()), format!("{data}/{case}"));
    }
    fs::write(
        format!("{data}/phantom-002/phantom-002_LGE.nii.gz"),
        b"no image",
    )
    .unwrap();
    for name in ["pat_cine", "pat_LGE", "pat_psir_x"] {
        let from = format!("{}/phantom-001/phantom-001_LGE.nii.gz", patients());
        fs::create_dir_all(format!("{data}/pat")).unwrap();
        fs::copy(from, format!("{data}/pat/{name}.nii.gz")).unwrap();
    }
    let run = myops(&plan(&data, &out, 2));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.err.contains("case phantom-002 will fail: ") && run.err.contains("not a NIfTI file"),
        "{}",
        run.err
    );
    let codes = [0, 1].map(|number| myops(&shard(&out, number)).code);
    assert!(codes.contains(&1), "{codes:?}");
    let merged = merged_in_part(&out, "");
    assert!(merged.contains("case phantom-002: failed: "), "{merged}");
}
