//! The files that an import is given, in memory: texts, bytes, hashes, and the names they go by.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_64;

use crate::cli::{World, error, mapped};
use crate::import::Refused;
use crate::source::{Encoding, Name, Source, lines};

/// Files as they were given, in memory.
#[derive(Default)]
pub struct Given {
    pub sources: Vec<Source>,
    /// Bytes as they lie, by the source's name, where they are not those of its text.
    bytes: HashMap<Name, Vec<u8>>,
    /// Hashes of the bytes, by the source's name.
    pub digests: BTreeMap<Name, u64>,
    /// Paths as they were typed, by the source's name.
    pub paths: HashMap<Name, String>,
    /// Files that cannot be read.
    pub unreadable: Vec<Refused>,
}

/// Bytes of a kept export that are written at a time.
const PIECE: usize = 1 << 20;

impl Given {
    /// A file as it lies.
    pub fn content(&self, name: &Name) -> &[u8] {
        let text = || self.sources.iter().find(|source| source.name == *name);
        let bytes = self.bytes.get(name).map(Vec::as_slice);
        bytes.or_else(|| text().map(|source| source.text.as_bytes())).unwrap_or_default()
    }

    /// Writes a file as it lies; of one that is lent nothing stays in memory for it.
    pub fn write(&self, name: &Name, out: &mut dyn io::Write) -> io::Result<()> {
        let source = self.sources.iter().find(|source| source.name == *name);
        let mut start = 0;
        for piece in self.content(name).chunks(PIECE) {
            out.write_all(piece)?;
            if let Some(source) = source {
                source.text.let_go(start..start + piece.len());
            }
            start += piece.len();
        }
        Ok(())
    }
}

/// Reads every file once. One that is named twice is one file; names are the files' own where no two
/// are alike.
pub fn given(paths: &[PathBuf], world: &mut World) -> Given {
    let mut given = Given::default();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let own = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut count: HashMap<Option<String>, u32> = HashMap::new();
    let mut unique = Vec::new();
    for path in paths {
        let whole = world.path(path);
        let whole = whole.canonicalize().unwrap_or(whole);
        if seen.insert(whole) {
            *count.entry(own(path)).or_default() += 1;
            unique.push(path);
        }
    }
    let mut progress = Progress::new(unique.len(), world.err_is_terminal && !world.flags.quiet);
    for path in unique {
        let typed = path.to_string_lossy().into_owned();
        let name = match own(path) {
            Some(name) if count.get(&Some(name.clone())) == Some(&1) => name,
            _ => typed.clone(),
        };
        match read(&world.path(path), &name, world.encoding) {
            Ok((digest, bytes, source)) => {
                progress.read(&source);
                given.digests.insert(source.name.clone(), digest);
                if let Some(bytes) = bytes {
                    given.bytes.insert(source.name.clone(), bytes);
                }
                given.paths.insert(source.name.clone(), typed);
                given.sources.push(source);
            }
            Err(error) => {
                let reason = error::why(&error);
                let name = Name::from(name);
                given.paths.insert(name.clone(), typed);
                given.unreadable.push(Refused {
                    file: name,
                    reason,
                    advice: String::new(),
                    diagnostic: None,
                });
            }
        }
    }
    progress.end();
    given
}

/// A hash of a file's bytes, the bytes where they are not those of its text, and its text: a long one
/// is read where it lies.
fn read(
    path: &Path,
    name: &str,
    encoding: &'static Encoding,
) -> io::Result<(u64, Option<Vec<u8>>, Source)> {
    if let Some(text) = mapped::large(path)? {
        return Ok((xxh3_64(text.as_bytes()), None, Source::utf8(name, text)));
    }
    let bytes = fs::read(path)?;
    let digest = xxh3_64(&bytes);
    let (bytes, source) = decoded(name, bytes, encoding);
    Ok((digest, bytes, source))
}

/// The text of a file, and its bytes where they are others: only then is there a copy.
fn decoded(name: &str, bytes: Vec<u8>, encoding: &'static Encoding) -> (Option<Vec<u8>>, Source) {
    if bytes.starts_with(b"\xef\xbb\xbf") || std::str::from_utf8(&bytes).is_err() {
        return (Some(bytes.clone()), Source::decode_else(name, bytes, encoding));
    }
    let length = bytes.len();
    let head = bytes[..length.min(1024)].contains(&0).then(|| bytes.clone());
    (head, Source::decode(name, bytes))
}

/// The line that is shown on a terminal when reading takes longer than half a second.
struct Progress {
    bar: Option<indicatif::ProgressBar>,
    began: Instant,
    files: usize,
    all: usize,
    lines: usize,
}

impl Progress {
    fn new(all: usize, shown: bool) -> Progress {
        let bar = shown.then(indicatif::ProgressBar::hidden);
        Progress { bar, began: Instant::now(), files: 0, all, lines: 0 }
    }

    fn read(&mut self, source: &Source) {
        let Some(bar) = &self.bar else { return };
        self.files += 1;
        self.lines += lines(&source.text).count();
        if self.began.elapsed() < Duration::from_millis(500) {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            if let Ok(style) = indicatif::ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
        }
        bar.set_message(format!(
            "reading {} of {} files, {} lines",
            self.files, self.all, self.lines
        ));
        bar.tick();
    }

    fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
