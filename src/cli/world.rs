//! The world as the commands see it: two streams, a folder, the environment, a terminal or none.
//!
//! A test makes one of two byte buffers and a temporary folder; the program makes one of the process.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Exit;
use super::args::{Always, Color, Format, Output};
use super::error::Error;
use super::mapped;
use crate::diagnostic::Diagnostic;
use crate::render;
use crate::source::{Encoding, Source};

/// Called before a step; an error stops there.
pub type Step = Box<dyn FnMut(&str) -> io::Result<()>>;

/// What a command may read and write.
pub struct World<'w> {
    /// Reports go here.
    pub out: &'w mut dyn Write,
    /// Everything else goes here.
    pub err: &'w mut dyn Write,
    /// Relative paths start here; books are looked for from here upwards.
    pub folder: PathBuf,
    /// The environment.
    pub env: HashMap<OsString, OsString>,
    /// Columns of the terminal behind `out`; `None` where it is none.
    pub columns: Option<usize>,
    /// Whether `err` is a terminal, for progress lines.
    pub err_is_terminal: bool,
    /// Called before each step that changes a file, with its name; an error stops there. Tests break
    /// off an import with it.
    pub before_step: Option<Step>,
    /// How long to wait for another import.
    pub patience: Duration,
    /// The flags that hold for every command.
    pub flags: Always,
    /// What files are in that are not UTF-8 and have no mark: as `--encoding` says.
    pub encoding: &'static Encoding,
}

impl<'w> World<'w> {
    /// A world of byte buffers in `folder`, with an empty environment and no terminal.
    pub fn new(folder: impl Into<PathBuf>, out: &'w mut dyn Write, err: &'w mut dyn Write) -> Self {
        World {
            out,
            err,
            folder: folder.into(),
            env: HashMap::new(),
            columns: None,
            err_is_terminal: false,
            before_step: None,
            patience: Duration::from_secs(30),
            flags: Always::default(),
            encoding: encoding_rs::WINDOWS_1252,
        }
    }

    /// The world of this process, but for its streams.
    pub fn of_process(out: &'w mut dyn Write, err: &'w mut dyn Write) -> Self {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let mut world = World::new(folder, out, err);
        world.env = std::env::vars_os().collect();
        world.err_is_terminal = io::stderr().is_terminal();
        if io::stdout().is_terminal() {
            let told = world.variable("COLUMNS").and_then(|columns| columns.parse().ok());
            let asked = || terminal_width().unwrap_or(80);
            world.columns = Some(told.unwrap_or_else(asked));
        }
        world
    }

    /// A variable of the environment; `None` where it is not set, or empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.env.get(std::ffi::OsStr::new(name))?.to_str()?;
        (!value.is_empty()).then_some(value)
    }

    /// Columns to fill: `--width`, else the terminal's up to 120, else 80.
    pub fn width(&self) -> usize {
        let told = self.flags.width.map(|width| width.max(20));
        told.or(self.columns.map(|columns| columns.clamp(20, 120))).unwrap_or(80)
    }

    /// Whether what goes to `out` is coloured.
    pub fn colour(&self) -> bool {
        self.coloured(self.columns.is_some())
    }

    /// Whether what goes to `err` is coloured.
    pub fn colour_err(&self) -> bool {
        self.coloured(self.err_is_terminal)
    }

    fn coloured(&self, terminal: bool) -> bool {
        match self.flags.color.unwrap_or_default() {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.variable("NO_COLOR").is_some() => false,
            Color::Auto if self.variable("CLICOLOR_FORCE").is_some_and(|force| force != "0") => {
                true
            }
            Color::Auto => terminal && self.variable("TERM") != Some("dumb"),
        }
    }

    /// The path from the current folder.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The text of a file that a person named, under the name they gave it.
    pub fn read(&self, path: &Path) -> Result<Source, Error> {
        let name = path.to_string_lossy();
        mapped::source(&self.path(path), &name, self.encoding)
            .map_err(|error| Error::file(&name, &error))
    }

    /// Says something beside the report; nothing under `--quiet`.
    pub fn say(&mut self, line: &str) -> Result<(), Error> {
        if !self.flags.quiet {
            writeln!(self.err, "{line}")?;
        }
        Ok(())
    }

    /// Prints problems of the data, all of them, and says how the run ends with them.
    pub fn tell(&mut self, diagnostics: &[Diagnostic]) -> Result<Exit, Error> {
        let colour = self.colour_err();
        self.err.write_all(render::diagnostics::all(diagnostics, colour).as_bytes())?;
        Ok(Exit::of(diagnostics))
    }

    /// Hands over a finished report: to the file of `--output`, else to `out`.
    pub fn deliver(&mut self, report: &[u8], output: &Output) -> Result<(), Error> {
        match &output.output {
            None => Ok(self.out.write_all(report)?),
            Some(path) => {
                let name = path.to_string_lossy();
                super::write::whole(&self.path(path), report)
                    .map_err(|error| Error::file(&name, &error))
            }
        }
    }
}

impl Output {
    /// The format: as the flag says, else as the ending of the path, else text.
    ///
    /// # Errors
    /// An ending that is no format.
    pub fn kind(&self) -> Result<Format, Error> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let Some(path) = &self.output else { return Ok(Format::Text) };
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("txt") | None => Ok(Format::Text),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            Some("md") => Ok(Format::Md),
            Some("html" | "htm") => Ok(Format::Html),
            Some(other) => Err(Error::new(format!("no format has the ending `.{other}`"))
                .help("endings are .txt, .csv, .json, .md and .html; or name it: --format text")),
        }
    }
}

/// Columns of the terminal of this process.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
