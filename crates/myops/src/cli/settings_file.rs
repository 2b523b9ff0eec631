//! Settings files: read over defaults, and written with an explanation of each key.

use std::path::Path;

use anyhow::{Context, Result, bail};
use myops_image::io::read_bounded;
use myops_settings::explain;
use myops_train::{LrSchedule, RENAMED, Renamed, TrainSettings};
use toml::{Table, Value};

/// The longest settings file that is read: hundreds of times all settings. What reads it takes up to sixty times as much.
const MAX_BYTES: u64 = 1 << 20;

/// The tables of a settings file.
///
/// # Errors
/// Where the file cannot be read or is not TOML.
pub fn read_table(path: &Path) -> Result<Table> {
    let text = String::from_utf8(read_bounded(path, MAX_BYTES)?)
        .with_context(|| path.display().to_string())?;
    parse_table(&text, path)
}

/// The tables of the text of a settings file; `path` is what errors call it.
///
/// # Errors
/// Where the text is not TOML.
pub fn parse_table(text: &str, path: &Path) -> Result<Table> {
    let place = |at: usize| format!("line {}", text[..at].matches('\n').count() + 1);
    text.parse().map_err(|e: toml::de::Error| {
        let line = e
            .span()
            .map_or(String::new(), |span| place(span.start) + ": ");
        anyhow::anyhow!("{}: {line}{}", path.display(), e.message())
    })
}

/// Settings with the changes that the tables of a settings file make.
///
/// # Errors
/// Where the file has a key that is unknown, renamed or of another schedule, or a value of another type.
pub fn changed_settings(settings: TrainSettings, file: Table) -> Result<TrainSettings> {
    refuse_renamed(&file)?;
    let mut table = Table::try_from(settings)?;
    if let Some(schedule) = schedule_over(settings.schedule, &file)? {
        table.insert("schedule".into(), Value::try_from(schedule)?);
    }
    merge(&mut table, file);
    Ok(table.try_into()?)
}

/// Puts every value of `from` over that of the same place in `into`.
pub fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// Refuses keys of version 0.1.0 that have other names today.
fn refuse_renamed(file: &Table) -> Result<()> {
    for (table, key, renamed) in RENAMED {
        let place = match table {
            "" => Some(file),
            table => file.get(table).and_then(Value::as_table),
        };
        if place.is_some_and(|table| table.contains_key(key)) {
            let old = dotted(table, key);
            match renamed {
                Renamed::To(table, key) => bail!("{old} is now {}", dotted(table, key)),
                Renamed::Follows(from) => bail!("{old} is no setting: it follows from {from}"),
            }
        }
    }
    Ok(())
}

fn dotted(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.into()
    } else {
        format!("{table}.{key}")
    }
}

/// The default schedule of the kind that a settings file asks for, where that is another kind than before.
///
/// # Errors
/// Where the file has a key of another kind than its own.
fn schedule_over(before: LrSchedule, file: &Table) -> Result<Option<LrSchedule>> {
    let Some(asked) = file.get("schedule").and_then(Value::as_table) else {
        return Ok(None);
    };
    let kind = match asked.get("kind") {
        Some(kind) => kind.as_str().unwrap_or_default(),
        None => before.kind(),
    };
    // An unknown kind is refused where the settings are read.
    let Some(schedule) = LrSchedule::of_kind(kind) else {
        return Ok(None);
    };
    let own = Table::try_from(schedule)?;
    for other in LrSchedule::kinds() {
        let keys = Table::try_from(other)?;
        let foreign = |key: &&String| keys.contains_key(*key) && !own.contains_key(*key);
        if let Some(key) = asked.keys().find(foreign) {
            bail!(
                "schedule.{key} is a key of schedule.kind = \"{}\", and the kind here is \"{kind}\"",
                other.kind()
            );
        }
    }
    Ok((kind != before.kind()).then_some(schedule))
}

/// Settings as a settings file, in which a comment explains every key.
///
/// # Errors
/// Where they cannot be written as TOML.
pub fn explained(settings: &TrainSettings) -> Result<String> {
    let keys = explain(settings);
    let mut text = String::new();
    let mut table = "";
    for line in toml::to_string(settings)?.lines() {
        let name = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
        let key = match (name, line.split_once(" = ")) {
            (Some(name), _) => {
                table = name;
                name.to_owned()
            }
            (None, Some((key, _))) => dotted(table, key),
            (None, None) => String::new(),
        };
        if let Some(about) = keys.get(&key) {
            text += &format!("# {about}\n");
        }
        text += &format!("{line}\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use myops_net::model::Architecture;
    use myops_settings::Switch;
    use myops_train::PlateauSchedule;

    use super::*;

    fn changed(settings: TrainSettings, file: &str) -> Result<TrainSettings, String> {
        changed_settings(settings, file.parse().unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let default = TrainSettings::default();
        let settings = changed(default, "epochs = 3\n[augment]\ndropout = 0.5\n").unwrap();
        assert_eq!((settings.epochs, settings.augment.dropout), (3, 0.5));
        assert_eq!(
            settings.augment.rotation_degrees,
            default.augment.rotation_degrees
        );
    }

    #[test]
    fn printed_settings_read_back_are_the_same_and_every_key_is_explained() {
        for architecture in Architecture::ALL {
            let settings = TrainSettings::of(architecture);
            let text = explained(&settings).unwrap();
            assert_eq!(toml::from_str::<TrainSettings>(&text).unwrap(), settings);
            assert_eq!(changed(TrainSettings::default(), &text), Ok(settings));
            let lines: Vec<&str> = text.lines().collect();
            for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ")) {
                if !pair[1].starts_with('#') {
                    let about = pair[0];
                    assert!(
                        about.starts_with("# ") && about.ends_with(['.', ']']),
                        "{pair:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_schedule_of_another_kind_replaces_the_default_whole() {
        let nested = TrainSettings::of(Architecture::Nested);
        let plateau = changed(nested, "[schedule]\nkind = \"plateau\"\npatience = 4\n").unwrap();
        let expected = PlateauSchedule {
            patience: 4,
            ..PlateauSchedule::default()
        };
        assert_eq!(plateau.schedule, LrSchedule::Plateau(expected));
        let cosine = changed(nested, "[schedule]\nwarm_up_epochs = 1.0\n").unwrap();
        assert_eq!(
            toml::to_string(&cosine.schedule).unwrap(),
            "kind = \"cosine\"\ncycles = 3\nwarm_up_epochs = 1.0\n"
        );
        for file in [
            "[schedule]\nstop_after = 4\n",
            "[schedule]\nkind = \"cosine\"\nstop_after = 4\n",
        ] {
            assert_eq!(
                changed(nested, file).unwrap_err(),
                "schedule.stop_after is a key of schedule.kind = \"plateau\", and the kind here is \"cosine\""
            );
        }
        let error = changed(nested, "[schedule]\nkind = \"linear\"\n").unwrap_err();
        assert!(error.contains("unknown variant `linear`"), "{error}");
    }

    #[test]
    fn a_key_of_an_older_version_is_refused_with_its_new_name() {
        let refused = |file: &str| changed(TrainSettings::default(), file).unwrap_err();
        assert_eq!(refused("alone = 0.5"), "alone is now single_slice_share");
        assert_eq!(
            refused("course = \"cosine\""),
            "course is now schedule.kind"
        );
        assert_eq!(
            refused("[cosine]\ncycles = 2"),
            "cosine.cycles is now schedule.cycles"
        );
        assert_eq!(
            refused("[model]\ninputs = 3"),
            "model.inputs is no setting: it follows from [recipe.preprocess], one for each sequence of each slice"
        );
    }

    #[test]
    fn zero_is_read_as_off_where_older_files_meant_that() {
        let settings = changed(
            TrainSettings::of(Architecture::Nested),
            "clip_norm = 0.0\naverage_decay = 0\ncrop_pixels = 0\n[recipe]\ncontrast = 0\n[augment]\ngamma = 0\n",
        )
        .unwrap();
        assert_eq!(settings.clip_norm, Switch::Off);
        assert_eq!(settings.average_decay, Switch::Off);
        assert_eq!(settings.crop_pixels, Switch::Off);
        assert_eq!(settings.recipe.contrast, Switch::Off);
        assert_eq!(settings.augment.gamma, Switch::Off);
        assert!(
            explained(&settings)
                .unwrap()
                .contains("\nclip_norm = \"off\"\n")
        );
    }
}
