//! A long text is read in slices on several threads: what is read is what one thread reads from top to
//! bottom, to the last row and the last word of a message, wherever the cuts fall.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rentier::ledger::{self, Dialect, Ledger, Options};
use rentier::source::{Name, Source};

/// Everything that a ledger has, in words.
fn said(ledger: &Ledger) -> String {
    let Ledger {
        transactions, postings, details, declared, prices, lots, inert, diagnostics, ..
    } = ledger;
    let names = (ledger.accounts.names(), ledger.commodities.names());
    format!(
        "{names:#?}\n{transactions:#?}\n{postings:#?}\n{details:#?}\n{declared:#?}\n{prices:#?}\n\
         {lots:#?}\n{inert:#?}\n{diagnostics:#?}"
    )
}

fn read(source: &Source, dialect: Option<Dialect>, slice: usize) -> String {
    let options = Options { dialect, year: 2024, slice: Some(slice) };
    let mut include = |path: &str, from: &Name| {
        // A text that includes something includes a small one, which is cut in its turn.
        if from.starts_with("included") {
            return Err("no more".to_owned());
        }
        // `include 3-17` is a text of those pieces.
        if let Ok(pieces) = path.split('-').map(str::parse).collect::<Result<Vec<usize>, _>>() {
            let all: &[&str] =
                if dialect == Some(Dialect::Beancount) { &BEANCOUNT } else { &PIECES };
            let text: String = pieces.iter().map(|piece| all[*piece]).collect();
            return Ok(vec![Source::new(format!("included {path}"), text)]);
        }
        let text = "2024-02-01 in\n  a:b  1,000 EUR\n  c\n\n2024-02-02 in\n  new  1 X\n  c\n";
        let named = |at| Source::new(format!("included {at} {path}"), text);
        Ok(vec![named(1), named(2)])
    };
    said(&ledger::read(source.clone(), &options, &mut include))
}

/// Reads with cuts everywhere, and without.
fn compare(source: &Source, dialect: Option<Dialect>, slices: &[usize]) -> Result<(), String> {
    let whole = read(source, dialect, usize::MAX);
    for slice in slices {
        let cut = read(source, dialect, *slice);
        if whole != cut {
            let mut lines = whole.lines().zip(cut.lines()).filter(|(one, other)| one != other);
            let first = lines.next();
            return Err(format!(
                "{} in slices of {slice}: {first:?}\n{}",
                source.name, &*source.text
            ));
        }
    }
    Ok(())
}

/// On more threads than one, on whatever machine.
fn on_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build();
    pool.expect("threads can be started").install(work)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let end = path.extension().and_then(|end| end.to_str());
        if path.is_dir() {
            collect(&path, files);
        } else if end.is_some_and(|end| {
            matches!(
                end,
                "journal"
                    | "hledger"
                    | "ledger"
                    | "dat"
                    | "j"
                    | "timeclock"
                    | "timedot"
                    | "beancount"
            )
        }) {
            files.push(path);
        }
    }
}

#[test]
fn every_journal_reads_the_same_in_slices() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("fixtures"), &mut files);
    collect(&root.join("../shared/conformance"), &mut files);
    files.sort();
    assert!(files.len() > 50, "the journals are there");
    let wrong: Vec<String> = on_threads(|| {
        files
            .iter()
            .filter_map(|path| {
                let source = Source::decode(path.to_string_lossy(), fs::read(path).ok()?);
                let dialects: &[Option<Dialect>] = match path.extension() {
                    Some(end) if end == "beancount" => &[Some(Dialect::Beancount)],
                    _ => &[None, Some(Dialect::Ledger)],
                };
                let tried = dialects.iter().map(|told| compare(&source, *told, &[1, 90, 400]));
                tried.into_iter().find_map(Result::err)
            })
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands in journals: transactions that are right or wrong in all ways, and lines between them
/// that change what the ones below mean.
const PIECES: [&str; 42] = [
    "2024-01-01 x\n  a:b  1.50 EUR\n  c\n\n",
    "2024-01-02 x\n  a:b  1,50 EUR\n  c\n\n",
    "2024-01-03 x\n  a:b  1,000 EUR\n  c\n",
    "2024-01-03 x\n  a:b  2.000 EUR\n  c\n",
    "2024-01-03 x\n  a:b  2.000,00 EUR\n  c\n",
    "2024-01-04 x\n  a:b  3.000 XYZ\n  c:d\n",
    "1/5 no year\n  a  1 X\n  b\n",
    "2024-01-05 x\n  a 5  1 X\n  a 5\n",
    "2024-01-05 x\n  new acc 5.00\n  c\n",
    "2024-01-05 x\n  new acc 5 USD\n  c\n",
    "2023-12-31 earlier\n  c  $1\n  d  $-1\n",
    "2024-01-06 x\n  a  10 XYZ @ 2.50 EUR\n  b  -25 EUR\n",
    "2024-01-06 x\n  a  10 XYZ {2.50 EUR} [2024-01-01] (lot) @ 3 EUR\n  b\n",
    "2024-01-06 x\n  a  10 XYZ\n  b  -25 EUR\n",
    "2024-01-06 x\n  a  10 XYZ\n  b  -24.996 EUR\n  c  -0.004 EUR\n",
    "2024-01-06 x\n  a  1.001 EUR\n  b  -1.00 EUR\n",
    "2024-01-07 x\n  a  1 EUR\n  b  1 EUR\n",
    "2024-01-07 x\n  a  1 EUR\n  b\n  c\n",
    "2024-01-07 x\n  a  1 EUR\n  b  2 X\n  c\n",
    "2024-01-08 x\n  a  0 = 5 EUR\n  b\n",
    "2024-01-08 x\n  a  = 5 EUR\n  b\n",
    "2024-01-08 x\n  a  1 EUR == 5 EUR\n  b  ; date: 2024-01-01\n",
    "2024-01-09 ! (1) x | y ; k: v\n  ; :t:\n  (v)  1 X\n  [w]  1 X\n  [z]\n",
    "2024-01-09=2024-01-10 x\n  a  99999999999999999999999999999999 X\n  b\n",
    "2024-13-09 x\n  a  1\n  b\n",
    "  stray  1 X\n",
    "; comment\n",
    "* heading\n",
    "P 2024-01-01 XYZ 1,000 EUR\n",
    "comment\n2024-01-01 not read\n  a  1\nend comment\n",
    "comment\n2024-01-01 not read to the end\n  a  1\n",
    "account a:b  ; type: R\n  alias ab\n",
    "commodity 1.000,00 EUR\n",
    "decimal-mark ,\n",
    "D 1,000.00 EUR\n",
    "alias a = z:a\n",
    "apply account top\n",
    "end apply account\n",
    "include other.journal\n",
    "payee x\nY2020\n= /a/\n  (rule)  2\nbucket b\nnonsense\n",
    "2024-01-06 x\n  stocks  0 VTI = 3 VTI @ 99 NOK\n  b\n",
    "2024-01-06 x\n  funds  = 3 VTI @ 99 SEK\n  b\n",
];

/// A line that includes a text of a few pieces, most of them calm.
fn included() -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => 0..25usize, 1 => 0..PIECES.len()];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| {
        let pieces: Vec<String> = pieces.iter().map(usize::to_string).collect();
        format!("include {}\n", pieces.join("-"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_journal_reads_the_same_in_slices(
        pieces in proptest::collection::vec(0..PIECES.len(), 1..40),
        calm in proptest::collection::vec(0..25usize, 0..40),
        included in proptest::collection::vec(included(), 0..6),
        dialect in 0usize..3,
        slice in 1usize..300,
        crlf in any::<bool>(),
    ) {
        let mut text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        text.extend(included);
        text.extend(calm.iter().map(|piece| PIECES[*piece]));
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let dialect = [None, Some(Dialect::Hledger), Some(Dialect::Ledger)][dialect];
        let source = Source::new("x.journal", text);
        let compared = on_threads(|| compare(&source, dialect, &[slice]));
        prop_assert!(compared.is_ok(), "{}", compared.unwrap_err());
    }
}

/// What stands in Beancount's journals, right and wrong; the first of them are calm.
const BEANCOUNT: [&str; 42] = [
    "2024-01-01 * \"x\" \"y\" #tag ^link\n  Assets:B  1.50 EUR\n  Income:C\n\n",
    "2024-01-01 ! \"y\"\n  key: 5 USD\n  Assets:B  1,234.50 EUR\n    key: \"z\"\n  Income:C  -1,234.50 EUR\n",
    "2024-01-02 txn \"x\"\n  Assets:S  10 AB {2.50 EUR}\n  Assets:B\n",
    "2024-01-03 * \"x\"\n  Assets:S  -5 AB {} @ 3 EUR\n  Assets:B  15 EUR\n  Income:G\n",
    "2024-01-03 * \"x\"\n  Assets:S  7 AB {{21.00 EUR, 2023-01-01, \"lot\"}}\n  Assets:B  -21.00 EUR\n",
    "2024-01-04 * \"x\"\n  Assets:S  -1 AB {2023-01-01}\n  Assets:B  3 EUR\n",
    "2024-01-04 * \"x\"\n  Assets:N  10 USD @@ 9 EUR\n  Assets:B  -9 EUR\n",
    "2023-12-31 * \"earlier\"\n  Assets:B  1 CHF\n  Assets:New:Place  -1 CHF\n",
    "2024-01-05 balance Assets:B  1.50 EUR\n",
    "2024-01-05 balance Assets:B  1.50 ~ 0.1 EUR\n  key: 1\n",
    "2024-01-01 pad Assets:B Equity:O\n",
    "2023-01-01 open Assets:B\n",
    "2023-01-01 open Assets:S AB,EUR \"FIFO\"\n",
    "2023-01-01 open Income:C\n  key: \"v\"\n",
    "2025-01-01 close Assets:B\n",
    "2023-01-01 commodity EUR\n  name: \"Euro\"\n",
    "2024-01-01 price AB  2.75 EUR\n",
    "2024-01-01 note Assets:B \"two\nlines\"\n",
    "2024-01-01 event \"place\" \"one\n2024-01-01 more\n2024-01-02 * and\n  more\"\n",
    "2024-01-01 query \"q\" \"\n2024-01-01 open Assets:Q\n\"\n",
    "2024-01-01 custom \"c\" 1 EUR TRUE 2024-01-01\n",
    "2024-01-01 document Assets:B \"x.pdf\"\n",
    "* heading\n",
    "; comment\n",
    "2024-01-06 * \"x\"\n  Assets:B  1 EUR\n  Income:C  1 EUR\n",
    "2024-01-06 * \"x\"\n  Assets:B\n  Income:C\n",
    "2024-01-06 * \"x\"\n  Assets:B  1 EUR USD\n  Income:C\n",
    "2024-01-06 * \"x\"\n  Strange:B  1 EUR\n  Odd:C\n",
    "2024-01-06 * \"x\"\n  Strange:B  1 EUR {\n  Aktiva:B\n",
    "2024-13-06 * \"x\"\n  Assets:B  1 EUR\n",
    "2024-01-06 nonsense\n  Assets:B\n",
    "2024-01-06 note Assets:B \"no end\n",
    "  stray\n",
    "pushtag #t\n",
    "poptag #t\npoptag #u x\n",
    "pushmeta key: \"v\"\n",
    "popmeta key:\n",
    "plugin \"beancount.plugins.auto_accounts\"\n",
    "include \"other\"\n",
    "option \"operating_currency\" \"EUR\"\n",
    "option \"name_assets\" \"Aktiva\"\n",
    "option \"name_assets\" \"Assets\"\noops\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_beancount_reads_the_same_in_slices(
        pieces in proptest::collection::vec(0..BEANCOUNT.len(), 1..40),
        calm in proptest::collection::vec(0..24usize, 0..60),
        included in proptest::collection::vec(included(), 0..4),
        slice in 1usize..300,
        crlf in any::<bool>(),
    ) {
        let pieces = pieces.iter().chain(&calm);
        let mut text: String = pieces.map(|piece| BEANCOUNT[*piece]).collect();
        let quoted = included.iter().map(|line| line.trim_end().replacen(' ', " \"", 1) + "\"\n");
        text.extend(quoted);
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let source = Source::new("x.beancount", text);
        let compared = on_threads(|| compare(&source, Some(Dialect::Beancount), &[slice]));
        prop_assert!(compared.is_ok(), "{}", compared.unwrap_err());
    }
}
