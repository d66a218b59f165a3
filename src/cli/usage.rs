//! A command line that cannot be read: what was found, and what is near it.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::CommandLine;
use super::{Error, Exit, World, help};

/// Help where it was asked for on a line that lacks words, else the error in our words.
pub fn wrong(error: &clap::Error, args: &[OsString], world: &mut World) -> Result<Exit, Error> {
    if help::is_asked(args) {
        return help::asked(args, world);
    }
    Err(told(error, args))
}

fn told(error: &clap::Error, args: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let program = CommandLine::command();
    let mut names = args.iter().skip(1).filter_map(|arg| arg.to_str());
    let command = names.find_map(|arg| program.find_subcommand(arg));
    let page = match command {
        Some(command) => format!("rentier {} -h", command.get_name()),
        None => "rentier -h".to_owned(),
    };
    let found = text(ContextKind::InvalidArg);
    let found = found.split(" <").next().unwrap_or_default().trim_matches(['<', '>']).to_owned();
    let told = match error.kind() {
        ErrorKind::UnknownArgument if found.starts_with('-') => {
            let flags =
                command.into_iter().chain([&program]).flat_map(clap::Command::get_arguments);
            let flags: Vec<String> =
                flags.filter_map(clap::Arg::get_long).map(|flag| format!("--{flag}")).collect();
            let near = crate::diagnostic::nearest(&found, flags.iter().map(String::as_str));
            let near = near.first().map(|near| format!("; near it: `{near}`")).unwrap_or_default();
            Error::new(format!("no flag `{found}` here{near}"))
        }
        ErrorKind::UnknownArgument => Error::new(format!("`{found}` is one word too many")),
        ErrorKind::InvalidSubcommand => {
            let found = text(ContextKind::InvalidSubcommand);
            if crate::period::years(&found).is_some() {
                return Error::new(format!("`{found}` is a year: what of it?"))
                    .help(format!("rentier income {found}"));
            }
            let known = program.get_subcommands().map(clap::Command::get_name);
            let near = crate::diagnostic::nearest(&found, known);
            let near = near.first().map(|near| format!("; near it: `{near}`")).unwrap_or_default();
            Error::new(format!("no command `{found}`{near}"))
        }
        ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue);
            let known = text(ContextKind::ValidValue);
            let known = match known.rsplit_once(", ") {
                Some((first, last)) => format!("{first} or {last}"),
                None => known,
            };
            if value.is_empty() {
                Error::new(format!("`{found}` wants a value after it"))
            } else {
                Error::new(format!("expected {known} for `{found}`, found `{value}`"))
            }
        }
        ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue);
            Error::new(format!("expected a number for `{found}`, found `{value}`"))
        }
        ErrorKind::MissingRequiredArgument => {
            Error::new(format!("`{}` is missing", found.trim_matches(['<', '>', '.'])))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Error::new("a word is missing")
        }
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg);
            let other = other.split(" <").next().unwrap_or_default();
            if other.is_empty() || other == found {
                Error::new(format!("`{found}` is there twice"))
            } else {
                Error::new(format!("`{found}` and `{other}` do not go together"))
            }
        }
        ErrorKind::InvalidUtf8 => Error::new("a word is not UTF-8"),
        _ => Error::new(format!("the command line cannot be read: {found}")),
    };
    told.help(page)
}
