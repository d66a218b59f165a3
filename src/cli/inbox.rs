//! `rentier inbox`: imports what lies in the inbox folder of the books, and files it away.
//!
//! A file moves to the kept exports when its rows are in the books and nothing of it waits for a
//! person; any other stays where it is, and the import says why.

use std::fs;
use std::path::PathBuf;

use super::args::{ImportArgs, InboxArgs};
use super::import::{self, Afterwards};
use super::{Error, Exit, World, folder, open};
use crate::books::Settings;
use crate::source::Source;

/// Runs it.
pub fn run(args: &InboxArgs, world: &mut World) -> Result<Exit, Error> {
    let root = open::find(world)?.ok_or_else(open::no_books)?;
    let path = root.join(open::SETTINGS);
    let bytes = fs::read(&path).map_err(|error| Error::file(open::SETTINGS, &error))?;
    let (settings, _) = Settings::read(&Source::decode(open::SETTINGS, bytes));
    let Some(inbox) = settings.inbox else {
        return Err(Error::new("these books have no inbox")
            .help("name a folder of the books in rentier.toml:\n[import]\ninbox = \"inbox\""));
    };
    let path = root.join(&*inbox);
    let files = if path.is_dir() {
        folder::files(&path).map_err(|error| Error::file(&inbox, &error))?
    } else {
        Vec::new()
    };
    if files.is_empty() {
        writeln!(world.out, "Nothing in {inbox}/. Put exports there, as they were downloaded.")?;
        return Ok(Exit::Done);
    }
    let shown = |path: PathBuf| match path.strip_prefix(&world.folder) {
        Ok(short) => short.to_owned(),
        Err(_) => path,
    };
    let args = ImportArgs {
        files: files.into_iter().map(shown).collect(),
        account: None,
        dry_run: args.dry_run,
        accept: args.accept.clone(),
        format: args.format,
    };
    import::bring(&args, Afterwards::Move, world)
}
