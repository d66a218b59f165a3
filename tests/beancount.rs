//! Beancount: what is read, what it comes to, which lots are left, what is said of what is wrong.
//!
//! A case is a file in `fixtures/ledger/beancount` with what it must give beside it: `.balances.csv`,
//! `.lots.csv`, `.errors`. `UPDATE_GOLDEN=1` writes them.

#[path = "support/left_out.rs"]
mod left_out;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use proptest::prelude::*;
use rentier::ledger::{self, Ledger, Options};
use rentier::money::Decimal;
use rentier::render::diagnostics;
use rentier::source::{Name, Source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledger/beancount")
}

/// The cases, in the order of their names.
fn cases() -> Vec<PathBuf> {
    let files = fs::read_dir(folder()).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "beancount"));
    files.sort();
    files
}

fn source(path: &Path, name: &str) -> Source {
    Source::decode(name, fs::read(path).expect("a fixture"))
}

fn read(path: &Path) -> Ledger {
    let name = path.file_name().expect("a file").to_string_lossy();
    ledger::read(source(path, &name), &Options::default(), &mut include)
}

fn read_text(text: &str) -> Ledger {
    let nothing = &mut |_: &str, _: &Name| Err("there is no other text".to_owned());
    ledger::read(Source::new("text.beancount", text), &Options::default(), nothing)
}

/// What a command would do: paths are relative to the including file, patterns sorted.
fn include(path: &str, from: &Name) -> Result<Vec<Source>, String> {
    let folder = folder();
    let whole = folder.join(Path::new(&**from).parent().unwrap_or(Path::new(""))).join(path);
    let mut found: Vec<PathBuf> =
        glob::glob(&whole.to_string_lossy()).expect("a pattern").flatten().collect();
    found.sort();
    if found.is_empty() && !path.contains('*') {
        return Err("there is no such file".to_owned());
    }
    let sources = found.into_iter().map(|path| {
        let name = path.strip_prefix(&folder).expect("below the fixtures").to_string_lossy();
        source(&path, &name)
    });
    Ok(sources.collect())
}

fn plain(number: Option<Decimal>) -> String {
    number.map_or("too long".to_owned(), |number| number.normalize().to_string())
}

fn balances(ledger: &Ledger) -> String {
    let mut text = "account,commodity,quantity\n".to_owned();
    for row in ledger::balance(ledger, |_| true) {
        let quantity = plain(row.quantity);
        writeln!(text, "{},{},{quantity}", row.account, row.commodity).expect("a string");
    }
    text
}

fn lots(ledger: &Ledger) -> String {
    let mut text = "account,commodity,cost,cost_commodity,date,label,quantity\n".to_owned();
    for lot in ledger::lots(ledger) {
        let date = lot.date.map(|date| date.to_string()).unwrap_or_default();
        let (cost, quantity) = (plain(Some(lot.cost)), plain(lot.quantity));
        let (account, commodity, currency) = (lot.account, lot.commodity, lot.cost_commodity);
        writeln!(text, "{account},{commodity},{cost},{currency},{date},{},{quantity}", lot.label)
            .expect("a string");
    }
    text
}

/// What stands beside a case; one that comes to nothing has no such file.
fn golden(path: &Path, text: &str, nothing: &str, wrong: &mut Vec<String>) {
    if env::var_os("UPDATE_GOLDEN").is_some() {
        if text == nothing {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, text).expect("the fixtures can be written");
        }
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_else(|_| nothing.to_owned());
    if expected != text {
        wrong.push(format!("{}:\n{text}", path.display()));
    }
}

#[test]
fn every_case_comes_to_what_stands_beside_it() {
    let mut wrong = Vec::new();
    for path in cases() {
        let ledger = read(&path);
        let no_lots = lots(&Ledger::default());
        golden(&path.with_extension("balances.csv"), &balances(&ledger), "", &mut wrong);
        golden(&path.with_extension("lots.csv"), &lots(&ledger), &no_lots, &mut wrong);
        let told = diagnostics::all(&ledger.diagnostics, false);
        golden(&path.with_extension("errors"), &told, "", &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a posting counts for when its transaction is balanced: its cost, else its price, else itself.
fn weight(posting: ledger::Posting<'_>, ledger: &Ledger) -> (String, Decimal) {
    let number = posting.number();
    let of = |cost: ledger::Cost| {
        let commodity = ledger.commodity(cost.amount.commodity).to_string();
        let sign = if number.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
        let all = if cost.total { sign } else { number };
        (commodity, cost.amount.number * all)
    };
    posting
        .lot()
        .and_then(|lot| lot.cost)
        .or(posting.cost())
        .map_or_else(|| (posting.commodity().to_string(), number), of)
}

#[test]
fn what_is_accepted_balances() {
    for path in cases() {
        let ledger = read(&path);
        if ledger.diagnostics.iter().any(rentier::diagnostic::Diagnostic::is_error) {
            continue;
        }
        let mut lots_posted = std::collections::BTreeMap::<String, Decimal>::new();
        for transaction in ledger.transactions() {
            let mut sums = std::collections::BTreeMap::<String, Decimal>::new();
            for posting in transaction.postings() {
                let (commodity, weight) = weight(posting, &ledger);
                *sums.entry(commodity).or_default() += weight;
                if posting.lot().is_some() {
                    let key = format!("{} {}", posting.account(), posting.commodity());
                    *lots_posted.entry(key).or_default() += posting.number();
                }
            }
            let tolerance = Decimal::ONE;
            assert!(
                sums.values().all(|sum| sum.abs() <= tolerance),
                "{}: {sums:?} {}",
                path.display(),
                transaction.text()
            );
        }
        // The lots that are left are the units that were posted with a cost.
        let mut left = std::collections::BTreeMap::<String, Decimal>::new();
        for lot in ledger::lots(&ledger) {
            *left.entry(format!("{} {}", lot.account, lot.commodity)).or_default() +=
                lot.quantity.expect("small");
        }
        lots_posted.retain(|_, units| !units.is_zero());
        left.retain(|_, units| !units.is_zero());
        assert_eq!(left, lots_posted, "{}", path.display());
    }
}

#[test]
fn transactions_stand_by_day_and_say_their_texts() {
    let ledger = read(&folder().join("grammar.beancount"));
    let days: Vec<_> = ledger.transactions().map(ledger::Transaction::date).collect();
    assert!(days.is_sorted());
    let shop = ledger.transactions().find(|transaction| transaction.line() == 32);
    let shop = shop.expect("the transaction on line 32");
    assert_eq!(shop.payee(), "Shop");
    assert!(shop.text().ends_with("Assets:Bank:Checking-1"), "{}", shop.text());
    let lines: Vec<u32> = shop.postings().map(ledger::Posting::line).collect();
    assert_eq!(lines, [47, 49, 50, 51]);
}

#[test]
fn prices_are_those_stated_and_those_that_plugins_add() {
    let ledger = read(&folder().join("plugins.beancount"));
    let shown: Vec<String> = ledger
        .prices
        .iter()
        .map(|price| {
            let amount = ledger.amount(price.amount);
            format!("{} {} {amount}", price.date, ledger.commodity(price.commodity))
        })
        .collect();
    assert_eq!(
        shown,
        ["2024-01-02 VTI 240.00 USD", "2024-01-03 EUR 1.10 USD", "2024-02-02 VTI 250.00 USD"]
    );
}

/// Twenty thousand lines.
fn many(line: impl Fn(u32) -> String) -> String {
    let mut text = String::new();
    (0..20_000).for_each(|n| text.push_str(&line(n)));
    text
}

/// Deep, long and endless things.
#[test]
fn no_shape_of_text_is_too_much() {
    let deep = format!("2024-01-02 *\n  Assets:A  {}1 USD\n", "(".repeat(100_000));
    let signs = format!("2024-01-02 *\n  Assets:A  {}1 USD\n", "-".repeat(100_001));
    let wide = format!("2024-01-02 * \"{}\"\n  Assets:A  1 USD\n  Assets:B\n", "x".repeat(1 << 20));
    let account = format!("2024-01-02 open Assets{}\n", ":A".repeat(100_000));
    let keys = many(|n| format!("  k{n}: {n}\n"));
    let keys = format!("2024-01-02 *\n{keys}");
    let pushes = many(|n| format!("pushtag #t{n}\n"));
    let pops = many(|n| format!("poptag #t{n}\n"));
    let currencies = many(|n| format!("  Assets:A  1 C{n}\n"));
    let currencies = format!("2024-01-02 *\n{currencies}  Assets:B\n");
    for text in [deep, signs, wide, account, keys, format!("{pushes}{pops}"), currencies] {
        let ledger = read_text(&text);
        assert!(ledger.transactions.len() <= 1);
    }
}

/// Sales first in, first out, of lots that stay open in great number.
#[test]
fn a_sale_does_not_look_at_every_lot() {
    let mut text = "2020-01-01 open Assets:A \"FIFO\"\n2020-01-01 open Assets:B\n".to_owned();
    let lots = 30_000;
    for lot in 0..lots {
        writeln!(text, "2020-01-02 *\n  Assets:A  2 X {{{lot}.5 USD}}\n  Assets:B\n")
            .expect("a string");
    }
    for _ in 0..lots {
        writeln!(text, "2021-01-02 *\n  Assets:A  -1 X {{}}\n  Assets:B\n").expect("a string");
    }
    let ledger = read_text(&text);
    assert!(ledger.diagnostics.is_empty(), "{:?}", ledger.diagnostics.first());
    assert_eq!(ledger::lots(&ledger).len(), lots / 2);
}

/// The lots of journals that nobody here wrote, as Beancount leaves them.
#[test]
fn other_people_s_lots_are_what_they_were() {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/run");
    if !judge.is_file() {
        left_out::left_out("../shared/conformance is not there, other people's lots are not read");
        return;
    }
    let bin = format!(
        "{} balance --lots --format csv --dialect {{dialect}} -f",
        env!("CARGO_BIN_EXE_rentier")
    );
    let output = Command::new(judge)
        .args(["--strict", "--what", "lots", "--bin", &bin, "beancount/*"])
        .output()
        .expect("the judge runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn texts() -> impl Strategy<Value = String> {
    let all: Vec<String> = cases().iter().map(|path| source(path, "x").text.to_string()).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_beginning_of_a_text_is_too_much(text in texts(), share in 0.0..1.0_f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let mut end = (text.len() as f64 * share) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let ledger = read_text(&text[..end]);
        prop_assert!(ledger.transactions.len() <= text.len());
    }

    #[test]
    fn no_change_of_a_text_is_too_much(
        text in texts(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
    ) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (at, change) in changes {
            let at = at.index(lines.len());
            let line = lines[at].clone();
            lines[at] = match change {
                0 => String::new(),
                1 => line.replace(|c: char| c.is_ascii_digit(), "9"),
                2 => line.replace(' ', ""),
                3 => line.replace("USD", "EUR"),
                4 => line.replace('{', "{{"),
                5 => format!("{line} @ 79228162514264337593543950335 USD"),
                6 => line.replace('-', ""),
                _ => line.chars().rev().collect(),
            };
            if change == 0 && lines.len() > 1 {
                lines.remove(at);
            }
        }
        let text = lines.join("\n");
        let ledger = read_text(&text);
        for diagnostic in &ledger.diagnostics {
            for place in &diagnostic.places {
                prop_assert!(place.line as usize <= lines.len() + 1, "{diagnostic:?}");
            }
        }
        balances(&ledger);
        lots(&ledger);
    }

    #[test]
    fn no_noise_is_too_much(text in "[\\x00-\\xff]{0,200}") {
        read_text(&text);
        read_text(&format!("2024-01-01 * \"x\"\n  {text}"));
    }
}

/// Transactions that have to do with lots, and with each other, in most of the ways there are; `A`, `C`
/// and `D` stand for an account, a commodity and a day.
const LOTS: [&str; 14] = [
    "D * \"buy\"\n  Assets:A  10 C {2.50 EUR}\n  Assets:Cash\n",
    "D * \"buy\"\n  Assets:A  4 C {2.50 EUR, \"label\"}\n  Assets:Cash  -10 EUR\n",
    "D * \"sell\"\n  Assets:A  -3 C {} @ 3 EUR\n  Assets:Cash  9 EUR\n  Income:Gains\n",
    "D * \"sell\"\n  Assets:A  -3 C {2.50 EUR}\n  Assets:Cash  9 EUR\n  Income:Gains\n",
    "D * \"sell\"\n  Assets:A  -2 C {}\n  Assets:Cash  7 EUR\n  Income:Gains  -2 EUR\n",
    "D * \"sell\"\n  Assets:A  -2 C {}\n  Assets:Cash  7 EUR\n  Assets:Cash  7 USD\n  Income:Gains\n",
    "D * \"buy\"\n  Assets:A  1 C {1 USD}\n  Assets:Cash\n",
    "D * \"move\"\n  Assets:A  -1 C {2.50 EUR}\n  Assets:Other  1 C {2.50 EUR}\n",
    "D * \"swap\"\n  Assets:A  -1 C {}\n  Assets:A  1 ZZ {2.50 EUR}\n",
    "D * \"bare\"\n  Assets:A  -1 C\n  Assets:Other\n",
    "D * \"priced\"\n  Assets:A  1 C @ 2 USD\n  Assets:Cash\n",
    "D * \"plain\"\n  Assets:Cash  1 EUR\n  Assets:Cash  2 USD\n  Income:Gains\n",
    "D * \"off\"\n  Assets:Cash  1 EUR\n  Income:Gains  -2 EUR\n",
    "D pad Assets:A Equity:Open\nD balance Assets:A  5 C\n",
];

/// A long text of such transactions. Where nothing `infers`, every commodity is written.
fn full_of_lots(seed: u64, infers: bool) -> String {
    let mut state = seed | 1;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = String::new();
    for (account, method) in ["Fifo", "Lifo", "Hifo", "Strict", "None", "Average"].iter().zip(0..) {
        let method = ["FIFO", "LIFO", "HIFO", "STRICT", "NONE", "AVERAGE"][method];
        let _ = writeln!(text, "2020-01-01 open Assets:{account} \"{method}\"");
    }
    for _ in 0..3_000 {
        let piece = LOTS[usize::try_from(draw(LOTS.len() as u64)).unwrap_or_default()];
        let account = ["Fifo", "Lifo", "Hifo", "Strict", "None", "Average"];
        let account = account[usize::try_from(draw(6)).unwrap_or_default()];
        let commodity = format!("C{}", char::from(b'A' + u8::try_from(draw(20)).unwrap_or(0)));
        let day = format!("2021-{:02}-{:02} ", draw(12) + 1, draw(28) + 1);
        let piece = piece.replace("Assets:A ", &format!("Assets:{account} "));
        text.push_str(&piece.replace(" C", &format!(" {commodity}")).replace("D ", &day));
    }
    if infers {
        text.push_str("2021-06-01 * \"infer\"\n  Assets:Fifo  -1\n  Assets:Other  1\n");
    }
    text
}

/// Everything that booking tells of a text, on so many threads.
fn booked_on(threads: usize, text: &str) -> String {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let ledger = pool.expect("threads can be started").install(|| read_text(text));
    let mut lots: Vec<String> = ledger.lots.iter().map(|lot| format!("{lot:?}")).collect();
    lots.sort();
    let mut told = format!("{lots:#?}\n{:#?}\n", ledger.diagnostics);
    for transaction in ledger.transactions() {
        for posting in transaction.postings() {
            let (account, number, commodity) =
                (posting.account(), posting.number(), posting.commodity());
            let (cost, lot) = (posting.cost(), posting.lot());
            let _ = writeln!(told, "{account} {number} {commodity} {cost:?} {lot:?}");
        }
    }
    told
}

#[test]
fn lots_are_the_same_on_any_number_of_threads() {
    for seed in 0..6 {
        let text = full_of_lots(seed * 7_919 + 3, seed == 5);
        let (one, four) = (booked_on(1, &text), booked_on(4, &text));
        assert!(one.lines().count() > 3_000, "much is booked");
        let different = one.lines().zip(four.lines()).find(|(one, four)| one != four);
        assert!(one == four, "with seed {seed}: {different:?}");
    }
}
