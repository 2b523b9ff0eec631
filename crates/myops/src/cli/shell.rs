//! `myops shell`: completions and the manual page.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `myops shell`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print completions for this shell instead of the manual page
    #[arg(long, value_name = "SHELL")]
    completions: Option<Shell>,
}

/// Prints completions or the manual page.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let (mut command, mut text) = (super::Cli::command(), Vec::new());
    match args.completions {
        Some(shell) => clap_complete::generate(shell, &mut command, "myops", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text)?,
    }
    Ok(std::io::stdout().write_all(&text)?)
}
