//! What keeps the program from running: no such file, no such flag. Exit code 2.
//!
//! What is wrong in the records is a `Diagnostic` and goes another way.

use std::fmt;
use std::io;

/// Why a command could not run, in the shape of a diagnostic without a place.
#[derive(Debug)]
pub struct Error {
    /// What is wrong, lower case and without full stop. `None`: the reader of a pipe has gone.
    message: Option<String>,
    notes: Vec<String>,
    help: Option<String>,
}

impl Error {
    /// What is wrong, in words.
    pub fn new(message: impl Into<String>) -> Error {
        Error { message: Some(message.into()), notes: Vec::new(), help: None }
    }

    /// A file or folder that cannot be read or written.
    pub fn file(name: &str, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Error { message: None, notes: Vec::new(), help: None };
        }
        Error::new(format!("`{}`: {}", crate::source::harmless(name), why(error)))
    }

    /// Adds what it means.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Error {
        self.notes.push(note.into());
        self
    }

    /// Says what to do instead; may have several lines.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    /// A name that is not known, with those that are near or, where none is, all of them.
    pub fn unknown<'n>(what: &str, name: &str, known: impl IntoIterator<Item = &'n str>) -> Error {
        let known: Vec<&str> = known.into_iter().collect();
        let quoted = |names: &[&str]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let name = crate::source::harmless(name);
        let near = crate::diagnostic::nearest(&name, known.iter().copied());
        let plural = crate::report::words::plural(what);
        match (near.as_slice(), known.as_slice()) {
            (_, []) => Error::new(format!("no {what} `{name}`; there are none")),
            (_, known) if known.len() <= 12 => {
                Error::new(format!("no {what} `{name}`; {plural} are {}", quoted(known)))
            }
            ([], known) => {
                Error::new(format!("no {what} `{name}`; there are {} {plural}", known.len()))
            }
            (near, _) => Error::new(format!("no {what} `{name}`; near it: {}", quoted(near))),
        }
    }

    /// The reader of a pipe has gone: nothing to say.
    pub fn is_closed_pipe(&self) -> bool {
        self.message.is_none()
    }
}

/// Why a file cannot be read or written, in words.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "it can only be read there".to_owned(),
        _ => system(error),
    }
}

/// The system's words, without its number.
fn system(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut words = text.chars();
    words.next().map_or_else(String::new, |first| first.to_lowercase().chain(words).collect())
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Error { message: None, notes: Vec::new(), help: None };
        }
        Error::new(format!("the result cannot be written: {}", system(&error)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(message) = &self.message else { return Ok(()) };
        write!(f, "error: {message}")?;
        for note in &self.notes {
            write!(f, "\n  = note: {note}")?;
        }
        for (at, line) in self.help.iter().flat_map(|help| help.lines()).enumerate() {
            let lead = if at == 0 { "  = help: " } else { "          " };
            write!(f, "\n{lead}{line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
