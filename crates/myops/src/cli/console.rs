//! What is said on standard error while a job runs: messages and a bar.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::{Note, Progress, Stage};

/// Standard error as a user sees it.
#[derive(Debug)]
pub struct Console {
    verbosity: Verbosity,
    bar: Mutex<Option<ProgressBar>>,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Messages and bars.
    Normal,
    /// Nothing but errors.
    Quiet,
}

impl Console {
    /// A console without a bar.
    pub fn new(verbosity: Verbosity) -> Self {
        Self {
            verbosity,
            bar: Mutex::new(None),
        }
    }

    /// Prints a line, above the bar where there is one. Nobody may be there to read it, which is no reason to stop.
    pub fn say(&self, line: impl std::fmt::Display) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        let write = || {
            let _ = writeln!(std::io::stderr(), "{line}");
        };
        match self.bar() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn bar(&self) -> Option<ProgressBar> {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        bar.clone()
    }

    fn replace_bar(&self, bar: Option<ProgressBar>) -> Option<ProgressBar> {
        let mut held = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *held, bar)
    }
}

impl Progress for Console {
    /// Shows a bar with count, rate, time left and a message; nothing is drawn where nobody looks.
    fn started(&self, stage: Stage, total: u64) {
        let bar = ProgressBar::new(total);
        if self.verbosity == Verbosity::Quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let template = "{prefix:>10} {bar:28} {pos}/{len} [{elapsed} < {eta}] {msg}";
        // The template is fixed, so the default stands in for an error that cannot happen.
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = bar.with_style(style).with_prefix(stage.to_string());
        self.replace_bar(Some(bar));
    }

    fn advanced(&self, steps: u64, note: &str) {
        if let Some(bar) = self.bar() {
            if !note.is_empty() {
                bar.set_message(note.to_owned());
            }
            bar.inc(steps);
        }
    }

    fn message(&self, note: &Note) {
        match note {
            Note::FinishedBefore(_) => {
                self.say(format_args!("{note}; --overwrite segments them again"));
            }
            Note::OnePatient(_) => self.say(format_args!(
                "{note}\nto change this, put a table patients.csv (case,patient) beside the cases or give --patients FILE"
            )),
            _ => self.say(note),
        }
    }

    fn finished(&self) {
        if let Some(bar) = self.replace_bar(None) {
            bar.finish_and_clear();
        }
    }
}
