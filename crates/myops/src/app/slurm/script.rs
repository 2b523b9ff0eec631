//! The text of batch scripts.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use myops_image::io::write_whole;

use super::quote::{quoted, text};
use crate::app::error::Error;
use crate::app::files::folder;

/// The folder of what the jobs print, in that of the scripts: Slurm makes none.
const LOGS: &str = "logs";

/// What a job or each task of an array may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Processor cores, and so threads.
    pub cpus: usize,
    /// Memory, GiB.
    pub memory_gib: usize,
    /// Time, min.
    pub minutes: u64,
    /// Graphics cards.
    pub gpus: usize,
}

/// The graphics cards that a process needs on a device of this name.
pub fn gpus(device: &str) -> usize {
    usize::from(!device.starts_with("cpu"))
}

/// A job, or an array of tasks.
#[derive(Debug, Clone)]
pub struct BatchScript<'a> {
    /// What it does, for who reads the script.
    pub about: &'a str,
    /// Its name: that of its file, of its logs, and in the queue.
    pub name: &'static str,
    /// What it may use.
    pub resources: Resources,
    /// Further lines before the program is started.
    pub before: String,
    /// The command, but for the number of threads.
    pub command: String,
}

/// Two batch scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scripts {
    /// The array of tasks.
    pub tasks: PathBuf,
    /// The job that follows them.
    pub then: PathBuf,
    /// When it does.
    pub condition: Condition,
}

/// When a job follows an array of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// When all have ended, in whatever way.
    Ended,
    /// When all have ended with 0.
    Succeeded,
}

impl Scripts {
    /// The two lines of a shell that submit them.
    pub fn submission(&self) -> String {
        let path = |path: &Path| quoted(&path.to_string_lossy());
        let condition = match self.condition {
            Condition::Ended => "afterany:$job",
            // Without the option the job would wait for ever.
            Condition::Succeeded => "afterok:$job --kill-on-invalid-dep=yes",
        };
        format!(
            "job=$(sbatch --parsable {})\nsbatch --dependency={condition} {}\n",
            path(&self.tasks),
            path(&self.then)
        )
    }
}

impl BatchScript<'_> {
    /// Writes an array of tasks into a folder; gives the file. A task that is killed, that ends because its time does, or that asks to
    /// be tried again, is queued again, ten times at most.
    ///
    /// # Errors
    /// Where the file cannot be written, or Slurm would not understand its path.
    pub fn write_array(&self, folder: &Path, tasks: usize) -> Result<PathBuf, Error> {
        let mut script = self.head(folder, "-%a")?;
        // 120 s before the end of the time; SIGUSR1 comes to the shell alone.
        let _ = write!(
            script,
            r#"#SBATCH --array=0-{last}
#SBATCH --signal=B:USR1@120
#SBATCH --requeue

{before}trap 'kill $!' USR1
{command} --threads "$SLURM_CPUS_PER_TASK" &
wait $!
status=$?
# After SIGUSR1: the time is nearly over, and the program has been told to end.
[ $status -ne 138 ] || {{ wait $!; status=$?; }}
case $status in
75 | 137 | 143) # to be tried again, killed, ended by a signal
    [ "${{SLURM_RESTART_COUNT:-0}}" -ge 10 ] || scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID" ;;
esac
exit $status
"#,
            last = tasks.saturating_sub(1),
            before = self.before,
            command = self.command,
        );
        self.write(folder, &script)
    }

    /// Writes a single job into a folder; gives the file.
    ///
    /// # Errors
    /// As for [`Self::write_array`].
    pub fn write_job(&self, folder: &Path) -> Result<PathBuf, Error> {
        let (before, command) = (&self.before, &self.command);
        let script = self.head(folder, "")?
            + &format!("\n{before}{command} --threads \"$SLURM_CPUS_PER_TASK\"\n");
        self.write(folder, &script)
    }

    fn head(&self, folder: &Path, task: &str) -> Result<String, Error> {
        let Resources {
            cpus,
            memory_gib,
            minutes,
            gpus,
        } = self.resources;
        let (about, name) = (self.about, self.name);
        let log = folder.join(LOGS).join(name);
        let mut head = format!(
            "#!/bin/sh\n# {about}\n#SBATCH --job-name=myops-{name}\n#SBATCH --output=\"{log}{task}.log\"\n\
             #SBATCH --open-mode=append\n#SBATCH --cpus-per-task={cpus}\n#SBATCH --mem={memory_gib}G\n\
             #SBATCH --time={hours:02}:{minutes:02}:00\n",
            log = text(&log)?,
            hours = minutes / 60,
            minutes = minutes % 60,
        );
        if gpus > 0 {
            let _ = writeln!(head, "#SBATCH --gres=gpu:{gpus}");
        }
        Ok(head)
    }

    fn write(&self, folder: &Path, script: &str) -> Result<PathBuf, Error> {
        folder::make_inside(folder, &folder.join(LOGS))?;
        let file = folder.join(format!("{}.sbatch", self.name));
        write_whole(&file, |w| w.write_all(script.as_bytes()))?;
        Ok(file)
    }
}
