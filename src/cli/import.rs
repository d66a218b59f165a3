//! `rentier import`: reads exports, says of every row what became of it, and writes the books.

mod given;
mod json;
mod screen;
mod there;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1252;
use rayon::prelude::*;

use self::given::{Given, given};
use self::there::there;
use super::args::{Format, ImportArgs, Reading};
use super::atomic::{self, NewFile};
use super::lock::Lock;
use super::{Error, Exit, World, folder, mapped, open};
use crate::books::plan::{self, IMPORTED, Plan, There};
use crate::books::{self, Books, Flags};
use crate::diagnostic::Diagnostic;
use crate::event::{Account, EventId};
use crate::import::{self, Context, Covered, Known, Otherwise, Profile, Run};
use crate::source::{Encoding, Name, Place, Source};

/// Runs it.
pub fn run(args: &ImportArgs, world: &mut World) -> Result<Exit, Error> {
    let files = with_folders(&args.files, world)?;
    bring(&ImportArgs { files, ..args.clone() }, Afterwards::Stay, world)
}

/// The files named, and for a folder those in it.
fn with_folders(named: &[PathBuf], world: &World) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in named {
        let whole = world.path(path);
        if !whole.is_dir() {
            files.push(path.clone());
            continue;
        }
        let shown = path.display().to_string();
        if whole.join(open::SETTINGS).exists() {
            let found = format!("`{shown}` is a folder of records, not of exports");
            return Err(
                Error::new(found).help("name the exports, or put them in its inbox: rentier inbox")
            );
        }
        let within = folder::files(&whole).map_err(|error| Error::file(&shown, &error))?;
        if within.is_empty() {
            let found = format!("no file lies in `{shown}`");
            return Err(
                Error::new(found).help("download the exports: rentier profile list says where")
            );
        }
        let below = |file: PathBuf| match file.strip_prefix(&whole) {
            Ok(rest) => path.join(rest),
            Err(_) => file,
        };
        files.extend(within.into_iter().map(below));
    }
    Ok(files)
}

/// What becomes of the files once their rows are in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// They stay where they are; a copy is kept of those that brought an event.
    Stay,
    /// They go to the kept exports: one that brought nothing new goes there too.
    Move,
}

/// Imports the files that `args` name.
pub fn bring(args: &ImportArgs, afterwards: Afterwards, world: &mut World) -> Result<Exit, Error> {
    let format = args.format.unwrap_or_default();
    let other = match format {
        Format::Text | Format::Json => None,
        Format::Csv => Some("csv"),
        Format::Md => Some("md"),
        Format::Html => Some("html"),
    };
    if let Some(other) = other {
        let found = format!("expected `text` or `json` for `--format`, found `{other}`");
        return Err(Error::new(found));
    }
    let root = open::find(world)?;
    if root.is_none() && !args.dry_run {
        return Err(Error::new(
            "no books here to import into: no rentier.toml in this folder or above it",
        )
        .help("make some: rentier init\nor look first: add --dry-run"));
    }
    let mut given = given(&args.files, world);
    let lock = match &root {
        Some(root) if !args.dry_run => {
            let lock = Lock::take(root, world)?;
            open::recover(root)?;
            Some(lock)
        }
        _ => None,
    };
    // An import asks for events, and not for what they were read from.
    let flags = Flags { only_events: true, ..open::flags(&Reading::default())? };
    let mut books = match &root {
        Some(root) if lock.is_some() => open::read_locked(root, &flags, world.encoding)?,
        Some(root) => open::read(root, &flags, world)?,
        None => books::of_files(Vec::new(), &flags, &mut |_, _| Ok(Vec::new())),
    };
    let there = root.as_deref().map(|root| there(root, &books, &given)).transpose()?;
    let there = there.unwrap_or_default();
    let named = args.account.as_ref().map(|name| account(name, &books));
    let (profiles, found) = books.profiles();
    books.diagnostics.extend(found);
    let read = Reader { profiles: &profiles, books: &books, named: named.as_ref() };
    let mut run = read.outcome(args, &given, root.as_deref(), &there)?;
    run.refused.extend(given.unreadable.iter().cloned());
    let waits = run.waits();
    let shown = screen::Shown::of(&run, &books.settings, &there);
    let json = (format == Format::Json).then(|| json::report(&run, &given.paths));

    let keep = match afterwards {
        Afterwards::Stay => plan::Keep::WhatBroughtEvents,
        Afterwards::Move => plan::Keep::WhatIsSettled,
    };
    let plan = plan::plan(&mut run, &given.digests, &books, &there, keep);
    let added = named.filter(|account| !books.journal.accounts.contains_key(&account.id));
    let changes = plan.events > 0 || !plan.kept.is_empty();
    let (guessed, none_given) = (open::guessed(&given.sources, world), given.sources.is_empty());
    let mut unread = None;
    let mut moved = 0;
    if let (Some(root), false) = (&root, args.dry_run) {
        if changes {
            write(root, &plan, &given, &books, added.as_ref(), world)?;
            unread = not_included(root, &plan, &books, world.encoding)?;
        }
        if afterwards == Afterwards::Move {
            // Long files are lent by the system, which may not move what it lends.
            given.sources.clear();
            moved = take_away(&plan.settled, &given, world)?;
        }
    }
    drop(lock);

    // Problems of the books themselves first: what they say may rest on them.
    let mut diagnostics = books.diagnostics;
    diagnostics.extend(guessed);
    diagnostics.append(&mut run.diagnostics);
    diagnostics.extend(unread);
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
        if afterwards == Afterwards::Move {
            let left = args.files.len() - moved;
            world.out.write_all(screen::moved(moved, left, &books.settings).as_bytes())?;
        }
    }
    let nothing_read = run.files.is_empty() && run.asked.is_empty() && none_given;
    // The process ends with the run, and gives back faster what nobody takes apart before.
    std::mem::forget((plan, run));
    Ok(match () {
        () if nothing_read => Exit::CouldNotRun,
        () if waits => Exit::Problems,
        () => Exit::of(&diagnostics),
    })
}

/// The account of `--account`: one of the books, or a taxable one of `me`.
fn account(name: &str, books: &Books) -> Account {
    let known = books.journal.accounts.get(name);
    let by_ledger = || books.journal.accounts.values().find(|account| *account.ledger == *name);
    known.or_else(by_ledger).cloned().unwrap_or_else(|| Account::taxable(name.into()))
}

/// What an import of these books depends on, beside files.
struct Reader<'b> {
    profiles: &'b [Profile],
    books: &'b Books,
    named: Option<&'b Account>,
}

impl Reader<'_> {
    fn run(
        &self,
        sources: &[Source],
        known: &Known,
        otherwise: Otherwise,
        accepted: &[EventId],
    ) -> Run {
        let books = self.books;
        let context = Context {
            profiles: self.profiles,
            accounts: &books.journal.accounts,
            securities: &books.journal.securities,
            known,
            otherwise,
            dates: &books.settings.date_forms,
            overrides: &books.journal.overrides,
            accepted,
        };
        import::run(sources, &context)
    }

    /// Runs the import, a second time where `--accept` takes what the first one showed.
    fn outcome(
        &self,
        args: &ImportArgs,
        given: &Given,
        root: Option<&Path>,
        there: &There,
    ) -> Result<Run, Error> {
        let mut known = Known::new(&self.books.journal.events);
        let beside =
            |own: &[Covered]| root.map(|root| self.covered(root, there, own)).unwrap_or_default();
        known.beside = Some(&beside);
        let otherwise = match self.named {
            Some(account) => Otherwise::Named(account),
            None if root.is_none() => Otherwise::Profile,
            None => Otherwise::Ask,
        };
        let run = self.run(&given.sources, &known, otherwise, &[]);
        if args.accept.is_empty() {
            return Ok(run);
        }
        let changed: Vec<EventId> = run.changed.iter().map(|one| one.was.id.clone()).collect();
        let accepted = if args.accept.iter().any(|id| id == "all") {
            changed
        } else {
            let shown: Vec<String> = changed.iter().map(ToString::to_string).collect();
            let one = |id: &String| {
                let at = shown.iter().position(|known| known == id);
                let unknown = || Error::unknown("change", id, shown.iter().map(String::as_str));
                at.map(|at| changed[at].clone()).ok_or_else(unknown)
            };
            args.accept.iter().map(one).collect::<Result<_, _>>()?
        };
        Ok(self.run(&given.sources, &known, otherwise, &accepted))
    }

    /// Which days of which account the kept exports cover, by the profile that reads them: a row
    /// looks otherwise in another format, and would count twice. Those of one profile never refuse
    /// each other, so their rows need not be read again where files are of no other.
    fn covered(&self, root: &Path, there: &There, own: &[Covered]) -> Vec<Covered> {
        let Some(keep) = &self.books.settings.keep else { return Vec::new() };
        let folder = root.join(&**keep);
        let accounts = &self.books.journal.accounts;
        let of_another = |source: &Source| {
            let profile = import::profile_of(source, self.profiles, accounts);
            profile.is_none_or(|profile| own.iter().any(|days| days.profile != *profile))
        };
        let read = |(name, _): &(Name, Option<u64>)| {
            let source = mapped::source(&folder.join(&**name), name, WINDOWS_1252).ok()?;
            of_another(&source).then_some(source)
        };
        let kept = if own.is_empty() { &[][..] } else { &there.statements };
        let sources: Vec<Source> = kept.par_iter().filter_map(read).collect();
        if sources.is_empty() {
            return Vec::new();
        }
        let known = Known::new(&self.books.journal.events);
        let mut covered = Vec::new();
        for file in self.run(&sources, &known, Otherwise::Ask, &[]).files {
            let Some((first, last)) = file.days else { continue };
            for account in file.accounts {
                covered.push(Covered { account, profile: file.profile.clone(), first, last });
            }
        }
        covered
    }
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
    for journal in &plan.journals {
        let write = |out: &mut dyn io::Write| journal.write(&books.journal.accounts, out);
        files.push(NewFile::made(&*journal.path, write));
    }
    if let Some(keep) = &books.settings.keep {
        for copy in &plan.kept {
            let write = |out: &mut dyn io::Write| given.write(&copy.file, out);
            files.push(NewFile::made(Path::new(&**keep).join(&*copy.name), write));
        }
    }
    if let Some(account) = added {
        let path = root.join(open::SETTINGS);
        let old = fs::read(&path).map_err(|error| Error::file(open::SETTINGS, &error))?;
        let content = [old, section(account).into_bytes()].concat();
        files.push(NewFile::new(open::SETTINGS, content));
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

/// Removes files whose rows are in the books and whose bytes lie among the kept exports; how many.
fn take_away(settled: &[Name], given: &Given, world: &World) -> Result<usize, Error> {
    for name in settled {
        let path = world.path(Path::new(&given.paths[name]));
        fs::remove_file(&path).map_err(|error| {
            Error::file(&path.to_string_lossy(), &error)
                .note("its rows are in the books, and a copy of it is kept")
        })?;
    }
    Ok(settled.len())
}

/// Whether what was written is read again: nothing is lost, so a journal that includes no imported one
/// is told.
fn not_included(
    root: &Path,
    plan: &Plan,
    before: &Books,
    encoding: &'static Encoding,
) -> Result<Option<Diagnostic>, Error> {
    let imported = |books: &Books| {
        books
            .sources
            .keys()
            .any(|name| name.strip_prefix(IMPORTED).is_some_and(|rest| rest.starts_with('/')))
    };
    // A pattern that matched one imported journal matches the others: no need to read all again.
    if imported(before) {
        return Ok(None);
    }
    let after = open::read_without_imports(root, &open::flags(&Reading::default())?, encoding)?;
    let lost = plan.journals.iter().filter(|one| !after.sources.contains_key(&one.path)).count();
    let source = before.settings.sources.first().map_or("main.journal", |name| &**name);
    Ok((lost > 0).then(|| {
        Diagnostic::error("not-included", format!("`{source}` does not include what imports write"))
            .at(Place::file(source))
            .note("the events are in imported/, but no command reads them there")
            .help(format!("write in {source}: include imported/*.journal"))
    }))
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
