//! Every action of a shipped profile wins its own example, and wherever a text is cut its rows are the same.

use std::sync::LazyLock;

use indexmap::IndexMap;
use proptest::prelude::*;

use super::*;
use crate::event::{Account, Securities};
use crate::import::open::Opener;
use crate::import::profile::{Profile, shipped};
use crate::import::recognise::{self, Kinds, Layout};
use crate::import::{Aliases, Context, Known, Otherwise};
use crate::period::DateForm;
use crate::source::Source;

/// All rows of a file, as they are read.
struct Rows(Vec<Row>);

impl Takes for Rows {
    fn take(&mut self, row: &mut Row, _: &Section) {
        self.0.push(row.clone());
    }

    fn append(&mut self, below: Rows, holders: &[usize]) {
        self.0.extend(below.0.into_iter().map(|row| Row { holder: holders[row.holder], ..row }));
    }
}

/// Whether the only row of `source` is the action of this number, and becomes what that says.
fn wins(source: &Source, context: &Context, words: &Words, number: usize) -> Result<(), String> {
    let aliases = Aliases::new(context.securities);
    let Ok(export) = Opener::new(context, &aliases).open(source) else {
        return Err("not read".to_owned());
    };
    let document = &export.document;
    let rows =
        row::read(source, &document.layout, Reading::new(&aliases), &[], &|_| Rows(Vec::new()));
    let rows = rows.map_err(|ambiguous| ambiguous.text)?.rows.0;
    let [row] = &rows[..] else { return Err(format!("{} rows", rows.len())) };
    let actions = &document.layout.profile.actions;
    let candidates = words.candidates(&row.words);
    let found = action_of(&document.making(row), actions, &candidates, row);
    if found != Some(number) {
        return Err(format!("it is action {found:?}, not {number}"));
    }
    let outcome = &actions[number].outcome;
    let alone = matches!(outcome, Outcome::Make(rule) if rule.pair.is_some());
    match &export.traces[0].fate {
        Fate::Unresolved(reason) => {
            let reason = &export.reasons[*reason as usize];
            let expected = alone && reason.code == "unpaired" || reason.code == "missing-parent";
            if expected { Ok(()) } else { Err(reason.message.clone()) }
        }
        Fate::Ignored(_) if matches!(outcome, Outcome::Ignore(_)) => Ok(()),
        // One row has no position before it.
        Fate::Event { .. }
            if export.doubts.iter().all(|(_, doubt)| doubt.code == "no-position") =>
        {
            Ok(())
        }
        fate => Err(format!("{fate:?}: {:?}", export.doubts)),
    }
}

/// Records that files of Schwab and Fidelity are made of here, and what breaks such files.
const RECORDS: [&str; 14] = [
    "\"03/27/2024\",\"Qualified Dividend\",\"VTI\",\"VANGUARD TOTAL\",\"\",\"\",\"\",\"$91.05\"",
    "\"03/27/2024\",\"Buy\",\"VTI\",\"VANGUARD\nTOTAL\",\"10\",\"$240.00\",\"\",\"-$2,400.00\"",
    "\"03/26/2024 as of 03/25/2024\",\"Sell\",\"VTI\",\"A \"\"B\"\"\r\nC\",\"-1\",\"$1.00\",\"$0.07\",\"$0.93\"",
    "\"03/26/2024\",\"NRA Tax Adj\",\"VTI\",\"VANGUARD TOTAL\",\"\",\"\",\"\",\"-$9.10\"",
    "\"03/25/2024\",\"Stock Merger\",\"OLD\",\"OLD CO\",\"-10\",\"\",\"\",\"\"",
    "\"03/25/2024\",\"Stock Merger\",\"NEW\",\"NEW CO\",\"5\",\"\",\"\",\"\"",
    "\"03/24/2024\",\"Never Heard Of\",\"\",\"X\",\"\",\"\",\"\",\"$1.00\"",
    "\"03/24/2024\",\"Buy\",\"VTI\",\"does not tie\",\"10\",\"$240.00\",\"\",\"-$24.00\"",
    "\"03/15/2024\",\"Expired\",\"VTI 03/15/2024 100.00 C\",\"CALL\",\"1\",\"\",\"\",\"\"",
    "\"Transactions Total\",\"\",\"\",\"\",\"\",\"\",\"\",\"$5.00\"",
    "\"\",\"Buy\",\"VTI\",\"no day\",\"1\",\"\",\"\",\"$1.00\"",
    "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"",
    "\"03/23/2024\",\"Bank Interest\",\"\",\"never closed,\"\",\"\",\"\",\"$1.00\"",
    "a sentence that nobody knows",
];

/// All that was made of a file, read in pieces of so many bytes or without remembering words.
fn made(source: &Source, layout: &Layout, length: usize, remembers: bool) -> String {
    let (aliases, layout) = (Aliases::default(), layout.clone());
    let words = Words::new(&layout.profile.actions);
    // More than any file here names.
    let accounts = vec![Account::taxable("schwab".into()); 300];
    let document = Document { source, layout, aliases: &aliases, accounts };
    let form = Some(DateForm::DayMonthYear);
    let reading = Reading { form, length, remembers, ..Reading::new(&aliases) };
    let deciding = Deciding { words: &words, overrides: &[], known: false };
    let holder = row::Holder::default();
    let export = read(document, reading, &[holder], deciding).expect("one way to read days");
    let lines: Vec<u32> = export.sections.iter().map(|section| section.line).collect();
    let Export { traces, events, reasons, others, linked, .. } = &export;
    let Export { ended, awaiting, doubts, days, ends, steps, .. } = &export;
    let mut others: Vec<_> = others.iter().collect();
    others.sort();
    format!(
        "{traces:#?}{events:#?}{reasons:#?}{others:#?}{linked:?}{ended:?}{awaiting:?}{doubts:#?}{days:?}{ends:?}{steps:#?}{lines:?}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Wherever a text is cut, within quotes and records too, its rows are those of a text that
    /// is read from first to last.
    #[test]
    fn cuts_change_nothing(
        records in prop::collection::vec(0..RECORDS.len(), 1..24),
        length in 1usize..400,
    ) {
        static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(shipped);
        let rows: Vec<&str> = records.iter().map(|at| RECORDS[*at]).collect();
        let text = format!("{}\n{}\n", RECORDS[11], rows.join("\n"));
        let source = Source::new("schwab.csv", text);
        let layout = recognise::recognise(&source, &PROFILES, &Kinds::default());
        let layout = layout.expect("Schwab's");
        prop_assert_eq!(
            made(&source, &layout, length, true),
            made(&source, &layout, usize::MAX, true)
        );
    }
}

/// Rows of several accounts, cut at will, are of the same accounts in the same order.
#[test]
fn cuts_keep_rows_and_their_holders() {
    let header = "Run Date,Account,Account Number,Action,Symbol,Description,Type,Quantity,Price,\
                  Commission,Fees,Accrued Interest,Amount,Settlement Date";
    let row = |number: usize| {
        let (title, account) = [("Individual", "X1"), ("ROTH IRA", "2"), ("", "X3")][number % 3];
        format!(
            "12/{:02}/2024,\"{title}\",\"{account}\",\"DIVIDEND RECEIVED\",VTI,\"A\nB\",Cash,0,,,,,{number},",
            1 + number % 28
        )
    };
    let rows: Vec<String> = (0..40).map(row).collect();
    let source = Source::new("fidelity.csv", format!("{header}\n{}\n", rows.join("\n")));
    let profiles = shipped();
    let layout = recognise::recognise(&source, &profiles, &Kinds::default()).expect("Fidelity's");
    let aliases = Aliases::default();
    let read = |length| {
        let reading = Reading { length, ..Reading::new(&aliases) };
        let sheet = row::read(&source, &layout, reading, &[], &|_| Rows(Vec::new()));
        let sheet = sheet.expect("one way to read days");
        format!("{:?}{:?}", sheet.holders, sheet.rows.0)
    };
    let whole = read(usize::MAX);
    assert!(whole.contains("ROTH IRA"), "{whole}");
    for length in 1..200 {
        assert_eq!(read(length), whole, "{length}");
    }
}

/// Rows of every profile that repeat words, in other orders and with other cells left blank, are what they
/// are where each is read for itself.
#[test]
fn words_that_were_met_before_are_read_as_if_they_were_not() {
    let profiles = shipped();
    let mut files = 0;
    for table in profiles.iter().flat_map(|profile| &profile.tables) {
        let header = table.header.join(",");
        let owns = |profile: &&Profile| profile.tables.iter().any(|own| std::ptr::eq(own, table));
        let profile = profiles.iter().find(owns).expect("its own");
        let examples = profile.actions.iter().filter_map(|action| action.example.as_deref());
        let mut rows: Vec<String> = examples.map(str::to_owned).collect();
        // The same words with the cells of another row behind or before them.
        for at in 1..rows.len() {
            let (one, other) = (rows[at - 1].clone(), rows[at].clone());
            let cut = one.find(',').unwrap_or_default();
            rows.push(format!("{}{}", &one[..cut], &other[other.find(',').unwrap_or_default()..]));
            rows.push(one.replace('1', "2"));
        }
        rows.extend(rows.clone().into_iter().rev());
        let source = Source::new("EUR file.csv", format!("{header}\n{}\n", rows.join("\n")));
        let Ok(layout) = recognise::recognise(&source, &profiles, &Kinds::default()) else {
            continue;
        };
        let read = |remembers| made(&source, &layout, usize::MAX, remembers);
        assert_eq!(read(true), read(false), "{}", profile.name);
        files += 1;
    }
    assert!(files > 40, "{files} files");
}

#[test]
fn every_action_wins_its_own_example() {
    let (profiles, securities) = (shipped(), Securities::default());
    let (accounts, dates, known) = (IndexMap::new(), IndexMap::new(), Known::default());
    let context = Context {
        profiles: &profiles,
        accounts: &accounts,
        securities: &securities,
        known: &known,
        otherwise: Otherwise::Profile,
        dates: &dates,
        overrides: &[],
        accepted: &[],
    };
    for profile in profiles.iter().filter(|profile| profile.is_table()) {
        let words = Words::new(&profile.actions);
        for (number, action) in profile.actions.iter().enumerate() {
            let example = action.example.as_deref().expect("a shipped action has an example");
            let tables = profile.tables.iter().filter(|table| table.ignore.is_none());
            let tried: Vec<String> = tables
                .map(|table| {
                    let text = format!("{}\n{example}\n", table.header.join(","));
                    // Its name says what is read where the row cannot.
                    let source = Source::new("EUR example.csv", text);
                    wins(&source, &context, &words, number).err().unwrap_or_default()
                })
                .collect();
            assert!(tried.iter().any(String::is_empty), "{example}\n{}", tried.join("\n"));
        }
    }
}
