//! Opens what a command reads: the books around the current folder, or files that are named.
//!
//! Here a path becomes a text. Names of texts are relative to the books (`imported/schwab.journal`),
//! so that the same records say the same on any machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::args::Reading;
use super::lock::Lock;
use super::{Error, World, atomic, mapped};
use crate::books::plan::IMPORTED;
use crate::books::{self, Books, Flags, Folder};
use crate::diagnostic::Diagnostic;
use crate::income::{Detail, Judged};
use crate::ledger::{Dialect, Ledger};
use crate::period::TaxYear;
use crate::regime::{self, Regime};
use crate::report::income::{self, IncomeStatement, Request};
use crate::report::{self, Filing};
use crate::source::{Encoding, Name, Place, Source};

/// The file that makes a folder one of records.
pub const SETTINGS: &str = "rentier.toml";

/// The books, or what the files named on the command line hold; settings as the flags say.
///
/// # Errors
/// There are no books and no files, or one of them cannot be read.
pub fn open(files: &[PathBuf], reading: &Reading, world: &mut World) -> Result<Books, Error> {
    with(files, &flags(reading)?, world)
}

/// The same with flags that are read already.
fn with(files: &[PathBuf], flags: &Flags, world: &mut World) -> Result<Books, Error> {
    let mut root = world.folder.clone();
    let books = if files.is_empty() {
        root = find(world)?.ok_or_else(no_books)?;
        read(&root, flags, world)?
    } else {
        let sources = files.iter().map(|path| world.read(path)).collect::<Result<Vec<_>, _>>()?;
        let (folder, encoding) = (world.folder.clone(), world.encoding);
        books::of_files(sources, flags, &mut |path, from| texts(&folder, path, from, encoding))
    };
    if world.flags.verbose {
        spoke(&books, flags, world)?;
    }
    let mut books = books;
    let sources = books.ledgers.iter().flat_map(|ledger| &ledger.sources);
    let guessed = guessed(sources.map(|source| &**source), world);
    books.diagnostics.extend(guessed);
    let missing = missing_documents(&books.ledgers, &root);
    books.diagnostics.extend(missing);
    Ok(books)
}

/// Files whose encoding nothing tells, where no flag does either: what they were read as, and how to
/// say another.
pub fn guessed<'s>(
    sources: impl IntoIterator<Item = &'s Source>,
    world: &World,
) -> Vec<Diagnostic> {
    let said = world.flags.encoding.is_some();
    let guessed = sources.into_iter().filter(|source| !said && source.is_guessed());
    let warning = |source: &Source| {
        let what = format!("`{}` is not UTF-8: read as {}", source.name, source.encoding);
        Diagnostic::warning("encoding", what)
            .at(Place::file(&source.name))
            .help("if letters look wrong, say what it is: --encoding iso-8859-2")
    };
    guessed.map(warning).collect()
}

/// The documents of Beancount journals below `root` that are not there.
pub fn missing_documents(ledgers: &[Ledger], root: &Path) -> Vec<Diagnostic> {
    let mut missing = Vec::new();
    for ledger in ledgers {
        for document in &ledger.documents {
            let source = &ledger.sources[document.source as usize];
            let folder = Path::new(&*source.name).parent().unwrap_or(Path::new(""));
            if root.join(folder).join(&document.path).exists() {
                continue;
            }
            let what = format!("there is no file or folder `{}`", document.path);
            missing.push(
                Diagnostic::error("no-document", what)
                    .at(ledger.place(document.source, document.line))
                    .note("Beancount refuses a journal without its documents")
                    .help(
                        "put it there, or correct its path: it is relative to the journal's folder",
                    ),
            );
        }
    }
    missing
}

/// Which of flag and file spoke, for each setting that both can say, and as what journals were read.
fn spoke(books: &Books, flags: &Flags, world: &mut World) -> Result<(), Error> {
    let by = |flag: bool, name: &str| match (flag, books.sources.contains_key(SETTINGS)) {
        (true, _) => format!("by --{name}"),
        (false, true) => format!("by {SETTINGS}"),
        (false, false) => "as without books".to_owned(),
    };
    let Books { settings, .. } = books;
    writeln!(world.err, "regime {}, {}", settings.regime, by(flags.regime.is_some(), "regime"))?;
    writeln!(world.err, "filing {}, {}", settings.filing, by(flags.filing.is_some(), "filing"))?;
    evidence(&books.ledgers, world)
}

/// As what journals were read, and what told so.
pub fn evidence(ledgers: &[Ledger], world: &mut World) -> Result<(), Error> {
    for ledger in ledgers {
        for (source, (dialect, why)) in ledger.sources.iter().zip(&ledger.dialects) {
            let (name, encoding) = (&source.name, source.encoding);
            writeln!(world.err, "{name} read as {}, {encoding}: {why}", dialect.name())?;
        }
        for one in &ledger.inert {
            let name = &ledger.sources[one.source as usize].name;
            let may = if one.matters { ", figures may be others where it has one" } else { "" };
            writeln!(world.err, "{name}:{} {}: kept without effect{may}", one.line, one.what)?;
        }
    }
    Ok(())
}

/// Books and what they come to under their regime.
pub struct Opened {
    /// What was read.
    pub books: Books,
    /// The law.
    pub regime: Regime,
    /// What the law makes of it.
    pub judged: Judged,
}

/// Opens and judges, for a report that needs no more than `detail`, nor, with `only_events`, the
/// journals' rows.
///
/// # Errors
/// As `open`; and no regime has the id that settings or flags name.
pub fn judged_for(
    files: &[PathBuf],
    detail: Detail<'_>,
    only_events: bool,
    reading: &Reading,
    world: &mut World,
) -> Result<Opened, Error> {
    let flags = Flags { only_events, ..flags(reading)? };
    let (books, regime, filing) = with_regime(files, &flags, world)?;
    let judged = report::judge_for(&books.journal, &regime, &filing, detail);
    Ok(Opened { books, regime, judged })
}

/// The same for what rests on figures of few years, and not on the journals' rows: `years` tells which, once
/// the books are read, and `None` for all; and on lots that were sold in a year from `since` on.
///
/// # Errors
/// As `judged_for`.
pub fn judged_in(
    files: &[PathBuf],
    years: impl FnOnce(&Books, &Regime) -> Option<Vec<TaxYear>>,
    since: Option<TaxYear>,
    reading: &Reading,
    world: &mut World,
) -> Result<Opened, Error> {
    let flags = Flags { only_events: true, ..flags(reading)? };
    let (books, regime, filing) = with_regime(files, &flags, world)?;
    let years = years(&books, &regime);
    let lots = since.map(|since| {
        let days = books.journal.events.iter().map(|event| regime.year.year_of(event.date));
        let mut lots: Vec<TaxYear> = days.filter(|year| *year >= since).collect();
        lots.dedup();
        lots
    });
    let detail = Detail { years: lots.as_deref(), lots: true };
    let judged = report::judge_in(&books.journal, &regime, &filing, detail, years.as_deref());
    Ok(Opened { books, regime, judged })
}

/// Books, the law they are judged under, and how they are filed.
fn with_regime(
    files: &[PathBuf],
    flags: &Flags,
    world: &mut World,
) -> Result<(Books, Regime, Filing), Error> {
    let mut books = with(files, flags, world)?;
    let mut regime = regime_of(&mut books)?;
    // Statements are in the currency of the books.
    regime.currency = books.settings.currency.clone();
    books.count_problems();
    let filing = Filing { status: books.settings.filing.clone() };
    Ok((books, regime, filing))
}

impl Opened {
    /// Every year that something is known of: an income, a cost, a question.
    pub fn years(&self) -> Vec<TaxYear> {
        let incomes = self.judged.incomes.iter().chain(&self.judged.cash);
        let asked = self.judged.questions.iter();
        let years = incomes
            .filter(|income| income.event.is_some() || income.matched.is_some())
            .map(|income| income.year)
            .chain(asked.map(|question| self.regime.year.year_of(question.date)));
        years.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The statement of some years as the law counts, nothing left out.
    pub fn statement(&self, years: Vec<TaxYear>) -> IncomeStatement<'_> {
        let request = Request {
            years,
            filing: self.books.settings.filing.clone(),
            taken: self.books.taken.clone(),
            ..Request::default()
        };
        income::statement(&self.judged, &self.books.journal, &self.regime, request)
    }
}

/// What is said where there are no books and no file is named.
pub fn no_books() -> Error {
    Error::new("no books here: no rentier.toml in this folder or above it").help(
        "make some: rentier init\nor name files: rentier income 2024 export.csv\nor say where: --books DIR",
    )
}

/// The flags that change how records are read.
pub fn flags(reading: &Reading) -> Result<Flags, Error> {
    if let Some(filing) = &reading.filing
        && !books::FILINGS.contains(&filing.as_str())
    {
        return Err(Error::unknown("filing", filing, books::FILINGS.iter().copied()));
    }
    let dialect = reading.dialect.as_deref().map(dialect).transpose()?;
    Ok(Flags {
        regime: reading.regime.as_deref().map(Name::new),
        filing: reading.filing.as_deref().map(Name::new),
        dialect,
        only_events: false,
    })
}

/// A `--dialect`.
pub fn dialect(name: &str) -> Result<Dialect, Error> {
    let known = [Dialect::Hledger, Dialect::Ledger, Dialect::Beancount].map(Dialect::name);
    Dialect::named(name).ok_or_else(|| Error::unknown("dialect", name, known))
}

/// Whether a regime of this name is shipped.
///
/// # Errors
/// None is, with those there are.
pub fn check_regime(id: &str) -> Result<(), Error> {
    let known = regime::ids().any(|known| known == id);
    if known { Ok(()) } else { Err(Error::unknown("regime", id, regime::ids())) }
}

/// The regime that the books are judged under: a shipped one, the user's rows before its own, or one
/// of the user's. What is wrong with theirs goes to the books' diagnostics.
///
/// # Errors
/// None has the id that the settings name.
pub fn regime_of(books: &mut Books) -> Result<Regime, Error> {
    let id = &books.settings.regime;
    let name = format!("regimes/{id}.toml");
    let own = books.regimes.iter().find(|source| *source.name == *name).map(regime::read);
    let own = own.map(|(own, found)| {
        books.diagnostics.extend(found);
        own
    });
    let regime = match (regime::shipped(id), own) {
        (Some(shipped), Some(own)) => Some(shipped.with(own)),
        (shipped, own) => shipped.or(own),
    };
    regime.ok_or_else(|| {
        let error = Error::unknown("regime", id, regime::ids());
        match &books.settings.regime_place {
            Some(place) => error.note(format!("{}:{} names it", place.file, place.line)),
            None => error,
        }
    })
}

/// The folder of the books: `--books`, else RENTIER_BOOKS, else the nearest one from the current
/// folder upwards that has a `rentier.toml`.
///
/// # Errors
/// The folder that is named has none.
pub fn find(world: &mut World) -> Result<Option<PathBuf>, Error> {
    let found = locate(world)?;
    if let (Some((root, who)), true) = (&found, world.flags.verbose) {
        writeln!(world.err, "books {}, by {who}", root.display())?;
    }
    Ok(found.map(|(root, _)| root))
}

/// The folder, and what told it.
fn locate(world: &World) -> Result<Option<(PathBuf, &'static str)>, Error> {
    let flag = world.flags.books.clone().map(|folder| ("--books", folder));
    let variable =
        || world.variable("RENTIER_BOOKS").map(|folder| ("RENTIER_BOOKS", folder.into()));
    if let Some((who, folder)) = flag.or_else(variable) {
        let mut root = world.path(&folder);
        // `--books books/rentier.toml` means the folder all the same.
        if root.ends_with(SETTINGS) && root.is_file() {
            root.pop();
        }
        if !root.join(SETTINGS).is_file() {
            let folder = folder.to_string_lossy();
            return Err(Error::new(format!("no rentier.toml in `{folder}`, which {who} names"))
                .help(format!("make books there: rentier init --books {folder}")));
        }
        return Ok(Some((root, who)));
    }
    let root = world.folder.ancestors().find(|folder| folder.join(SETTINGS).is_file());
    Ok(root.map(|root| (root.to_owned(), "the nearest rentier.toml")))
}

/// Reads the books in `root`. An import that was broken off there is taken back first.
pub fn read(root: &Path, flags: &Flags, world: &mut World) -> Result<Books, Error> {
    if atomic::is_broken_off(root) {
        let lock = Lock::take(root, world)?;
        recover(root)?;
        drop(lock);
    }
    read_locked(root, flags, world.encoding)
}

/// Takes back what a killed import left. The caller holds the lock.
pub fn recover(root: &Path) -> Result<(), Error> {
    let wrong = |error| {
        Error::file(&root.to_string_lossy(), &error)
            .note("an import was broken off here and could not be taken back")
    };
    if atomic::is_broken_off(root) { atomic::undo(root).map_err(wrong) } else { Ok(()) }
}

/// The texts of the files of `root` that a pattern matches.
fn all(root: &Path, pattern: &str, encoding: &'static Encoding) -> Result<Vec<Source>, Error> {
    let found = texts(root, pattern, &Name::new(SETTINGS), encoding);
    found.map_err(|why| Error::new(format!("`{pattern}`: {why}")))
}

/// Reads the books in `root` as they lie.
pub fn read_locked(
    root: &Path,
    flags: &Flags,
    encoding: &'static Encoding,
) -> Result<Books, Error> {
    let folder = folder(root, encoding)?;
    Ok(books::load(folder, flags, &mut |path, from| texts(root, path, from, encoding)))
}

/// The same with nothing in the journals of imports: which of them are read is all that is to be known.
pub fn read_without_imports(
    root: &Path,
    flags: &Flags,
    encoding: &'static Encoding,
) -> Result<Books, Error> {
    let folder = folder(root, encoding)?;
    let text = |path: &PathBuf| {
        let name = name_of(root, path);
        let is_imported = Path::new(&name).starts_with(IMPORTED);
        if is_imported {
            Ok(Source::new(name, String::new()))
        } else {
            source(root, path, encoding)
        }
    };
    let mut load = |path: &str, from: &Name| meant(root, path, from)?.iter().map(text).collect();
    Ok(books::load(folder, flags, &mut load))
}

/// What lies in `root` beside the journals.
fn folder(root: &Path, encoding: &'static Encoding) -> Result<Folder, Error> {
    let optional = |name: &str| match fs::read(root.join(name)) {
        Ok(bytes) => Ok(Some(Source::decode_else(name, bytes, encoding))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(name, &error)),
    };
    Ok(Folder {
        settings: optional(SETTINGS)?,
        securities: optional("securities.toml")?,
        profiles: [
            all(root, "profiles/*.toml", encoding)?,
            all(root, "profiles/*.rules", encoding)?,
        ]
        .concat(),
        regimes: all(root, "regimes/*.toml", encoding)?,
    })
}

/// The texts that `path` means in the file `from`, whose name is relative to `root`. None where a
/// pattern matches nothing.
pub fn texts(
    root: &Path,
    path: &str,
    from: &Name,
    encoding: &'static Encoding,
) -> Result<Vec<Source>, String> {
    meant(root, path, from)?.par_iter().map(|path| source(root, path, encoding)).collect()
}

/// The files that `path` means in the file `from`; a path that is no pattern means one, there or not.
fn meant(root: &Path, path: &str, from: &Name) -> Result<Vec<PathBuf>, String> {
    let folder = root.join(Path::new(&**from).parent().unwrap_or(Path::new("")));
    let whole = match path.strip_prefix("~/") {
        Some(below) => home().ok_or("there is no home folder")?.join(below),
        None => folder.join(path),
    };
    if whole.is_file() || !path.contains(['*', '?', '[', '{']) {
        return Ok(vec![whole]);
    }
    let pattern = whole.to_str().ok_or("the path is not UTF-8")?;
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let found = glob::glob_with(pattern, options).map_err(|error| error.msg.to_owned())?;
    let mut paths: Vec<PathBuf> = found.flatten().filter(|path| path.is_file()).collect();
    // By name, not by how a system sorts folders.
    paths.sort();
    Ok(paths)
}

/// The text of a file inside `root`, by its name in messages. `None`: there is none, or the name
/// leads out of the folder.
pub fn named(root: &Path, name: &str, encoding: &'static Encoding) -> Option<Source> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if inside { source(root, &root.join(name), encoding).ok() } else { None }
}

fn source(root: &Path, path: &Path, encoding: &'static Encoding) -> Result<Source, String> {
    let name = name_of(root, path);
    mapped::source(path, &name, encoding).map_err(|error| super::error::why(&error))
}

/// How messages call a file: relative to the books, without `.` and `..` where it can be.
fn name_of(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let mut parts: Vec<Component> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let path: PathBuf = parts.into_iter().collect();
    path.to_string_lossy().replace('\\', "/")
}

fn home() -> Option<PathBuf> {
    std::env::home_dir()
}
