//! Importing twice is a no-op: however the rows of an account are sliced between days, overlapped,
//! shuffled, repeated or named, the events are the same.

use indexmap::IndexMap;
use proptest::prelude::*;
use rentier::diagnostic::Diagnostic;
use rentier::event::{Account, Event, Relation, Securities};
use rentier::import::{self, Context, Covered, Known, Otherwise, Profile, Run};
use rentier::source::{Name, Source};

const HEADER: &str = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"";

/// What happened on one day, as rows of a Schwab export.
fn happening(kind: u8, units: u32, day: &str) -> Vec<String> {
    let row = |text: String| format!("\"{day}\",{text}");
    let buy = |units: u32| {
        row(format!(
            "\"Buy\",\"VTI\",\"VANGUARD TOTAL\",\"{units}\",\"$10.00\",\"\",\"-${units}0.00\""
        ))
    };
    match kind {
        0 => vec![buy(units)],
        // Two fills that are equal in every cell are two events.
        1 => vec![buy(units), buy(units)],
        2 => vec![row(format!(
            "\"Sell\",\"VTI\",\"VANGUARD TOTAL\",\"{units}\",\"$12.00\",\"$0.01\",\"${}.99\"",
            units * 12 - 1
        ))],
        3 => vec![
            row(format!("\"Reinvest Dividend\",\"BND\",\"VANGUARD BOND\",\"\",\"\",\"\",\"${units}.00\"")),
            row(format!("\"Reinvest Shares\",\"BND\",\"VANGUARD BOND\",\"{units}\",\"$1.00\",\"\",\"-${units}.00\"")),
        ],
        4 => vec![
            row(format!("\"Credit Interest\",\"\",\"SCHWAB1 INT\",\"\",\"\",\"\",\"${units}.00\"")),
            row("\"NRA Tax Adj\",\"\",\"SCHWAB1 INT\",\"\",\"\",\"\",\"-$0.75\"".to_owned()),
        ],
        5 => vec![
            row(format!("\"Stock Merger\",\"NEW{units}\",\"NEW CORP\",\"{units}\",\"\",\"\",\"\"")),
            row("\"Stock Merger\",\"98999X102\",\"OLD CORP XXXMANDATORY MERGER\",\"-100\",\"\",\"\",\"\"".to_owned()),
        ],
        6 => vec![
            row("\"Cash Merger\",\"XYZ\",\"XYZ CORP\",\"\",\"\",\"\",\"$1000.00\"".to_owned()),
            row(format!("\"Cash Merger Adj\",\"XYZ\",\"XYZ CORP\",\"-{units}\",\"\",\"\",\"\"")),
        ],
        _ => vec![row(format!("\"Securities Lending Reb\",\"VTI\",\"VANGUARD TO\",\"\",\"\",\"\",\"${units}.40\""))],
    }
}

/// Days of an account, oldest first, each with its rows.
fn days() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec((0u8..8, 1u32..5), 1..4), 2..9).prop_map(|days| {
        let day = |at: usize| format!("{:02}/{:02}/2024", 1 + at / 28, 1 + at % 28);
        days.into_iter()
            .enumerate()
            .map(|(at, happenings)| {
                // One merger of a sort a day: nothing tells the legs of two apart.
                let mut seen = Vec::new();
                let rows = happenings.into_iter().filter(|(kind, _)| {
                    let first = !seen.contains(kind);
                    seen.push(*kind);
                    first || *kind < 5
                });
                rows.flat_map(|(kind, units)| happening(kind, units, &day(at))).collect()
            })
            .collect()
    })
}

/// An export of these days, newest first.
fn export(name: &str, days: &[Vec<String>]) -> Source {
    let rows: Vec<&str> = days.iter().rev().flatten().map(String::as_str).collect();
    Source::new(name, format!("{HEADER}\n{}\n", rows.join("\n")))
}

/// Read once for all cases.
static SHIPPED: std::sync::OnceLock<Vec<Profile>> = std::sync::OnceLock::new();

struct Books {
    accounts: IndexMap<Name, Account>,
    profiles: Vec<Profile>,
}

impl Books {
    fn new() -> Books {
        let mut account = Account::taxable("schwab".into());
        account.profile = Some("schwab".into());
        Books {
            accounts: IndexMap::from([(account.id.clone(), account)]),
            profiles: SHIPPED.get_or_init(import::profile::shipped).clone(),
        }
    }

    fn import(&self, files: &[Source], known: &Known) -> Run {
        let context = Context {
            profiles: &self.profiles,
            accounts: &self.accounts,
            securities: &Securities::default(),
            known,
            otherwise: Otherwise::Ask,
            dates: &IndexMap::new(),
            overrides: &[],
            accepted: &[],
        };
        let run = import::run(files, &context);
        assert!(
            run.refused.is_empty() && run.asked.is_empty(),
            "{:?} {:?}",
            run.refused,
            run.asked
        );
        assert!(run.files.iter().all(|file| file.rows.add_up()));
        run
    }
}

/// What events say, without the line they were read from.
fn said(events: &[Event]) -> Vec<String> {
    let mut said: Vec<String> = events
        .iter()
        .map(|event| {
            let mut json = serde_json::to_value(event).expect("an event is JSON");
            json.as_object_mut().expect("an object").remove("source");
            json.to_string()
        })
        .collect();
    said.sort();
    said
}

fn events(mut run: Run) -> Vec<Event> {
    run.take_events()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn slices_and_overlaps_of_one_run_give_the_same_events(
        days in days(),
        cuts in prop::collection::vec((0usize..8, 0usize..8), 1..4),
        swap: bool,
    ) {
        let books = Books::new();
        let whole = export("all.csv", &days);
        let expected = said(&events(books.import(std::slice::from_ref(&whole), &Known::default())));
        // The whole in two halves that overlap, and any further stretches, some of them twice.
        let middle = days.len() / 2;
        let mut files = vec![export("a.csv", &days[..=middle]), export("b.csv", &days[middle..])];
        for (at, (from, to)) in cuts.iter().enumerate() {
            let (from, to) = (from.min(to) % days.len(), (from.max(to) % days.len()) + 1);
            if from < to {
                files.push(export(&format!("c{at}.csv"), &days[from..to]));
            }
        }
        if swap {
            files.reverse();
        }
        prop_assert_eq!(said(&events(books.import(&files, &Known::default()))), expected);
    }

    #[test]
    fn the_order_of_rows_within_an_export_does_not_count(days in days(), seed: u64) {
        let books = Books::new();
        let expected =
            said(&events(books.import(&[export("all.csv", &days)], &Known::default())));
        let mut rows: Vec<String> = days.into_iter().flatten().collect();
        let mut state = seed | 1;
        for at in (1..rows.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            rows.swap(at, usize::try_from(state >> 33).expect("31 bits") % (at + 1));
        }
        let shuffled = export("all.csv", &[rows]);
        prop_assert_eq!(said(&events(books.import(&[shuffled], &Known::default()))), expected);
    }

    #[test]
    fn run_after_run_gives_what_one_run_gives(days in days(), backwards: bool) {
        let books = Books::new();
        let expected =
            said(&events(books.import(&[export("all.csv", &days)], &Known::default())));
        let mut slices: Vec<Source> = (0..days.len())
            .map(|at| export(&format!("{at}.csv"), &days[at..(at + 2).min(days.len())]))
            .collect();
        if backwards {
            slices.reverse();
        }
        let mut journal: Vec<Event> = Vec::new();
        for slice in &slices {
            let run = books.import(std::slice::from_ref(slice), &Known::new(&journal));
            journal.extend(events(run));
        }
        prop_assert_eq!(said(&journal), expected);
        // And again: nothing is new, what nothing understood still waits.
        let again = books.import(&slices, &Known::new(&journal));
        for file in &again.files {
            prop_assert_eq!(file.rows.new, 0);
            prop_assert_eq!(file.rows.read, file.rows.known + file.rows.unresolved);
            prop_assert!(file.events.is_empty());
        }
    }

    #[test]
    fn one_run_s_lines_do_not_hang_on_names_or_order(days in days()) {
        let books = Books::new();
        let middle = days.len() / 2;
        let one = [export("a.csv", &days[..=middle]), export("b.csv", &days[middle..])];
        let other = [export("y.csv", &days[middle..]), export("z.csv", &days[..=middle])];
        let lines = |files: &[Source], names: [&str; 2]| -> Vec<String> {
            let run = books.import(files, &Known::default());
            let mut lines: Vec<String> = run.files.iter().flat_map(|file| &file.events).map(|event| {
                let rank = names.iter().position(|name| event.origin.file == *name);
                format!("{} {rank:?} {}", event.id, event.origin.line)
            }).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(lines(&one, ["a.csv", "b.csv"]), lines(&other, ["z.csv", "y.csv"]));
    }
}

fn day(rows: &[&str]) -> Vec<String> {
    rows.iter().map(|row| (*row).to_owned()).collect()
}

#[test]
fn a_cancelled_trade_is_found_in_the_books() {
    let books = Books::new();
    let buy = day(&[
        "\"06/03/2024\",\"Buy\",\"VTI\",\"VANGUARD TOTAL\",\"10\",\"$262.50\",\"$1.00\",\"-$2626.00\"",
    ]);
    let cancel = day(&[
        "\"06/04/2024\",\"Cancel Buy\",\"VTI\",\"VANGUARD TOTAL\",\"10\",\"$262.50\",\"$1.00\",\"$2626.00\"",
    ]);
    let both =
        events(books.import(&[export("a.csv", &[buy.clone(), cancel.clone()])], &Known::default()));
    assert_eq!(both[1].linked(Relation::Reverses), Some(&both[0].id));
    assert_eq!(both[0].quantity() + both[1].quantity(), 0.into());
    assert_eq!(both[0].fees + both[1].fees, 0.into());

    // Apart, the cancellation waits until its trade is known.
    let alone = books.import(&[export("b.csv", std::slice::from_ref(&cancel))], &Known::default());
    assert_eq!(alone.files[0].rows.unresolved, 1);
    assert_eq!(alone.diagnostics[0].code, "nothing-to-reverse");
    let first = events(books.import(&[export("a.csv", &[buy])], &Known::default()));
    let mut journal = first.clone();
    journal.extend(events(alone));
    let now = books.import(&[export("b.csv", &[cancel])], &Known::new(&journal));
    assert_eq!(now.files[0].rows.new, 1);
    assert_eq!(now.files[0].events[0].linked(Relation::Reverses), Some(&first[0].id));
}

#[test]
fn half_a_pair_of_an_earlier_download_is_replaced_by_the_whole() {
    let books = Books::new();
    let leg = "\"03/25/2024\",\"Stock Merger\",\"NEW\",\"NEW CORP\",\"50\",\"\",\"\",\"\"";
    let other = "\"03/25/2024\",\"Stock Merger\",\"98999X102\",\"OLD CORP XXXMANDATORY MERGER\",\"-100\",\"\",\"\",\"\"";
    let half = export("half.csv", &[day(&[leg])]);
    let whole = export("whole.csv", &[day(&[leg, other])]);
    let first = books.import(std::slice::from_ref(&half), &Known::default());
    assert_eq!(first.files[0].rows.unresolved, 1);
    let journal = events(first);
    let second = books.import(std::slice::from_ref(&whole), &Known::new(&journal));
    assert_eq!(second.files[0].rows.new, 2);
    assert_eq!(second.superseded, [journal[0].id.clone()]);
    // In one run the half is simply known.
    let together = books.import(&[half, whole], &Known::default());
    assert_eq!((together.files[0].rows.known, together.files[1].rows.new), (1, 2));
    assert_eq!(events(together).len(), 1);
}

#[test]
fn a_row_that_is_understood_later_keeps_its_id() {
    let mut books = Books::new();
    let file = export("a.csv", &[happening(7, 3, "03/27/2024")]);
    let journal = events(books.import(std::slice::from_ref(&file), &Known::default()));
    assert_eq!(journal[0].kind.name(), "unknown");
    let taught = Source::new(
        "profiles/schwab.toml",
        "[[action]]\nis = \"Securities Lending Reb\"\nevent = \"payment-in-lieu\"\n",
    );
    let (own, found) = import::profile::read(&taught);
    assert_eq!(found, [] as [Diagnostic; 0]);
    books.profiles = import::profile::merge(books.profiles, vec![own]);
    let run = books.import(std::slice::from_ref(&file), &Known::new(&journal));
    assert_eq!(run.files[0].rows.new, 1);
    assert_eq!(run.files[0].events[0].id, journal[0].id);
    assert_eq!(run.files[0].events[0].kind.name(), "payment-in-lieu");
}

const BANK: &str = "name = \"mybank\"
needs = [\"date\", \"action\", \"amount\", \"id\"]
[columns]
date = \"Day\"
action = \"What\"
amount = \"Cash\"
id = \"Ref\"
[dates]
form = \"yyyy-mm-dd\"
[[action]]
is = \"Interest\"
event = \"interest\"
";

fn bank(books: &mut Books) {
    let (own, found) = import::profile::read(&Source::new("profiles/mybank.toml", BANK));
    assert_eq!(found, [] as [Diagnostic; 0]);
    books.profiles = import::profile::merge(std::mem::take(&mut books.profiles), vec![own]);
    let mut account = Account::taxable("bank".into());
    account.profile = Some("mybank".into());
    books.accounts.insert(account.id.clone(), account);
}

#[test]
fn a_changed_row_of_a_known_broker_id_is_reported_and_accepted_once() {
    let mut books = Books::new();
    bank(&mut books);
    let file = |cash: &str| {
        Source::new("a.csv", format!("Day,What,Cash,Ref\n2024-12-24,Interest,{cash},77\n"))
    };
    let mut journal = events(books.import(&[file("48.20")], &Known::default()));
    let run = books.import(&[file("47.95")], &Known::new(&journal));
    assert_eq!((run.files[0].rows.changed, run.files[0].events.len()), (1, 0));
    let change = &run.changed[0];
    assert_eq!((&*change.broker_id, &change.was.id), ("77", &journal[0].id));
    assert_eq!(change.now.linked(Relation::Replaces), Some(&journal[0].id));
    // The same content again is known, in whatever dress.
    let same = books.import(&[file("$48.2")], &Known::new(&journal));
    assert_eq!(same.files[0].rows.known, 1);

    let accepted = [journal[0].id.clone()];
    let known = Known::new(&journal);
    let context = Context {
        profiles: &books.profiles,
        accounts: &books.accounts,
        securities: &Securities::default(),
        known: &known,
        otherwise: Otherwise::Ask,
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &accepted,
    };
    let correction = events(import::run(&[file("47.95")], &context));
    assert_eq!(correction.len(), 1);
    journal.extend(correction);
    let after = books.import(&[file("47.95")], &Known::new(&journal));
    assert_eq!((after.files[0].rows.known, after.changed.len()), (1, 0));
}

#[test]
fn days_that_another_profile_has_covered_are_refused() {
    let mut books = Books::new();
    bank(&mut books);
    let mut known = Known::default();
    known.covered.push(Covered {
        account: "bank".into(),
        profile: "ofx".into(),
        first: rentier::period::iso("2024-12-01").expect("a day"),
        last: rentier::period::iso("2024-12-31").expect("a day"),
    });
    let context = Context {
        profiles: &books.profiles,
        accounts: &books.accounts,
        securities: &Securities::default(),
        known: &known,
        otherwise: Otherwise::Ask,
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    let file = Source::new(
        "a.csv",
        "Day,What,Cash,Ref\n2024-12-24,Interest,1,77\n2025-01-24,Interest,1,78\n",
    );
    let run = import::run(&[file], &context);
    assert!(run.files.is_empty());
    assert_eq!(
        run.refused[0].reason,
        "exports of `ofx` cover 2024-12-24 to 2024-12-31 of `bank` already"
    );
}
