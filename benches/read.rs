//! What reading costs, beside the bare floor of the same text: run with `cargo bench`.
//!
//! Each group is one input at several sizes; the floor of a group is the least any program must do
//! with these bytes. Quote ratios within one run: absolute times are the machine's.

mod generate;
#[path = "generate/investor.rs"]
#[allow(dead_code)] // the race reads what is not read here
mod investor;
#[path = "generate/seed.rs"]
mod seed;

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use indexmap::IndexMap;

use rentier::books::plan::{Keep, There, plan};
use rentier::books::{self, Books, Flags};
use rentier::event::Securities;
use rentier::import::{self, Context, Known, Otherwise, Profile, Run};
use rentier::income::Detail;
use rentier::ledger;
use rentier::period::TaxYear;
use rentier::regime;
use rentier::report;
use rentier::source::Source;

const SIZES: &[u64] = &[1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

/// Plain-text journals.
#[divan::bench_group(sample_count = 10)]
mod journal {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn floor_lines(bencher: Bencher, transactions: u64) {
        let text = generate::journal(transactions);
        bencher
            .counter(BytesCount::of_str(&text))
            .bench(|| memchr::memchr_iter(b'\n', black_box(text.as_bytes())).count());
    }

    #[divan::bench(args = SIZES)]
    fn read_and_balance(bencher: Bencher, transactions: u64) {
        let text = generate::journal(transactions);
        bencher
            .counter(BytesCount::of_str(&text))
            .with_inputs(|| Source::new("large.journal", text.clone()))
            .bench_values(|source| {
                ledger::read(source, &ledger::Options::default(), &mut |_, _| Ok(Vec::new()))
            });
    }

    #[divan::bench(args = SIZES)]
    fn income(bencher: Bencher, transactions: u64) {
        let text = generate::journal(transactions);
        bench_income(bencher, "large.journal", &text);
    }

    /// An investor's books: lots, fees, losses that are bought back.
    #[divan::bench(args = SIZES)]
    fn income_of_books(bencher: Bencher, transactions: u64) {
        let text = investor::books(transactions).ledger;
        bench_income(bencher, "books.ledger", &text);
    }
}

/// Brokers' exports, up to one of some 75 megabytes.
#[divan::bench_group(sample_count = 10)]
mod export {
    use super::*;

    const SIZES: &[u64] = &[1_000, 10_000, 100_000, 900_000];

    #[divan::bench(args = SIZES)]
    fn floor_records(bencher: Bencher, rows: u64) {
        let text = generate::schwab(rows);
        bencher.counter(BytesCount::of_str(&text)).bench(|| {
            let mut reader = csv::Reader::from_reader(black_box(text.as_bytes()));
            let mut record = csv::ByteRecord::new();
            let mut bytes = 0;
            while reader.read_byte_record(&mut record).expect("what we made is a CSV") {
                bytes += record.as_slice().len();
            }
            bytes
        });
    }

    /// From the text to events in memory: each with its identity and what the broker claims of it, every
    /// row accounted for.
    #[divan::bench(args = SIZES)]
    fn events(bencher: Bencher, rows: u64) {
        let text = generate::schwab(rows);
        let profiles = import::profile::shipped();
        bencher
            .counter(BytesCount::of_str(&text))
            .with_inputs(|| [Source::new("schwab.csv", text.clone())])
            .bench_refs(|files| read(files, &profiles));
    }

    /// The same, and the journal of these events written and forced to the disk.
    #[divan::bench(args = SIZES)]
    fn journal_on_disk(bencher: Bencher, rows: u64) {
        let text = generate::schwab(rows);
        let profiles = import::profile::shipped();
        let (books, there, digests) = (Books::default(), There::default(), BTreeMap::new());
        let folder = tempfile::tempdir().expect("a folder of our own");
        bencher
            .counter(BytesCount::of_str(&text))
            .with_inputs(|| [Source::new("schwab.csv", text.clone())])
            .bench_refs(|files| {
                let mut run = read(files, &profiles);
                let plan = plan(&mut run, &digests, &books, &there, Keep::WhatBroughtEvents);
                for journal in &plan.journals {
                    let path = folder.path().join("schwab.journal");
                    let mut file = File::create(path).expect("the folder is ours");
                    journal.write(&books.journal.accounts, &mut file).expect("there is room");
                    file.sync_all().expect("there is a disk");
                }
            });
    }

    fn read(files: &[Source], profiles: &[Profile]) -> Run {
        let context = Context {
            profiles,
            accounts: &IndexMap::new(),
            securities: &Securities::default(),
            known: &Known::default(),
            otherwise: Otherwise::Profile,
            dates: &IndexMap::new(),
            overrides: &[],
            accepted: &[],
        };
        import::run(files, &context)
    }

    #[divan::bench(args = SIZES)]
    fn income(bencher: Bencher, rows: u64) {
        let text = generate::schwab(rows);
        bench_income(bencher, "schwab.csv", &text);
    }
}

/// From a text to the judged year: what `rentier income FILE` does but for reading and printing.
fn bench_income(bencher: Bencher, name: &str, text: &str) {
    let regime = regime::shipped("us").expect("the regime is shipped");
    bencher
        .counter(BytesCount::of_str(text))
        .with_inputs(|| Source::new(name, text.to_owned()))
        .bench_values(|source| {
            let books =
                books::of_files(vec![source], &Flags::default(), &mut |_, _| Ok(Vec::new()));
            let filing = report::Filing::default();
            let detail = Detail { years: Some(&[TaxYear(2023)]), lots: false };
            report::judge_for(&books.journal, &regime, &filing, detail)
        });
}
