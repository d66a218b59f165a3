//! `rentier completions SHELL` and `rentier man`: what a shell and `man` want to know.

use clap::CommandFactory;

use super::args::{CommandLine, CompletionsArgs};
use super::{Error, Exit, World};

/// Prints the completion script of a shell.
pub fn run(args: &CompletionsArgs, world: &mut World) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut CommandLine::command(), "rentier", &mut script);
    world.out.write_all(&script)?;
    Ok(Exit::Done)
}

/// Prints the manual page, all commands in one.
pub fn man(world: &mut World) -> Result<Exit, Error> {
    let mut page = Vec::new();
    let command = CommandLine::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands() {
        let man =
            clap_mangen::Man::new(sub.clone().bin_name(format!("rentier {}", sub.get_name())));
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    world.out.write_all(&page)?;
    Ok(Exit::Done)
}
