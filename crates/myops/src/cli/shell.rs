//! `myops shell`: completions and the manual page.

use clap::Command;
use clap_complete::Shell;

use super::output::print;

/// Arguments of `myops shell`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print completions for this shell instead of the manual page
    #[arg(long, value_name = "SHELL")]
    completions: Option<Shell>,
}

/// Prints completions or the manual page of a command.
pub fn run(args: &Args, mut command: Command) -> anyhow::Result<()> {
    let mut text = Vec::new();
    match args.completions {
        Some(shell) => clap_complete::generate(shell, &mut command, "myops", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text)?,
    }
    print(&String::from_utf8(text)?)
}
