//! `rentier init`: makes a folder of records, and never touches a file that is there.

use std::fs;

use super::args::InitArgs;
use super::atomic::NewFile;
use super::{Error, Exit, World, atomic};
use crate::books::FILINGS;

/// The files of new books. A pattern that matches nothing is refused by hledger and by Ledger, so
/// there is one empty journal from the start.
const FILES: &[(&str, &str)] = &[
    ("rentier.toml", include_str!("init/rentier.toml")),
    ("main.journal", include_str!("init/main.journal")),
    ("securities.toml", include_str!("init/securities.toml")),
    ("prices.journal", include_str!("init/prices.journal")),
    ("imported/none.journal", include_str!("init/none.journal")),
];

/// What to do where there are books without an event.
pub const FIRST_IMPORT: &str = "rentier import ~/Downloads/*.csv --dry-run";

/// Makes what is missing of the books' files.
pub fn run(args: &InitArgs, world: &mut World) -> Result<Exit, Error> {
    let regime = args.regime.as_deref().unwrap_or("us");
    let filing = args.filing.as_deref().unwrap_or("single");
    super::open::check_regime(regime)?;
    if !FILINGS.contains(&filing) {
        return Err(Error::unknown("filing", filing, FILINGS.iter().copied()));
    }
    let root = match &world.flags.books {
        Some(folder) => world.path(folder),
        None => world.folder.clone(),
    };
    let (present, missing): (Vec<_>, Vec<_>) =
        FILES.iter().partition(|(name, _)| root.join(name).exists());
    let there: Vec<&str> = present.iter().map(|(name, _)| *name).collect();
    if missing.is_empty() {
        writeln!(world.out, "These books are made already; nothing was changed.")?;
        writeln!(world.out, "Next: {FIRST_IMPORT}")?;
        return Ok(Exit::Done);
    }
    // In quotes, and as wide as the column before the comments.
    let quoted = |word: &str| format!("{:<21}", format!("\"{word}\""));
    let fill =
        |text: &str| text.replace("{regime}", &quoted(regime)).replace("{filing}", &quoted(filing));
    let files = missing.iter().map(|(name, text)| NewFile::new(name, fill(text)));
    let files: Vec<NewFile> = files.collect();
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    if args.dry_run {
        writeln!(world.out, "Would make {}.", listed(&names))?;
        return Ok(Exit::Done);
    }
    let wrong = |error: &std::io::Error| Error::file(&root.to_string_lossy(), error);
    fs::create_dir_all(&root).map_err(|error| wrong(&error))?;
    let mut steps = world.before_step.take();
    let mut step = |name: &str| steps.as_mut().map_or(Ok(()), |step| step(name));
    atomic::write(&root, &files, &mut step).map_err(|error| wrong(&error))?;
    if there.is_empty() {
        writeln!(
            world.out,
            "Made rentier.toml (settings), main.journal (your entries), securities.toml
(facts about securities and properties), prices.journal and imported/."
        )?;
    } else {
        let are = if there.len() == 1 {
            "was there already and is"
        } else {
            "were there already and are"
        };
        writeln!(world.out, "Made {}.", listed(&names))?;
        writeln!(world.out, "{} {are} as before.", listed(&there))?;
        if there.contains(&"main.journal") {
            writeln!(world.out, "Let main.journal say: include prices.journal")?;
            writeln!(world.out, "             and also: include imported/*.journal")?;
        }
    }
    writeln!(world.out, "Next: {FIRST_IMPORT}")?;
    Ok(Exit::Done)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
