//! Reads all sources of the books, or files that are named, into one `Books`.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;

use super::{Books, Flags, Folder, Load, Settings, Stated, transactions};
use crate::diagnostic::Diagnostic;
use crate::event::{Account, Event, stretches};
use crate::import::{self, Context, Known, Otherwise};
use crate::ledger::{self, Ledger};
use crate::source::{Name, NameSet, Place, Source};

/// The books of a folder. `load` gives the texts of the files that settings and journals name.
pub fn load(folder: Folder, flags: &Flags, load: &mut Load) -> Books {
    let mut books =
        Books { own_profiles: folder.profiles, regimes: folder.regimes, ..Books::default() };
    if let Some(source) = folder.settings {
        let (settings, found) = Settings::read(&source);
        books.diagnostics.extend(found);
        books.settings = settings;
        books.keep_text(source);
    }
    if let Some(source) = folder.securities {
        let (stated, found) = Stated::read(&source);
        books.diagnostics.extend(found);
        books.take_facts(stated);
        books.keep_text(source);
    }
    books.take_settings(flags);
    let root = Name::new("rentier.toml");
    let mut sources = Vec::new();
    for path in books.settings.sources.clone() {
        match load(&path, &root) {
            Ok(found) if found.is_empty() => {
                books.diagnostics.push(missing(&path, "it matches no file"));
            }
            Ok(found) => sources.extend(found),
            Err(why) => books.diagnostics.push(missing(&path, &why)),
        }
    }
    read(&mut books, sources, Otherwise::Ask, flags, load);
    // An account that holds units has an owner and a shelter, which decide tax and must be said. A bank
    // that a hand-written entry names is taken as what it is, a taxable account of `me`: were it to be
    // said, every purchase of food from it would have to be, too.
    for account in unknown_accounts(&books) {
        let of = |other: &&Event| other.account == account;
        let mut events = books.journal.events.iter().filter(of);
        let held = events.find(|event| event.kind.quantity().is_some_and(|units| !units.is_zero()));
        let Some(held) = held.cloned() else {
            books.journal.accounts.insert(account.clone(), Account::taxable(account));
            continue;
        };
        let advice = format!(
            "write in rentier.toml:\n[account.{}]\nowner = [\"me\"]\nshelter = \"taxable\"    # or traditional, roth, hsa, isa...\nledger = \"{account}\"",
            suggested(&account)
        );
        let message =
            format!("no account has the ledger `{account}`: whose is it, and is it taxed?");
        let place = books.place_of(&held);
        books
            .diagnostics
            .push(Diagnostic::error("unknown-account", message).at(place).help(advice));
    }
    books.finish();
    books
}

/// What files hold that are named without books: each an account of its own, or a journal.
pub fn of_files(files: Vec<Source>, flags: &Flags, load: &mut Load) -> Books {
    let mut books = Books::default();
    books.take_settings(flags);
    books.taken = files.iter().map(|file| file.name.clone()).collect();
    read(&mut books, files, Otherwise::Profile, flags, load);
    for account in unknown_accounts(&books) {
        let taken = Account::taxable(account.clone());
        books.journal.accounts.insert(account, taken);
    }
    books.finish();
    books
}

/// Reads journals first, then exports, so that rows which are in the journals are known.
fn read(
    books: &mut Books,
    sources: Vec<Source>,
    otherwise: Otherwise,
    flags: &Flags,
    load: &mut Load,
) {
    let mut profiles = None;
    let (exports, journals): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| {
        !named_as_journal(&source.name) && {
            let profiles = profiles.get_or_insert_with(|| books.profiles());
            named_as_export(&source.name) || import::recognizes(source, &profiles.0)
        }
    });
    let options = ledger::Options { dialect: flags.dialect, ..ledger::Options::default() };
    let mut read = transactions::Reading::default();
    for mut ledger in ledger::read_all(journals, &options, load) {
        match no_journal(&ledger) {
            Some(diagnostic) => books.diagnostics.push(diagnostic),
            None => books.diagnostics.extend(ledger.diagnostics.iter().cloned()),
        }
        transactions::events(&mut ledger, books, flags.only_events, &mut read);
        books.ledgers.push(ledger);
    }
    (books.journal.events, books.journal.questions) = read.finish();
    let Some((profiles, found)) = profiles.filter(|_| !exports.is_empty()) else { return };
    books.diagnostics.extend(found);
    let run = {
        let known = Known::new(&books.journal.events);
        let context = Context {
            profiles: &profiles,
            accounts: &books.journal.accounts,
            securities: &books.journal.securities,
            known: &known,
            otherwise,
            dates: &books.settings.date_forms,
            overrides: &books.journal.overrides,
            accepted: &[],
        };
        import::run(&exports, &context)
    };
    take(books, run);
    for export in exports {
        books.keep_text(export);
    }
}

/// One problem in place of many, for a file in which nothing at all reads as a journal.
fn no_journal(ledger: &Ledger) -> Option<Diagnostic> {
    let said = ledger.transactions.len() + ledger.declared.len() + ledger.prices.len();
    let (first, more) = ledger.diagnostics.split_first()?;
    if said > 0 || more.is_empty() || ledger.sources.len() != 1 {
        return None;
    }
    let name = &ledger.sources[0].name;
    let message = format!("`{name}` is neither a journal nor an export that a profile knows");
    let diagnostic = Diagnostic::error("no-journal", message);
    let diagnostic = first.places.iter().take(1).cloned().fold(diagnostic, Diagnostic::at);
    Some(diagnostic.help("the formats of exports that are known: rentier profile list"))
}

/// The events of exports that are read as they lie, and what is wrong with them.
fn take(books: &mut Books, mut run: import::Run) {
    for file in &run.files {
        for id in &file.accounts {
            if !books.journal.accounts.contains_key(id) {
                let mut account = Account::taxable(id.clone());
                account.profile = Some(file.profile.clone());
                books.journal.accounts.insert(id.clone(), account);
            }
        }
    }
    books.diagnostics.append(&mut run.diagnostics);
    for refused in &run.refused {
        let diagnostic = refused.diagnostic.clone().unwrap_or_else(|| {
            Diagnostic::error("refused-file", format!("{}: {}", refused.file, refused.reason))
                .at(Place::file(&refused.file))
                .help(refused.advice.clone())
        });
        books.diagnostics.push(diagnostic);
    }
    for asked in &run.asked {
        let message = format!("whose rows are these? `{}` does not say", asked.file);
        let help = format!(
            "write in rentier.toml, in the section of its account: match = [\"{}\"]",
            asked.matches
        );
        books.diagnostics.push(
            Diagnostic::error("unknown-account", message).at(Place::file(&asked.file)).help(help),
        );
    }
    let events = run.take_events();
    books.journal.events.extend(events);
    books.journal.events.sort_by_cached_key(Event::order);
}

/// Whether a file goes by the name of a journal: then nobody looks whether it is an export.
fn named_as_journal(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| {
        matches!(&*ending, "journal" | "hledger" | "ledger" | "ldg" | "j" | "beancount" | "bean")
    })
}

/// Whether a file goes by the name of an export, though no profile knows it: then the import says why
/// it is refused, which helps more than a journal's errors.
fn named_as_export(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| {
        matches!(
            &*ending,
            "csv" | "tsv" | "ofx" | "qfx" | "qif" | "xml" | "xls" | "xlsx" | "json" | "pdf"
        )
    })
}

fn missing(path: &Name, why: &str) -> Diagnostic {
    Diagnostic::error("no-source", format!("`{path}` of `sources`: {why}"))
        .at(Place::file("rentier.toml"))
        .help("name the files the books begin from: sources = [\"main.journal\"]")
}

/// Accounts of events that the settings do not have, in the order of the events.
fn unknown_accounts(books: &Books) -> IndexSet<Name> {
    let names = stretches(&books.journal.events, |_, events| {
        let mut seen = NameSet::default();
        let names = events.iter().map(|event| &event.account);
        names.filter(|name| seen.insert(name)).collect::<Vec<&Name>>()
    });
    let names = names.into_iter().flatten();
    names.filter(|name| !books.journal.accounts.contains_key(*name)).cloned().collect()
}

/// An id to paste for an account that a journal calls `Assets:Schwab`.
fn suggested(ledger: &str) -> String {
    let last = ledger.rsplit(':').next().unwrap_or(ledger).to_lowercase();
    last.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

impl Books {
    /// What the settings and the flags say, into the journal.
    fn take_settings(&mut self, flags: &Flags) {
        if let Some(regime) = &flags.regime {
            self.settings.regime = regime.clone();
            self.settings.regime_place = None;
        }
        if let Some(filing) = &flags.filing {
            self.settings.filing = filing.clone();
        }
        self.journal.accounts = self.settings.accounts.clone();
        self.journal.owners = self.settings.owners.clone();
        self.journal.overrides = self.settings.overrides.clone();
        self.journal.choices = self.settings.choices.clone();
        self.journal.carry = self.settings.carry.clone();
    }

    fn take_facts(&mut self, stated: Stated) {
        self.journal.securities = stated.securities;
        self.journal.properties = stated.properties;
        self.payer_figures = stated.payer_figures;
    }

    fn keep_text(&mut self, source: Source) {
        self.sources.insert(source.name.clone(), Arc::new(source));
    }

    /// What is left to check once everything is read.
    fn finish(&mut self) {
        import::retell(&mut self.journal.events);
        for ledger in &mut self.ledgers {
            for source in &ledger.sources {
                self.sources.entry(source.name.clone()).or_insert_with(|| source.clone());
            }
        }
        self.journal.prices.sort_by_key(|(day, ..)| *day);
        let decided = self.journal.overrides.iter().map(|decision| ("override", &decision.event));
        let chosen = self.journal.choices.iter().map(|choice| ("choose", &choice.event));
        let mut lost: Vec<_> = decided.chain(chosen).collect();
        if !lost.is_empty() {
            let ids: HashSet<_> = self.journal.events.iter().map(|event| &event.id).collect();
            lost.retain(|(_, id)| !ids.contains(id));
        }
        let lost = lost.into_iter().map(|(key, id)| {
            Diagnostic::warning(
                "no-such-event",
                format!("`{key}` names the event `{id}`, which is not in these books"),
            )
            .at(Place::file("rentier.toml"))
            .help("look it up: rentier events")
        });
        let lost: Vec<Diagnostic> = lost.collect();
        self.diagnostics.extend(lost);
        self.count_problems();
    }

    /// Tells the journal how many errors its sources had; again where more were found since.
    pub fn count_problems(&mut self) {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        self.journal.problems = errors.count();
    }

    /// Where an event was read, with its line where the text is at hand.
    fn place_of(&self, event: &Event) -> Place {
        let file = &event.origin.file;
        match self.sources.get(file) {
            Some(source) if event.origin.line > 0 => source.place_of_line(event.origin.line),
            _ => Place { line: event.origin.line, ..Place::file(file) },
        }
    }
}
