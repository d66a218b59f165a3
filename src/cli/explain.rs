//! `rentier explain`: from a figure, an event or a row down to the line it was read on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::args::ExplainArgs;
use super::judged::Read;
use super::open::{self, Opened};
use super::present::{Present, present};
use super::{Error, Exit, World};
use crate::books::Books;
use crate::event::{Event, EventId};
use crate::import;
use crate::period::{self, TaxYear};
use crate::regime::Regime;
use crate::render::{self, Screen};
use crate::report::explain::{self, Explainer, Explanation};
use crate::report::table::Table;
use crate::source::Source;

/// What is asked for.
enum What<'w> {
    Figure(TaxYear, &'w str, Option<&'w str>),
    Row(&'w str, u32),
    Event(&'w str),
}

/// Runs it.
pub fn run(args: &ExplainArgs, world: &mut World) -> Result<Exit, Error> {
    let what = what(&args.words)?;
    let mut files = args.reading.files.clone();
    let mut root = None;
    if files.is_empty() {
        root = open::find(world)?;
        // Without books, the file whose row is asked for is all there is.
        if let (What::Row(file, _), None) = (&what, &root) {
            files.push(file.into());
        }
    }
    // What a lot was sold for later may belong to an explanation; figures of other years do not.
    let years = |books: &Books, regime: &Regime| {
        let of = |wanted: &dyn Fn(&Event) -> bool| {
            let events = books.journal.events.iter().filter(|event| wanted(event));
            let years: Vec<TaxYear> = events.map(|event| regime.year.year_of(event.date)).collect();
            (!years.is_empty()).then_some(years)
        };
        match &what {
            What::Figure(year, ..) => Some(vec![*year]),
            What::Event(id) => {
                let Ok(id) = id.parse::<EventId>();
                of(&|event| event.id == id)
            }
            What::Row(file, line) => of(&|event| explain::stands_on(event, file, *line)),
        }
    };
    // Nor do lots that were sold long before a figure: days of holding go back less than two years.
    let since = match what {
        What::Figure(year, ..) => Some(TaxYear(year.0.saturating_sub(2))),
        What::Event(_) | What::Row(..) => None,
    };
    let Opened { books, regime, judged } =
        open::judged_in(&files, years, since, &args.reading, world)?;
    let read = Read { books, regime, judged, years: Vec::new() };
    let root = root.unwrap_or_else(|| world.folder.clone());
    let encoding = world.encoding;
    let loaded: RefCell<HashMap<String, Option<Arc<Source>>>> = RefCell::default();
    // Kept statements are no part of what is read; the one that is quoted is fetched when needed.
    let texts = |name: &str| -> Option<Arc<Source>> {
        if let Some(source) = read.books.sources.get(name) {
            return Some(Arc::clone(source));
        }
        let mut loaded = loaded.borrow_mut();
        let keep = read.books.settings.keep.as_deref().unwrap_or("statements");
        let fetch = || {
            let kept = || open::named(&root, &format!("{keep}/{name}"), encoding);
            let found = open::named(&root, name, encoding).or_else(kept);
            found.map(|file| Arc::new(import::meant(file, || read.books.profiles().0)))
        };
        loaded.entry(name.to_owned()).or_insert_with(fetch).clone()
    };
    let journals = read.books.sources.keys().filter(|name| !name.ends_with(".toml")).cloned();
    let mut explainer = Explainer::new(
        &read.books.journal,
        &read.judged,
        &read.regime,
        &read.books.settings.filing,
        &texts,
        journals.collect(),
    );
    explainer.all = args.all;
    let found = match what {
        What::Figure(year, category, of) => vec![figure(&explainer, year, category, of)?],
        What::Event(id) => {
            let Ok(event) = id.parse();
            let found = explainer.event(&event);
            vec![found.ok_or_else(|| {
                Error::new(format!("no event `{id}`"))
                    .help("list them: rentier events\nor name a figure: rentier explain 2024 dividend.ordinary")
            })?]
        }
        What::Row(file, line) => rows(&explainer, &read, file, line, world)?,
    };
    present(&Explanations(found), &args.output, world)?;
    read.ended(false, world)
}

fn what(words: &[String]) -> Result<What<'_>, Error> {
    let year = |word: &str| period::years(word).and_then(|years| years.first().copied());
    match words {
        [only] if year(only).is_none() => {
            let row =
                only.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
            Ok(row.map_or(What::Event(only), |(file, line)| What::Row(file, line)))
        }
        [first, rest @ ..] if rest.len() <= 2 => {
            let year = year(first).ok_or_else(|| usage(first))?;
            let category = rest.first().map_or("", |word| &**word);
            Ok(What::Figure(year, category, rest.get(1).map(|word| &**word)))
        }
        _ => Err(usage(words.last().map_or("", |word| word))),
    }
}

fn usage(word: &str) -> Error {
    Error::new(format!(
        "expected YEAR CATEGORY [PAYER], an event's id or FILE:LINE, found `{word}`"
    ))
    .help("rentier explain 2024 dividend.ordinary\nrentier explain schwab-2024.csv:57")
}

fn figure(
    explainer: &Explainer,
    year: TaxYear,
    category: &str,
    of: Option<&str>,
) -> Result<Explanation, Error> {
    let label = explainer.regime.year.label(year);
    explainer.figure(year, category, of).map_err(|known| {
        let known: Vec<&str> = known.iter().map(|name| &**name).collect();
        match of {
            Some(of) if !known.is_empty() => Error::unknown("payer", of, known),
            Some(of) => Error::new(format!("no `{of}` in {category} of {label}")),
            None if known.is_empty() => Error::new(format!("nothing is recorded in {label}")),
            None => Error::unknown("category", category, known)
                .note(format!("those are the lines of {label}: rentier income {label}")),
        }
    })
}

/// What became of a row: its events, or why it is none.
fn rows(
    explainer: &Explainer,
    read: &Read,
    file: &str,
    line: u32,
    world: &World,
) -> Result<Vec<Explanation>, Error> {
    let found = explainer.on_line(file, line);
    if !found.is_empty() {
        return Ok(found);
    }
    let given = || {
        let file = world.read(Path::new(file)).ok()?;
        Some(Arc::new(import::meant(file, || read.books.profiles().0)))
    };
    let source = (explainer.texts)(file).or_else(given);
    let Some(source) = source else {
        let near = read.books.sources.keys().map(|name| &**name);
        return Err(Error::unknown("file", file, near));
    };
    super::unread::row(explainer, read, &source, line).map(|explanation| vec![explanation])
}

/// Several explanations, one after the other.
struct Explanations(Vec<Explanation>);

impl Present for Explanations {
    fn table(&self) -> Table {
        self.records()
    }
    fn records(&self) -> Table {
        let mut tables = self.0.iter().map(Explanation::records);
        let mut first = tables.next().unwrap_or_default();
        first.rows.extend(tables.flat_map(|table| table.rows));
        first
    }
    fn json(&self) -> Value {
        match &*self.0 {
            [only] => only.json(),
            several => several.iter().map(Explanation::json).collect(),
        }
    }
    fn text(&self, screen: Screen) -> String {
        let shown: Vec<String> = self.0.iter().map(|one| render::tree(one, screen)).collect();
        shown.join("\n")
    }
}
