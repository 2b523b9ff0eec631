//! The head of a plan: what is done with which model, in which shards.

use std::collections::BTreeSet;
use std::path::Path;

use myops_image::io::{read_small, write_whole};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::PlanError;
use super::place::PlanFolder;
use super::settings::Settings;
use crate::app::error::Error;
use crate::app::files::Fingerprint;
use crate::report::{ModelId, Program};

/// The name of the layout of `plan.json`.
pub const SCHEMA: &str = "myops-plan-1";

/// A plan without the lists of its cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of the program, and the device that it computes on.
    pub program: Program,
    /// The model: its name or the absolute path of its file, and its weights.
    pub model: ModelId,
    /// What else changes results.
    pub settings: Settings,
    /// The number of all cases.
    pub cases: usize,
    /// Voxels of all cases.
    pub voxels: u64,
    /// The shards, counted from 0.
    pub shards: Vec<ShardHead>,
    /// The SHA-256 of this plan, written by the program without this value.
    pub sha256: String,
}

/// What a plan says of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardHead {
    /// The number of its cases.
    pub cases: usize,
    /// Their voxels.
    pub voxels: u64,
    /// The SHA-256 of the file with the list of its cases.
    pub sha256: String,
}

impl Plan {
    /// A plan of this program, with its checksum.
    ///
    /// # Errors
    /// Where it cannot be encoded.
    pub fn new(
        device: &str,
        model: ModelId,
        settings: Settings,
        shards: Vec<ShardHead>,
    ) -> Result<Self, Error> {
        let mut plan = Self {
            schema: SCHEMA.into(),
            program: Program {
                version: env!("CARGO_PKG_VERSION").into(),
                device: Some(device.into()),
            },
            model,
            settings,
            cases: shards.iter().map(|shard| shard.cases).sum(),
            voxels: shards.iter().map(|shard| shard.voxels).sum(),
            shards,
            sha256: String::new(),
        };
        plan.sha256 = plan.checksum()?;
        Ok(plan)
    }

    /// Reads the plan of a folder; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or is not as it was written.
    pub fn find(folder: &PlanFolder) -> Result<Option<Self>, Error> {
        let path = folder.head();
        if !path.exists() {
            return Ok(None);
        }
        Self::decode(&read_small(&path)?, &path).map(Some)
    }

    /// Reads a plan from the bytes of its file; errors call it `path`.
    ///
    /// # Errors
    /// Where it is none, or not as it was written.
    pub fn decode(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let unreadable = |cause: String| PlanError::Unreadable {
            path: path.into(),
            // It may quote the file.
            cause: cause.replace(char::is_control, " "),
        };
        let parsed: Result<Self, _> = serde_json::from_slice(bytes);
        let plan = parsed.map_err(|cause| unreadable(cause.to_string()))?;
        if plan.schema != SCHEMA {
            return Err(unreadable(format!("{} where {SCHEMA} is needed", plan.schema)).into());
        }
        let found = plan.checksum()?;
        if found != plan.sha256 {
            return Err(PlanError::Edited {
                path: path.into(),
                found,
                planned: plan.sha256.escape_debug().to_string(),
            }
            .into());
        }
        Ok(plan)
    }

    /// Reads the plan of a folder, which this version of the program made.
    ///
    /// # Errors
    /// As for [`Self::find`]; and where there is none, or another version made it.
    pub fn read(folder: &PlanFolder) -> Result<Self, Error> {
        let none = || PlanError::NoPlan(folder.path().into());
        let plan = Self::find(folder)?.ok_or_else(none)?;
        if plan.program.version != env!("CARGO_PKG_VERSION") {
            return Err(PlanError::OtherProgram {
                path: folder.head(),
                planned: plan.program.version.escape_debug().to_string(),
            }
            .into());
        }
        Ok(plan)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &PlanFolder) -> Result<(), Error> {
        let bytes = self.encoded()?;
        Ok(write_whole(folder.head(), |w| w.write_all(&bytes))?)
    }

    /// What the plan says of a shard.
    ///
    /// # Errors
    /// Where it has no shard of this number.
    pub fn shard(&self, shard: usize) -> Result<&ShardHead, PlanError> {
        let shards = self.shards.len();
        self.shards
            .get(shard)
            .ok_or(PlanError::NoShard { shard, shards })
    }

    /// The name of the device.
    pub fn device(&self) -> &str {
        self.program.device.as_deref().unwrap_or_default()
    }

    /// In what another plan differs, but for its cases: each with the value of this one and of the other.
    ///
    /// # Errors
    /// Where a plan cannot be encoded.
    pub fn differences(&self, other: &Self) -> Result<Vec<String>, Error> {
        let json = |plan: &Self| {
            let mut json = serde_json::to_value(plan).map_err(Error::encode("the plan"))?;
            json["shards"] = plan.shards.len().into();
            json["sha256"] = Value::Null;
            Ok::<_, Error>(json)
        };
        let mut differences = Vec::new();
        compare("", &json(self)?, &json(other)?, &mut differences);
        Ok(differences)
    }

    fn checksum(&self) -> Result<String, Error> {
        let unsigned = Self {
            sha256: String::new(),
            ..self.clone()
        };
        Ok(Fingerprint::of_bytes(&unsigned.encoded()?).sha256)
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// Where it cannot be encoded.
    pub fn encoded(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(Error::encode("the plan"))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Lists the values that differ, by the way to them.
fn compare(at: &str, this: &Value, other: &Value, differences: &mut Vec<String>) {
    match (this.as_object(), other.as_object()) {
        (Some(a), Some(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let at = format!("{at}{}{key}", if at.is_empty() { "" } else { "." });
                compare(&at, &this[key.as_str()], &other[key.as_str()], differences);
            }
        }
        _ if this != other => differences.push(format!("{at} {this}, there {other}")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::segment::SegmentJob;

    fn plan() -> Plan {
        let settings = Settings::of(&SegmentJob::new(["data"], "out"));
        let shard = ShardHead {
            cases: 2,
            voxels: 30,
            sha256: "abc".into(),
        };
        Plan::new("cpu", ModelId::default(), settings, vec![shard]).unwrap()
    }

    #[test]
    fn a_plan_comes_back_from_its_file_and_no_other_does() {
        let place = tempfile::tempdir().unwrap();
        let folder = PlanFolder::at(place.path());
        let error = Plan::read(&folder).unwrap_err().to_string();
        assert!(error.ends_with(": no plan there"), "{error}");
        plan().write(&folder).unwrap();
        assert_eq!(Plan::read(&folder).unwrap(), plan());
        // Of another version of the program.
        let mut other = plan();
        other.program.version = "0.0.9".into();
        other.sha256 = other.checksum().unwrap();
        other.write(&folder).unwrap();
        let error = Plan::read(&folder).unwrap_err().to_string();
        assert!(
            error.contains(": planned with myops 0.0.9, and this is myops "),
            "{error}"
        );
        // Changed by hand.
        other.shards[0].cases = 3;
        other.write(&folder).unwrap();
        let error = Plan::read(&folder).unwrap_err().to_string();
        assert!(
            error.contains("plan.json: changed since it was planned"),
            "{error}"
        );
    }

    #[test]
    fn what_differs_is_told_with_both_values() {
        let (a, mut b) = (plan(), plan());
        assert!(a.differences(&b).unwrap().is_empty());
        b.model.name = "runet".into();
        b.shards.push(b.shards[0].clone());
        assert_eq!(
            a.differences(&b).unwrap(),
            ["model.name \"\", there \"runet\"", "shards 1, there 2"]
        );
    }
}
