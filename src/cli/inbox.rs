//! `rentier inbox`: imports what lies in the inbox folder of the books, and files it away.
//!
//! A file moves to the kept exports when its rows are in the books and nothing of it waits for a
//! person; any other stays where it is, and the import says why.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{ImportArgs, InboxArgs};
use super::import::{self, Afterwards};
use super::{Error, Exit, World, open};
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
    let folder = root.join(&*inbox);
    let mut files = Vec::new();
    if folder.is_dir() {
        below(&folder, &mut files).map_err(|error| Error::file(&inbox, &error))?;
    }
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

/// The files of a folder and of those in it, by name; hidden ones are not exports.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A link may lead out of the books: its file is not ours to move.
        if hidden || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
