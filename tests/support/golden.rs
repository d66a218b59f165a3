//! Expected texts, kept in files beside their inputs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder of the package with this ending, in order.
#[allow(dead_code)] // a test may have folders for its cases
pub fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("fixtures can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no .{ending} in {}", folder.display());
    files
}

/// Compares `found` with the text in `file`; `UPDATE_GOLDEN=1` writes it instead. Nothing expected is
/// no file.
pub fn golden(file: &Path, found: &str) {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found {
        return;
    }
    if env::var_os("UPDATE_GOLDEN").is_some() {
        if found.is_empty() {
            fs::remove_file(file).expect("an expected text can be removed");
        } else {
            fs::write(file, found).expect("an expected text can be written");
        }
        return;
    }
    let line = expected.lines().zip(found.lines()).take_while(|(one, other)| one == other).count();
    panic!(
        "{} differs from line {} on; UPDATE_GOLDEN=1 rewrites it\n--- expected\n{expected}\n--- found\n{found}",
        file.display(),
        line + 1,
    );
}
