//! Command lines run in a world of buffers and folders.

#![allow(dead_code)] // each test uses its part of this

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rentier::cli::{self, Exit, World};

/// What a command line gave.
pub struct Ran {
    pub exit: Exit,
    pub out: String,
    pub err: String,
}

/// Runs `line` (split at blanks) in `folder`.
pub fn run(folder: &Path, line: &str) -> Ran {
    run_with(folder, line, |_| {})
}

pub fn run_with(folder: &Path, line: &str, change: impl FnOnce(&mut World)) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut world = World::new(folder, &mut out, &mut err);
    world.patience = Duration::from_millis(200);
    change(&mut world);
    let args = std::iter::once("rentier").chain(line.split_whitespace()).map(Into::into);
    let exit = cli::run(args, &mut world);
    drop(world);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { exit, out: text(out), err: text(err) }
}

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Every file below `root` with its bytes.
pub fn tree(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.clone(), fs::read(path).expect("a file")));
            }
        }
    }
    all.sort();
    all
}
