//! What is said on standard error while work goes on.

use std::io::Write;

use crate::device::DeviceChoice;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Says things, or keeps quiet.
#[derive(Debug, Clone, Copy)]
pub struct Talk {
    quiet: bool,
}

impl Talk {
    /// Speaks unless `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// One line; nobody may be there to read it, which is no reason to stop working.
    pub fn say(self, line: impl std::fmt::Display) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// What a device cannot do as well as its name promises.
    pub fn say_shortcoming(self, device: DeviceChoice) {
        if let Some(shortcoming) = device.shortcoming() {
            self.say(shortcoming);
        }
    }

    /// A bar with count, rate, time left and a message; nothing is drawn where nobody looks.
    pub fn bar(self, length: u64, what: &'static str) -> ProgressBar {
        let bar = ProgressBar::new(length);
        if self.quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let template = "{prefix:>10} {bar:28} {pos}/{len} [{elapsed} < {eta}] {msg}";
        // The template is fixed, so the default stands in for an error that cannot happen.
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.with_style(style).with_prefix(what)
    }
}
