//! What lies in a folder of downloads.

use std::io;
use std::path::{Path, PathBuf};

use super::open;

/// The files of a folder and of those in it, by name. Hidden ones are no exports, and a link may lead
/// anywhere; a folder of records within is not one of downloads.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    below(folder, &mut files)?;
    Ok(files)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = folder.read_dir()?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || path.is_symlink() {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
        } else if !path.join(open::SETTINGS).exists() {
            below(&path, files)?;
        }
    }
    Ok(())
}
