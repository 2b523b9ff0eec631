//! The shards of a plan as an array of tasks, and their merge.

use std::path::Path;

use super::quote::{absolute, quoted, text};
use super::script::{BatchScript, Condition, Resources, Scripts, gpus};
use crate::app::error::Error;
use crate::app::plan::Plan;

/// Cores of a task: a shard without a number of its own is half an hour of two.
const CPUS: usize = 2;
/// Memory of a job. A case of usual size takes 0.3 GiB.
const MEMORY_GIB: usize = 4;
/// Time of one core for a voxel, µs: about 0.8 on a core with AVX2, for the networks of the largest built-in model.
const MICROSECONDS_A_VOXEL: u64 = 1;
/// By how much a task may be slower: by its processor, its disk or its model.
const MARGIN: u64 = 4;
/// Time of any job, min.
const LEAST_MINUTES: u64 = 10;
/// Cases that are merged in a minute; the margin is in it.
const MERGED_A_MINUTE: u64 = 1000;

/// Writes `segment.sbatch` and `merge.sbatch` into the folder of a plan. `program` is the path of `myops` on the machines of the
/// cluster.
///
/// # Errors
/// Where a file cannot be written, or Slurm would not understand a path.
pub fn of_plan(plan: &Plan, folder: &Path, program: &Path) -> Result<Scripts, Error> {
    let folder = absolute(folder);
    let (program, place) = (quoted(text(program)?), quoted(text(&folder)?));
    let largest = plan.shards.iter().map(|shard| shard.voxels).max();
    let of_time = |minutes| Resources {
        cpus: CPUS,
        memory_gib: MEMORY_GIB,
        minutes,
        gpus: 0,
    };
    let segment = BatchScript {
        about: "Segments the shards of the plan in this folder; cases that are finished are not segmented again.",
        name: "segment",
        resources: Resources {
            gpus: gpus(plan.device()),
            ..of_time(minutes_of(largest.unwrap_or_default()))
        },
        before: String::new(),
        command: format!("{program} segment --plan {place} --shard \"$SLURM_ARRAY_TASK_ID\""),
    };
    let merge = BatchScript {
        about: "Brings the shards of the plan in this folder together; its log names the cases that are not done.",
        name: "merge",
        resources: of_time(LEAST_MINUTES + plan.cases as u64 / MERGED_A_MINUTE),
        before: String::new(),
        command: format!("{program} merge {place}"),
    };
    Ok(Scripts {
        tasks: segment.write_array(&folder, plan.shards.len())?,
        then: merge.write_job(&folder)?,
        condition: Condition::Ended,
    })
}

/// The time of a shard of some voxels, min.
fn minutes_of(voxels: u64) -> u64 {
    let microseconds = MARGIN * MICROSECONDS_A_VOXEL * voxels / CPUS as u64;
    LEAST_MINUTES + microseconds.div_ceil(60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_usual_cases_get_more_than_an_hour() {
        // 1000 cases of 2.1 million voxels are 2100 s of a core, 1050 s of two: 70 min with the margin.
        assert_eq!(minutes_of(2_100_000_000), 80);
        assert_eq!(minutes_of(0), LEAST_MINUTES);
    }
}
