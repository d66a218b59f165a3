//! Arguments, files, exit codes: the only room that touches the world.
//!
//! `args` mirrors the flags; each command is a file with `run(args, world)`, makes library calls and
//! writes to the streams of the `World` it is given, so that a test needs no process. Problems of
//! the data are printed here and nowhere else.

mod args;
mod atomic;
mod balance;
mod check;
mod completions;
mod error;
mod events;
mod explain;
mod fmt;
mod folder;
mod gains;
mod help;
mod import;
mod inbox;
mod income;
mod init;
mod journals;
mod judged;
mod lock;
mod mapped;
mod names;
mod open;
mod present;
mod prices;
mod print;
mod profile;
mod register;
mod stats;
mod status;
mod unread;
mod usage;
mod words;
mod world;
mod write;

use std::ffi::OsString;
use std::io::{self, BufWriter};
use std::process::ExitCode;

use clap::Parser;

pub use args::{Always, Color, CommandLine, Format, Output};
pub use error::Error;
pub use world::World;

use crate::diagnostic::Diagnostic;
use crate::source::Encoding;
use args::Command;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well.
    Done = 0,
    /// The data has problems or open questions; the result is printed all the same.
    Problems = 1,
    /// Nothing could be done.
    CouldNotRun = 2,
}

impl Exit {
    /// `Problems` where one of these is an error.
    pub fn of(diagnostics: &[Diagnostic]) -> Exit {
        if diagnostics.iter().any(Diagnostic::is_error) { Exit::Problems } else { Exit::Done }
    }
}

/// The program: this process's arguments, streams and environment.
pub fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut err = io::stderr().lock();
    let mut world = World::of_process(&mut out, &mut err);
    ExitCode::from(run(std::env::args_os(), &mut world) as u8)
}

/// Runs one command line, the program's name first. Errors of the world are printed, never returned.
pub fn run(args: impl IntoIterator<Item = OsString>, world: &mut World) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let ended = match CommandLine::try_parse_from(&args) {
        Ok(line) => command(line, &args, world),
        Err(error) => usage::wrong(&error, &args, world),
    };
    match ended.and_then(|exit| world.out.flush().map(|()| exit).map_err(Error::from)) {
        Ok(exit) => exit,
        Err(error) if error.is_closed_pipe() => Exit::Done,
        Err(error) => {
            // Where stderr is closed too, there is nobody left to tell.
            let _ = writeln!(world.err, "{error}");
            Exit::CouldNotRun
        }
    }
}

fn command(line: CommandLine, args: &[OsString], world: &mut World) -> Result<Exit, Error> {
    world.flags = line.always;
    if let Some(name) = &world.flags.encoding {
        world.encoding = Encoding::for_label(name.as_bytes()).ok_or_else(|| {
            Error::new(format!("no encoding `{}`", crate::source::harmless(name)))
                .help("as the web calls them: windows-1250, iso-8859-2, shift_jis, gb18030, koi8-r")
        })?;
    }
    if world.flags.version {
        writeln!(world.out, "rentier {}", env!("CARGO_PKG_VERSION"))?;
        return Ok(Exit::Done);
    }
    if world.flags.help {
        return help::asked(args, world);
    }
    match line.command {
        None => status::run(world),
        Some(Command::Init(args)) => init::run(&args, world),
        Some(Command::Import(args)) => import::run(&args, world),
        Some(Command::Inbox(args)) => inbox::run(&args, world),
        Some(Command::Check(args)) => check::run(&args, world),
        Some(Command::Income(args)) => income::run(&args, world),
        Some(Command::Gains(args)) => gains::run(&args, world),
        Some(Command::Explain(args)) => explain::run(&args, world),
        Some(Command::Balance(args)) => balance::run(&args, world),
        Some(Command::Register(args)) => register::run(&args, world),
        Some(Command::Stats(args)) => stats::run(&args, world),
        Some(Command::Accounts(args)) => names::accounts(&args, world),
        Some(Command::Commodities(args)) => names::commodities(&args, world),
        Some(Command::Prices(args)) => prices::run(&args, world),
        Some(Command::Events(args)) => events::run(&args, world),
        Some(Command::Print(args)) => print::run(&args, world),
        Some(Command::Fmt(args)) => fmt::run(&args, world),
        Some(Command::Profile(args)) => profile::run(&args, world),
        Some(Command::Help(args)) => help::run(&args, world),
        Some(Command::Completions(args)) => completions::run(&args, world),
        Some(Command::Man) => completions::man(world),
    }
}
