//! Other people's exports, cut in two between days: the halves, overlapping by nothing, by a day or by all
//! of it, in either order, in one run or one after the other, give the events of the whole.

#[path = "support/left_out.rs"]
mod left_out;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use rentier::event::{Event, Securities};
use rentier::import::{self, Context, Known, Otherwise, Profile, Run};
use rentier::period::NaiveDate;
use rentier::source::{Name, Source};

fn run(files: &[Source], known: &Known, profiles: &[Profile]) -> Run {
    let context = Context {
        profiles,
        accounts: &IndexMap::new(),
        securities: &Securities::default(),
        known,
        otherwise: Otherwise::Profile,
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    import::run(files, &context)
}

/// What events say, without the place they were read from.
fn said(events: &[Event]) -> BTreeSet<String> {
    let one = |event: &Event| {
        let mut json = serde_json::to_value(event).expect("an event is JSON");
        json.as_object_mut().expect("an object").remove("source");
        json.to_string()
    };
    events.iter().map(one).collect()
}

/// The lines of a text and on which day each record of it happened, where its rows are single lines and
/// its events lie on more than one day.
struct Sliced<'t> {
    lines: Vec<&'t str>,
    days: BTreeMap<usize, NaiveDate>,
}

impl<'t> Sliced<'t> {
    fn new(text: &'t str, events: &[Event]) -> Option<Sliced<'t>> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // Markup has no rows, and a record of several lines cannot be taken out by its first one.
        let markup = ["<", "{", "[", "OFXHEADER"];
        if markup.iter().any(|start| text.trim_start().starts_with(start)) {
            return None;
        }
        if lines.iter().any(|line| line.matches('"').count() % 2 != 0) || text.contains("\r\r") {
            return None;
        }
        let mut days = BTreeMap::new();
        for event in events {
            let posted = event.further.dates.posted;
            for line in std::iter::once(event.origin.line).chain(event.origin.also()) {
                days.insert(line as usize - 1, posted.unwrap_or(event.date));
            }
        }
        // A row without its first cell goes on with the row above it.
        for (at, line) in lines.iter().enumerate().skip(1) {
            let goes_on = line.starts_with([',', ';']) || line.starts_with("\"\",");
            if let (true, None, Some(day)) = (goes_on, days.get(&at), days.get(&(at - 1)).copied())
            {
                days.insert(at, day);
            }
        }
        let distinct: BTreeSet<NaiveDate> = days.values().copied().collect();
        (distinct.len() > 1 && days.len() < lines.len()).then_some(Sliced { lines, days })
    }

    /// The file with only the rows of some days, and all that is no event.
    fn part(&self, name: &str, wanted: impl Fn(NaiveDate) -> bool) -> Source {
        let keep = |at: &usize| self.days.get(at).is_none_or(|day| wanted(*day));
        let kept = (0..self.lines.len()).filter(keep).map(|at| self.lines[at]);
        Source::new(name, kept.collect::<String>())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the corpus");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn halves_of_an_export_give_the_whole() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/brokers");
    if !corpus.is_dir() {
        left_out::left_out("no ../shared/corpus/brokers beside this checkout");
        return;
    }
    let profiles = import::profile::shipped();
    let nothing = Known::default();
    let mut cut = 0;
    let mut wrong = Vec::new();
    for path in files(&corpus).iter().filter(|path| path.is_dir()).flat_map(|path| files(path)) {
        let name = path.strip_prefix(&corpus).expect("below the corpus").display().to_string();
        let source = Source::decode(Name::new("whole.csv"), fs::read(&path).expect("a file"));
        let whole = run(std::slice::from_ref(&source), &nothing, &profiles).take_events();
        let Some(sliced) = Sliced::new(&source.text, &whole) else { continue };
        let expected = said(&whole);
        let days: Vec<NaiveDate> =
            sliced.days.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let middle = days[days.len() / 2];
        cut += 1;
        let early = sliced.part("a.csv", |day| day < middle);
        let through = sliced.part("b.csv", |day| day <= middle);
        let late = sliced.part("c.csv", |day| day >= middle);
        for (how, halves) in [
            ("apart", [&early, &late]),
            ("with a day in common", [&through, &late]),
            ("one within the other", [&source, &late]),
            ("later first", [&late, &early]),
        ] {
            let together: Vec<Source> = halves.iter().map(|half| (*half).clone()).collect();
            if said(&run(&together, &nothing, &profiles).take_events()) != expected {
                wrong.push(format!("{name}: {how}, in one run"));
            }
            let mut journal: Vec<Event> = Vec::new();
            for half in &together {
                let new = run(std::slice::from_ref(half), &Known::new(&journal), &profiles);
                let superseded = new.superseded.clone();
                let mut new = new;
                journal.retain(|event| !superseded.contains(&event.id));
                journal.extend(new.take_events());
            }
            // As the books do, once all of an account is there.
            import::retell(&mut journal);
            if said(&journal) != expected {
                wrong.push(format!("{name}: {how}, one after the other"));
            }
        }
    }
    assert!(cut > 10, "{cut} files could be cut");
    assert!(wrong.is_empty(), "of {cut} files:\n{}", wrong.join("\n"));
}
