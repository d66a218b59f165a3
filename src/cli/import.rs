//! `rentier import`: reads exports, says of every row what became of it, and writes the books.

mod json;
mod screen;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_64;

use super::args::{Format, ImportArgs, Reading};
use super::atomic::{self, NewFile};
use super::lock::Lock;
use super::{Error, Exit, World, open};
use crate::books::plan::{self, IMPORTED, Plan, There};
use crate::books::{self, Books};
use crate::event::{Account, EventId};
use crate::import::{self, Context, Covered, Known, Otherwise, Refused, Run};
use crate::source::{Name, Source, lines};

/// Files as they were given, in memory.
#[derive(Default)]
struct Given {
    sources: Vec<Source>,
    /// Bytes as they lie, by the source's name.
    bytes: HashMap<Name, Vec<u8>>,
    /// Paths as they were typed, by the source's name.
    paths: HashMap<Name, String>,
    /// Files that cannot be read.
    unreadable: Vec<Refused>,
}

/// Runs it.
pub fn run(args: &ImportArgs, world: &mut World) -> Result<Exit, Error> {
    let format = args.format.unwrap_or_default();
    if format == Format::Csv {
        return Err(Error::new("expected `text` or `json` for `--format`, found `csv`"));
    }
    let root = open::find(world)?;
    if root.is_none() && !args.dry_run {
        return Err(Error::new(
            "no books here to import into: no rentier.toml in this folder or above it",
        )
        .help("make some: rentier init\nor look first: add --dry-run"));
    }
    let given = given(&args.files, world);
    let lock = match &root {
        Some(root) if !args.dry_run => {
            let lock = Lock::take(root, world)?;
            open::recover(root)?;
            Some(lock)
        }
        _ => None,
    };
    let flags = open::flags(&Reading::default())?;
    let books = match &root {
        Some(root) if lock.is_some() => open::read_locked(root, &flags)?,
        Some(root) => open::read(root, &flags, world)?,
        None => books::of_files(Vec::new(), &flags, &mut |_, _| Ok(Vec::new())),
    };
    let there = root.as_deref().map(|root| there(root, &books)).transpose()?.unwrap_or_default();
    let named = args.account.as_ref().map(|name| account(name, &books));
    let mut run = outcome(args, &given, &books, named.as_ref(), root.as_deref(), &there)?;
    run.refused.extend(given.unreadable.iter().cloned());
    let waits = run.waits();
    let shown = screen::Shown::of(&run, &given.paths);
    let json = (format == Format::Json).then(|| json::report(&run, &given.paths));

    let digests = given.bytes.iter().map(|(name, bytes)| (name.clone(), xxh3_64(bytes))).collect();
    let plan = plan::plan(&mut run, &digests, &books, &there);
    let added = named.filter(|account| !books.journal.accounts.contains_key(&account.id));
    let written = !args.dry_run && plan.events > 0;
    if let (Some(root), true) = (&root, written) {
        write(root, &plan, &given, &books, added.as_ref(), world)?;
    }
    drop(lock);

    // Problems of the books themselves first: what they say may rest on them.
    let mut diagnostics = books.diagnostics;
    diagnostics.append(&mut run.diagnostics);
    diagnostics.extend(run.refused.iter().filter_map(|refused| refused.diagnostic.clone()));
    if let Some(json) = json {
        writeln!(world.out, "{json:#}")?;
        world.out.flush()?;
        world.tell(&diagnostics)?;
    } else {
        let width = world.width();
        world.out.write_all(shown.table(width).as_bytes())?;
        world.out.flush()?;
        if let Some(asked) = screen::asked(&run.asked) {
            writeln!(world.err, "{asked}")?;
        }
        if !diagnostics.is_empty() {
            writeln!(world.err)?;
        }
        world.tell(&diagnostics)?;
        world.err.flush()?;
        let closing = screen::closing(&shown, &plan, &books.settings, args.dry_run, added.as_ref());
        world.out.write_all(closing.as_bytes())?;
    }
    let nothing_read = run.files.is_empty() && run.asked.is_empty() && given.sources.is_empty();
    Ok(match () {
        () if nothing_read => Exit::CouldNotRun,
        () if waits => Exit::Problems,
        () => Exit::of(&diagnostics),
    })
}

/// Reads every file once. One that is named twice is one file; names are the files' own where no two
/// are alike.
fn given(paths: &[PathBuf], world: &mut World) -> Given {
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
        match fs::read(world.path(path)) {
            Ok(bytes) => {
                let source = Source::decode(&name, bytes.clone());
                progress.read(&source);
                given.bytes.insert(source.name.clone(), bytes);
                given.paths.insert(source.name.clone(), typed);
                given.sources.push(source);
            }
            Err(error) => {
                let reason = super::error::why(&error);
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

/// The account of `--account`: one of the books, or a taxable one of `me`.
fn account(name: &str, books: &Books) -> Account {
    let known = books.journal.accounts.get(name);
    let by_ledger = || books.journal.accounts.values().find(|account| *account.ledger == *name);
    known.or_else(by_ledger).cloned().unwrap_or_else(|| Account::taxable(name.into()))
}

/// What lies in the books' folder already.
fn there(root: &Path, books: &Books) -> Result<There, Error> {
    let mut there = There::default();
    for path in files_in(&root.join(IMPORTED)) {
        if path.extension().is_some_and(|ending| ending == "journal") {
            let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = format!("{IMPORTED}/{own}");
            let text = fs::read_to_string(&path).map_err(|error| Error::file(&name, &error))?;
            there.journals.insert(name.into(), text);
        }
    }
    if let Some(keep) = &books.settings.keep {
        for path in files_in(&root.join(&**keep)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path).map_err(|error| Error::file(&name, &error))?;
            there.statements.push((name.into(), xxh3_64(&bytes)));
        }
    }
    Ok(there)
}

/// The files of a folder by name; none where there is no folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Runs the import, a second time where `--accept all` takes what the first one showed.
fn outcome(
    args: &ImportArgs,
    given: &Given,
    books: &Books,
    named: Option<&Account>,
    root: Option<&Path>,
    there: &There,
) -> Result<Run, Error> {
    let mut known = Known::new(&books.journal.events);
    if let Some(root) = root {
        known.covered = covered(root, books, there);
    }
    let otherwise = match named {
        Some(account) => Otherwise::Named(account),
        None if root.is_none() => Otherwise::Profile,
        None => Otherwise::Ask,
    };
    let context = |accepted| Context {
        profiles: &books.profiles,
        accounts: &books.journal.accounts,
        securities: &books.journal.securities,
        known: &known,
        otherwise,
        dates: &books.settings.date_forms,
        overrides: &books.journal.overrides,
        accepted,
    };
    let run = import::run(&given.sources, &context(&[]));
    if args.accept.is_empty() {
        return Ok(run);
    }
    let changed: Vec<EventId> = run.changed.iter().map(|change| change.was.id.clone()).collect();
    let accepted = if args.accept.iter().any(|id| id == "all") {
        changed
    } else {
        let shown: Vec<String> = changed.iter().map(ToString::to_string).collect();
        let one = |id: &String| {
            let at = shown.iter().position(|known| known == id);
            at.map(|at| changed[at].clone())
                .ok_or_else(|| Error::unknown("change", id, shown.iter().map(String::as_str)))
        };
        args.accept.iter().map(one).collect::<Result<_, _>>()?
    };
    Ok(import::run(&given.sources, &context(&accepted)))
}

/// Which days of which account the kept exports cover, by the profile that reads them: a row looks
/// otherwise in another format, and would count twice.
fn covered(root: &Path, books: &Books, there: &There) -> Vec<Covered> {
    let Some(keep) = &books.settings.keep else { return Vec::new() };
    let folder = root.join(&**keep);
    let read = |(name, _): &(Name, u64)| {
        fs::read(folder.join(&**name)).ok().map(|bytes| Source::decode(name, bytes))
    };
    let sources: Vec<Source> = there.statements.iter().filter_map(read).collect();
    let known = Known::new(&books.journal.events);
    let context = Context {
        profiles: &books.profiles,
        accounts: &books.journal.accounts,
        securities: &books.journal.securities,
        known: &known,
        otherwise: Otherwise::Ask,
        dates: &books.settings.date_forms,
        overrides: &books.journal.overrides,
        accepted: &[],
    };
    let mut covered = Vec::new();
    for file in import::run(&sources, &context).files {
        let Some((first, last)) = file.days else { continue };
        for account in file.accounts {
            covered.push(Covered { account, profile: file.profile.clone(), first, last });
        }
    }
    covered
}

/// Writes journals, kept exports and a new account together.
fn write(
    root: &Path,
    plan: &Plan,
    given: &Given,
    books: &Books,
    added: Option<&Account>,
    world: &mut World,
) -> Result<(), Error> {
    let mut files = Vec::new();
    for (path, text) in &plan.journals {
        files.push(NewFile { path: PathBuf::from(&**path), content: text.clone().into_bytes() });
    }
    if let Some(keep) = &books.settings.keep {
        for copy in &plan.kept {
            let content = given.bytes.get(&copy.file).cloned().unwrap_or_default();
            files.push(NewFile { path: Path::new(&**keep).join(&*copy.name), content });
        }
    }
    if let Some(account) = added {
        let path = root.join(open::SETTINGS);
        let old = fs::read(&path).map_err(|error| Error::file(open::SETTINGS, &error))?;
        let content = [old, section(account).into_bytes()].concat();
        files.push(NewFile { path: open::SETTINGS.into(), content });
    }
    let mut steps = world.before_step.take();
    let mut step = |name: &str| steps.as_mut().map_or(Ok(()), |step| step(name));
    let written = atomic::write(root, &files, &mut step);
    world.before_step = steps;
    written.map_err(|error| {
        Error::file(&root.to_string_lossy(), &error)
            .note("nothing was imported; the books are as before")
    })
}

/// The section of an account that `--account` brought.
fn section(account: &Account) -> String {
    let key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let id = if account.id.chars().all(key) {
        account.id.to_string()
    } else {
        toml::Value::String(account.id.to_string()).to_string()
    };
    let ledger = toml::Value::String(account.ledger.to_string());
    format!(
        "\n[account.{id}]    # by `rentier import --account`\nowner   = [\"me\"]\nshelter = \"taxable\"\nledger  = {ledger}\n"
    )
}
