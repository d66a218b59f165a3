//! What lies in the folder of the books before an import: the journals it may change, and kept exports.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::given::Given;
use crate::books::Books;
use crate::books::plan::{IMPORTED, There};
use crate::cli::{Error, mapped};
use crate::source::Name;

/// What lies in the books' folder already. Of kept exports only those are looked into that are as long
/// as a given file.
pub fn there(root: &Path, books: &Books, given: &Given) -> Result<There, Error> {
    let mut there = There::default();
    for path in files_in(&root.join(IMPORTED)) {
        if path.extension().is_some_and(|ending| ending == "journal") {
            let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = Name::from(format!("{IMPORTED}/{own}"));
            // A text that is lent is the file as it lies, and was looked through already.
            let lent = books.sources.get(&name).and_then(|source| source.text.lent_again());
            let read = || fs::read_to_string(&path).map_err(|error| Error::file(&name, &error));
            let text = lent.map_or_else(|| Ok(read()?.into()), Ok::<_, Error>)?;
            there.journals.insert(name, text);
        }
    }
    if let Some(keep) = &books.settings.keep {
        let lengths: HashSet<u64> =
            given.sources.iter().map(|file| given.content(&file.name).len() as u64).collect();
        for path in files_in(&root.join(&**keep)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let wrong = |error: io::Error| Error::file(&name, &error);
            let length = fs::metadata(&path).map_err(wrong)?.len();
            let digest = lengths.contains(&length).then(|| digest_of(&path));
            let digest = digest.transpose().map_err(wrong)?;
            there.statements.push((name.into(), digest));
        }
    }
    Ok(there)
}

/// A hash of a file's bytes.
fn digest_of(path: &Path) -> io::Result<u64> {
    Ok(match mapped::large(path)? {
        Some(text) => xxh3_64(text.as_bytes()),
        None => xxh3_64(&fs::read(path)?),
    })
}

/// The files of a folder by name; none where there is no folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}
