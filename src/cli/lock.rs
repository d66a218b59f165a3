//! One import at a time: a lock on the books, which ends with the process that holds it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Error, World};

const NAME: &str = ".rentier.lock";

/// How long an import waits between two looks at the lock.
const PAUSE: Duration = Duration::from_millis(50);

/// Held while the books are written; given back when it is dropped.
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits for the lock of the books in `root`, at most as long as the world is patient.
    ///
    /// # Errors
    /// The folder cannot be written, or another import holds the lock all that time.
    pub fn take(root: &Path, world: &mut World) -> Result<Lock, Error> {
        let path = root.join(NAME);
        let wrong = |error: &io::Error| Error::file(&root.to_string_lossy(), error);
        let mut waited = Duration::ZERO;
        loop {
            let mut options = File::options();
            let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = opened.map_err(|error| wrong(&error))?;
            match file.try_lock() {
                // The one before took the file away when it ended: it is another's already.
                Ok(()) if !is_at(&file, &path) => continue,
                Ok(()) => {
                    let written =
                        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                    written.map_err(|error| wrong(&error))?;
                    return Ok(Lock { file, path });
                }
                Err(TryLockError::Error(error)) => return Err(wrong(&error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if waited >= world.patience {
                return Err(locked(&mut file, waited));
            }
            if waited.is_zero() {
                world.say("waiting for another import")?;
            }
            std::thread::sleep(PAUSE);
            waited += PAUSE;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Taken away while it is held, so that nothing is left in the books.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

fn locked(file: &mut File, waited: Duration) -> Error {
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let who = match holder.trim().parse::<u32>() {
        Ok(process) => format!(" (process {process})"),
        Err(_) => String::new(),
    };
    Error::new(format!("another import is writing to these books{who}"))
        .note(format!("waited {} s; nothing was read or written", waited.as_secs()))
        .help("run it again when the other has ended; its lock ends with it")
}

/// Whether the open file is still the one with this path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}
