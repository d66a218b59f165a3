//! Several files that change together or not at all, whatever breaks off in between.
//!
//! New contents, and what they replace under a second name, are laid into a folder beside the books' files and
//! forced to the disk; then a list of what to undo; then the new files are moved into place; then the
//! list is taken away, and only that makes the change hold. A list found by a later run is undone by it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where the pieces of a change lie while it is made, in the folder of the books.
const STAGE: &str = ".rentier.import";

/// The list of what to undo, in that folder: `old N PATH`, `new N PATH`, `folder - PATH` a line.
const UNDO: &str = "undo";

/// Writes all of a file.
type Content<'c> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'c;

/// A file to be written.
pub struct NewFile<'c> {
    /// Relative to the books.
    path: PathBuf,
    content: Box<Content<'c>>,
}

impl<'c> NewFile<'c> {
    /// A file of these bytes, at a path relative to the books.
    pub fn new(path: impl Into<PathBuf>, content: impl AsRef<[u8]> + 'c) -> NewFile<'c> {
        NewFile::made(path, move |out| out.write_all(content.as_ref()))
    }

    /// A file whose bytes are made as they are written: they need not all be in memory.
    pub fn made(
        path: impl Into<PathBuf>,
        write: impl Fn(&mut dyn Write) -> io::Result<()> + 'c,
    ) -> NewFile<'c> {
        NewFile { path: path.into(), content: Box::new(write) }
    }
}

/// Called before each step that changes something on the disk, with the step's name.
pub type Steps<'s> = dyn FnMut(&str) -> io::Result<()> + 's;

/// Writes all `files` below `root`, or none: after an error everything is as it was. The caller holds
/// the lock.
pub fn write(root: &Path, files: &[NewFile], step: &mut Steps) -> io::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let written = change(root, files, step);
    if written.is_err() {
        // What cannot be undone now is undone by the next run, which finds the list.
        undo(root)?;
    }
    written
}

/// Whether a change was broken off here, so that `undo` has something to do.
pub fn is_broken_off(root: &Path) -> bool {
    root.join(STAGE).exists()
}

/// Takes a change that was broken off back: everything is as it was before it.
pub fn undo(root: &Path) -> io::Result<()> {
    let stage = root.join(STAGE);
    let list = stage.join(UNDO);
    match fs::read_to_string(&list) {
        Ok(text) => {
            for line in text.lines() {
                restore(root, &stage, line)?;
            }
            fs::remove_file(&list)?;
            sync(&stage)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    match fs::remove_dir_all(&stage) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The change itself. Broken off at any point, `undo` takes it back.
fn change(root: &Path, files: &[NewFile], step: &mut Steps) -> io::Result<()> {
    let stage = root.join(STAGE);
    step("make the folder of pieces")?;
    fs::create_dir(&stage)?;
    let mut list = String::new();
    let mut folders = Vec::new();
    for (number, file) in files.iter().enumerate() {
        step("lay down a new file")?;
        lay_down(&stage.join(format!("new{number}")), &*file.content)?;
        let target = root.join(&file.path);
        if target.exists() {
            step("lay down an old file")?;
            keep(&target, &stage.join(format!("old{number}")))?;
            list.push_str(&line("old", &number.to_string(), &file.path)?);
        } else {
            list.push_str(&line("new", &number.to_string(), &file.path)?);
        }
        for folder in file.path.ancestors().skip(1) {
            if !folder.as_os_str().is_empty()
                && !root.join(folder).exists()
                && !folders.contains(&folder)
            {
                folders.push(folder);
            }
        }
    }
    // Innermost first, as they are to be removed.
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
    for folder in &folders {
        list.push_str(&line("folder", "-", folder)?);
    }
    // The system writes one file to the disk while another is laid down.
    for number in 0..files.len() {
        sync(&stage.join(format!("new{number}")))?;
    }
    step("write the list")?;
    lay_down(&stage.join("list"), &|out| out.write_all(list.as_bytes()))?;
    sync(&stage.join("list"))?;
    fs::rename(stage.join("list"), stage.join(UNDO))?;
    sync(&stage)?;
    for folder in folders.iter().rev() {
        step("make a folder")?;
        fs::create_dir(root.join(folder))?;
    }
    for (number, file) in files.iter().enumerate() {
        step("move a file into place")?;
        let target = root.join(&file.path);
        fs::rename(stage.join(format!("new{number}")), &target)?;
        if let Some(folder) = target.parent() {
            sync(folder)?;
        }
    }
    step("take the list away")?;
    fs::remove_file(stage.join(UNDO))?;
    sync(&stage)?;
    // The change holds. What is left of the pieces is taken away now, or by the next change.
    let _ = fs::remove_dir_all(&stage);
    Ok(())
}

/// One line of the list undone; a line undone before changes nothing.
fn restore(root: &Path, stage: &Path, line: &str) -> io::Result<()> {
    let mut parts = line.splitn(3, ' ');
    let (Some(what), Some(number), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(());
    };
    let target = root.join(path);
    let done = match what {
        "old" => fs::rename(stage.join(format!("old{number}")), &target),
        "new" => fs::remove_file(&target),
        "folder" => match fs::remove_dir(&target) {
            // Somebody else has put a file there since: the folder stays.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            done => done,
        },
        _ => Ok(()),
    };
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => match target.parent() {
            Some(folder) if folder.exists() => sync(folder),
            _ => Ok(()),
        },
    }
}

fn line(what: &str, number: &str, path: &Path) -> io::Result<String> {
    let path = path.to_str().filter(|path| !path.contains(['\n', '\r']));
    let path = path.ok_or_else(|| io::Error::other("the path cannot be written down"))?;
    Ok(format!("{what} {number} {path}\n"))
}

/// Keeps the file that lies at `target` under a second name: a new one is moved into its place and never
/// written over it. Where the system knows no second names, as a copy.
fn keep(target: &Path, second: &Path) -> io::Result<()> {
    let one = fs::symlink_metadata(target)?.is_file();
    if one && fs::hard_link(target, second).is_ok() {
        return sync(second);
    }
    let old = fs::read(target)?;
    lay_down(second, &|out| out.write_all(&old))?;
    sync(second)
}

fn lay_down(path: &Path, write: &Content) -> io::Result<()> {
    write(&mut File::create_new(path)?)
}

/// Forces a file, or a folder's entries, to the disk, where the system knows such a thing.
fn sync(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()
    } else if path.is_file() {
        File::options().write(true).open(path)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let content = path.is_file().then(|| fs::read(&path).expect("a file"));
                if content.is_none() {
                    folders.push(path.clone());
                }
                all.insert(path, content);
            }
        }
        all
    }

    fn books() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("imported")).expect("a folder");
        fs::write(root.path().join("imported/a.journal"), "old a\n").expect("a file");
        fs::write(root.path().join("rentier.toml"), "regime = \"us\"\n").expect("a file");
        root
    }

    fn files() -> Vec<NewFile<'static>> {
        let file = |path: &'static str, text: &'static str| NewFile::new(path, text);
        vec![
            file("imported/a.journal", "new a\n"),
            file("imported/b.journal", "new b\n"),
            file("statements/2024/a.csv", "rows\n"),
            file("rentier.toml", "regime = \"us\"\n[account.b]\n"),
        ]
    }

    /// Breaks off before step `at`; `None` where there are fewer steps.
    fn broken(at: usize) -> impl FnMut(&str) -> io::Result<()> {
        let mut count = 0;
        move |_| {
            count += 1;
            if count > at { Err(io::Error::other("broken off")) } else { Ok(()) }
        }
    }

    #[test]
    fn an_error_at_any_step_leaves_everything_as_it_was() {
        for at in 0.. {
            let root = books();
            let before = tree(root.path());
            if write(root.path(), &files(), &mut broken(at)).is_ok() {
                assert!(at > 10, "every step was broken off once");
                assert_eq!(
                    fs::read(root.path().join("imported/b.journal")).expect("new"),
                    b"new b\n"
                );
                assert!(!is_broken_off(root.path()));
                break;
            }
            assert_eq!(tree(root.path()), before, "broken off before step {at}");
        }
    }

    #[test]
    fn a_later_run_takes_back_what_was_killed_at_any_step() {
        for at in 0.. {
            let root = books();
            let before = tree(root.path());
            // Nothing is tidied up: as if the process were gone.
            if change(root.path(), &files(), &mut broken(at)).is_ok() {
                break;
            }
            undo(root.path()).expect("it can be undone");
            assert_eq!(tree(root.path()), before, "killed before step {at}");
        }
    }
}
