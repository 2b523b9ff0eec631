//! Keys of version 0.1.0 that have other names today.

use serde_json::{Map, Value};

use super::schedule::LrSchedule;

/// Each old key as (table, key), the table empty at the top, and what says the same today.
pub const RENAMED: [(&str, &str, Renamed); 10] = [
    ("", "alone", Renamed::To("", "single_slice_share")),
    ("", "course", Renamed::To("schedule", "kind")),
    ("cosine", "cycles", Renamed::To("schedule", "cycles")),
    (
        "cosine",
        "warm_up_epochs",
        Renamed::To("schedule", "warm_up_epochs"),
    ),
    ("plateau", "factor", Renamed::To("schedule", "factor")),
    ("plateau", "patience", Renamed::To("schedule", "patience")),
    ("plateau", "minimum", Renamed::To("schedule", "minimum")),
    ("", "stop_after", Renamed::To("schedule", "stop_after")),
    (
        "model",
        "inputs",
        Renamed::Follows("[recipe.preprocess], one for each sequence of each slice"),
    ),
    (
        "model",
        "classes",
        Renamed::Follows("the labels, one for each"),
    ),
];

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    /// It is this key of this table.
    To(&'static str, &'static str),
    /// It is no setting: it follows from this.
    Follows(&'static str),
}

/// The settings in the header of an older file, with today's keys.
pub fn with_new_keys(mut settings: Value) -> Value {
    let Some(top) = settings.as_object_mut() else {
        return settings;
    };
    for (table, key, renamed) in RENAMED {
        let Some(value) = within(top, table).and_then(|table| table.remove(key)) else {
            continue;
        };
        if let Renamed::To(table, key) = renamed {
            if !table.is_empty() {
                top.entry(table)
                    .or_insert_with(|| Value::Object(Map::new()));
            }
            if let Some(table) = within(top, table) {
                table.insert(key.to_owned(), value);
            }
        }
    }
    top.remove("cosine");
    top.remove("plateau");
    // Both schedules were written, whichever was used.
    if let Some(schedule) = within(top, "schedule") {
        let kind = schedule.get("kind").and_then(Value::as_str);
        let used = kind
            .and_then(LrSchedule::of_kind)
            .and_then(|used| serde_json::to_value(used).ok());
        if let Some(used) = used {
            schedule.retain(|key, _| used.get(key).is_some());
        }
    }
    settings
}

fn within<'a>(top: &'a mut Map<String, Value>, table: &str) -> Option<&'a mut Map<String, Value>> {
    if table.is_empty() {
        Some(top)
    } else {
        top.get_mut(table)?.as_object_mut()
    }
}

#[cfg(test)]
mod tests {
    use myops_net::model::Architecture;
    use myops_settings::Switch;
    use serde_json::json;

    use super::*;
    use crate::TrainSettings;
    use crate::schedule::CosineSchedule;

    #[test]
    fn settings_of_an_older_header_are_read() {
        let old = json!({
            "alone": 0.5, "average_decay": 0.0, "clip_norm": 10.0, "course": "cosine", "crop_pixels": 0, "epochs": 9,
            "cosine": {"cycles": 2, "warm_up_epochs": 1.0}, "plateau": {"factor": 0.5, "minimum": 1e-5, "patience": 10},
            "model": {"architecture": "nested", "classes": 6, "inputs": 9, "width": 16}, "stop_after": 30,
            "augment": {"gamma": 0.0},
        });
        let settings: TrainSettings = serde_json::from_value(with_new_keys(old)).unwrap();
        assert_eq!((settings.epochs, settings.single_slice_share), (9, 0.5));
        assert_eq!(settings.clip_norm, Switch::On(10.0));
        assert_eq!(settings.average_decay, Switch::Off);
        assert_eq!(settings.crop_pixels, Switch::Off);
        assert_eq!(settings.augment.gamma, Switch::Off);
        let cosine = CosineSchedule {
            cycles: 2,
            warm_up_epochs: 1.0,
        };
        assert_eq!(settings.schedule, LrSchedule::Cosine(cosine));
        assert_eq!(settings.model.architecture, Architecture::Nested);
    }

    #[test]
    fn settings_of_today_stay_as_they_are() {
        for architecture in Architecture::ALL {
            let settings = serde_json::to_value(TrainSettings::of(architecture)).unwrap();
            assert_eq!(with_new_keys(settings.clone()), settings);
        }
    }
}
