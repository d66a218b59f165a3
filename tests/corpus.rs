//! Other people's exports, where they lie beside this checkout: every file is named, every row of a
//! Schwab or Fidelity history is accounted for, and sums taken by hand from the files hold.

#[path = "corpus/banks.rs"]
mod banks;
#[path = "corpus/europe.rs"]
mod europe;
#[path = "corpus/ibkr.rs"]
mod ibkr;
#[path = "support/left_out.rs"]
mod left_out;
#[path = "corpus/us.rs"]
mod us;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use indexmap::IndexMap;
use rentier::event::{Event, EventKind, Securities};
use rentier::import::{self, Context, FileReport, Known, Otherwise, Profile, Run, Ties};
use rentier::money::{Decimal, plain};
use rentier::source::Source;

/// The corpus, or a notice that its checks are left out.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/brokers");
    if folder.is_dir() {
        return Some(folder);
    }
    left_out::left_out("no ../shared/corpus/brokers beside this checkout");
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the corpus");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn import(files: &[Source]) -> Run {
    // Read once: they are many, and so are the files.
    static SHIPPED: LazyLock<Vec<Profile>> = LazyLock::new(import::profile::shipped);
    run(files, &SHIPPED)
}

fn run(files: &[Source], profiles: &[Profile]) -> Run {
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

fn read(path: &Path) -> Source {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    Source::decode(name, fs::read(path).expect("a file of the corpus"))
}

/// The report of one file of the corpus, which a profile reads.
fn report(corpus: &Path, path: &str) -> FileReport {
    let mut run = import(&[read(&corpus.join(path))]);
    assert_eq!(run.refused.len(), 0, "{path}: {:?}", run.refused);
    run.files.pop().expect("one report")
}

fn number(text: &str) -> Decimal {
    plain(text).expect("a number")
}

fn cash(report: &FileReport) -> Decimal {
    report.events.iter().map(|event| event.amount).sum()
}

/// Units of each security that the events leave.
fn holdings(events: &[Event]) -> BTreeMap<String, Decimal> {
    let mut held = BTreeMap::new();
    for event in events {
        let Some(security) = event.security() else { continue };
        *held.entry(security.to_string()).or_default() += event.quantity();
        if let EventKind::Merger { into: Some(into), into_quantity, .. } = &event.kind {
            *held.entry(into.to_string()).or_default() += into_quantity.get().unwrap_or_default();
        }
    }
    held
}

#[test]
fn every_file_is_named_and_none_is_taken_for_another_broker_s() {
    let Some(corpus) = corpus() else { return };
    let mut seen = 0;
    for folder in files(&corpus).into_iter().filter(|path| path.is_dir()) {
        let broker = folder.file_name().expect("a folder").to_string_lossy().into_owned();
        for path in files(&folder) {
            let source = read(&path);
            let run = import(std::slice::from_ref(&source));
            assert_eq!(run.files.len() + run.refused.len(), 1, "{}", path.display());
            for file in &run.files {
                let expected = if *file.profile == *import::ofx::NAME {
                    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
                    ending.is_some_and(|ending| ending == "ofx" || ending == "qfx")
                } else if broker == "_edge" {
                    ["schwab", "fidelity", "interactive-investor"].contains(&&*file.profile)
                } else {
                    // A second kind of file of one broker is a profile of its own: `chase-card`.
                    let own = broker.replace('_', "-");
                    *file.profile == *own
                        || file.profile.starts_with(&format!("{own}-"))
                        || broker == "zerodha" && *file.profile == *"kuvera"
                };
                assert!(expected, "{} taken for {}", path.display(), file.profile);
                assert!(file.rows.add_up(), "{}: {:?}", path.display(), file.rows);
                assert_eq!(file.ignored.len(), file.rows.ignored as usize);
                assert_eq!(file.unresolved.len(), file.rows.unresolved as usize);
            }
            for refused in &run.refused {
                assert!(!refused.reason.is_empty() && !refused.advice.is_empty());
            }
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen} files");
}

#[test]
fn no_prefix_of_an_export_panics_and_every_one_adds_up() {
    let Some(corpus) = corpus() else { return };
    let profiles = import::profile::shipped();
    for folder in ["schwab", "fidelity", "_edge", "vanguard", "etrade", "merrill", "tastytrade"] {
        for path in files(&corpus.join(folder)) {
            let source = read(&path);
            let ends = source.text.char_indices().map(|(at, _)| at);
            for end in ends.filter(|at| at % 97 == 0) {
                let run = run(&[Source::new("cut.csv", &source.text[..end])], &profiles);
                assert!(run.files.iter().all(|file| file.rows.add_up()), "{}", path.display());
            }
        }
    }
}

/// Rows of each history, as counted by hand: read, new, ignored, unresolved.
#[test]
fn every_row_of_a_history_is_accounted_for() {
    let Some(corpus) = corpus() else { return };
    for (path, counts) in [
        ("schwab/bond_interest_treasury.csv", [5, 5, 0, 0]),
        ("schwab/brokerage_options_corpactions_2020.csv", [22, 21, 1, 0]),
        ("schwab/cash_merger.csv", [6, 6, 0, 0]),
        ("schwab/intelligent_portfolio_crlf_2020.csv", [26, 25, 1, 0]),
        ("schwab/interest_tax.csv", [2, 2, 0, 0]),
        ("schwab/nra_tax_adj.csv", [7, 7, 0, 0]),
        ("schwab/rsu_settlement_brokerage.csv", [4, 4, 0, 0]),
        ("schwab/title_row_total_footer_2026.csv", [21, 20, 1, 0]),
        ("_edge/schwab_cr_only.csv", [7, 7, 0, 0]),
        ("_edge/schwab_header_only.csv", [0, 0, 0, 0]),
        ("_edge/schwab_semicolon_resave.csv", [7, 7, 0, 0]),
        ("_edge/schwab_truncated_mid_row.csv", [6, 5, 0, 1]),
        ("_edge/schwab_utf16be_tabs.txt", [7, 7, 0, 0]),
        ("_edge/schwab_utf16le_bom.csv", [7, 7, 0, 0]),
        ("_edge/formula_prefix_cells.csv", [1, 1, 0, 0]),
        // The old shares of a merger are not in this excerpt: half a merger is no event.
        ("fidelity/accounts_history_all_2025.csv", [21, 20, 0, 1]),
        ("fidelity/accounts_history_nra_2025.csv", [16, 16, 0, 0]),
        ("fidelity/cef_short_rows.csv", [1, 1, 0, 0]),
        ("fidelity/excerpt_2023_malformed_account_quotes.csv", [12, 11, 1, 0]),
        ("fidelity/excerpt_2026_07_new_layout.csv", [1, 1, 0, 0]),
        ("fidelity/history_account_401k_2025.csv", [8, 8, 0, 0]),
        ("fidelity/history_account_cma_2026.csv", [12, 11, 1, 0]),
        ("fidelity/history_account_ira_2026.csv", [9, 7, 2, 0]),
        ("fidelity/history_cma_2023_padded_preamble.csv", [11, 11, 0, 0]),
        ("fidelity/invalid_quantity.csv", [2, 1, 0, 1]),
        ("fidelity/mixed_cash_and_split.csv", [8, 7, 1, 0]),
        ("fidelity/reverse_split_cusip_pair.csv", [2, 2, 0, 0]),
    ] {
        let rows = report(&corpus, path).rows;
        assert_eq!([rows.read, rows.new, rows.ignored, rows.unresolved], counts, "{path}");
    }
}

/// Sums of the Amount column, taken from the files by hand.
#[test]
fn the_cash_of_a_history_is_the_sum_of_its_amounts() {
    let Some(corpus) = corpus() else { return };
    for (path, sum) in [
        // 500.00 + 25.50 + 500.00 + 30.25 + 10000
        ("schwab/bond_interest_treasury.csv", "11055.75"),
        // 1000 - 2506 + 10 - 10 + 2506
        ("schwab/cash_merger.csv", "1000"),
        // -17000.03 + 8999.98 - 2.50 + 15.75 + 22.50 + 5.00 - 0.75
        ("schwab/nra_tax_adj.csv", "-7960.05"),
        ("_edge/schwab_semicolon_resave.csv", "-7960.05"),
        // 28068.66 - 40503.61 + 40503.61
        ("schwab/rsu_settlement_brokerage.csv", "28068.66"),
        // 0.04 + 0.04 + 0.28 - 3976.96 - 1420.35 - 1420.35 - 3124.77 - 123.23 + 144.98 - 21.75
        // + 0.17 + 0.24 + 0.28 + 0.30 + 0.30 - 18433.35
        ("fidelity/accounts_history_nra_2025.csv", "-28374.13"),
        // The purchases and their income, the exchange between two funds: nothing is left over.
        ("fidelity/history_account_401k_2025.csv", "0"),
        // -1500 + 900 + 75 + 500 - 2000 + 12.50
        ("fidelity/mixed_cash_and_split.csv", "-2012.50"),
        // The Amount says 1000; the units come in, so the cash goes out.
        ("fidelity/cef_short_rows.csv", "-1000"),
    ] {
        assert_eq!(cash(&report(&corpus, path)), number(sum), "{path}");
    }
}

#[test]
fn the_units_of_a_history_are_those_of_its_rows() {
    let Some(corpus) = corpus() else { return };
    let held = holdings(&report(&corpus, "schwab/nra_tax_adj.csv").events);
    assert_eq!(held["AAPL"], number("50"));
    let held = holdings(&report(&corpus, "schwab/cash_merger.csv").events);
    assert_eq!(held["FOO"], number("0"));
    let held = holdings(&report(&corpus, "schwab/brokerage_options_corpactions_2020.csv").events);
    assert_eq!((held["QQZ"], held["SPAC1"]), (number("100"), number("-100")));
    assert_eq!(held["SPY200331P00284000"], number("-1"));
    let held = holdings(&report(&corpus, "schwab/intelligent_portfolio_crlf_2020.csv").events);
    assert_eq!(held["SMAL200401P00032000"], number("0"));
    assert_eq!(held["SMAL200619P00010000"], number("0"));
    assert_eq!(held["GOOG"], number("-22.3456"));
    assert_eq!(held["HYLB"], number("18"));
    let held = holdings(&report(&corpus, "fidelity/mixed_cash_and_split.csv").events);
    assert_eq!((held["REGT74"], held["SPLT74"]), (number("50"), number("500")));
    let held = holdings(&report(&corpus, "fidelity/reverse_split_cusip_pair.csv").events);
    assert_eq!(held["OXLC"], number("-1224"));
    let held = holdings(&report(&corpus, "fidelity/history_account_401k_2025.csv").events);
    assert_eq!(held["FXAIX"], number("-1122.56"));
    assert_eq!(held["FXNAX"], number("23745.17"));
}

#[test]
fn a_resaved_export_has_the_same_events() {
    let Some(corpus) = corpus() else { return };
    let ids = |path: &str| -> Vec<String> {
        report(&corpus, path).events.iter().map(|event| event.id.to_string()).collect()
    };
    let original = ids("schwab/nra_tax_adj.csv");
    for resaved in [
        "_edge/schwab_cr_only.csv",
        "_edge/schwab_semicolon_resave.csv",
        "_edge/schwab_utf16be_tabs.txt",
        "_edge/schwab_utf16le_bom.csv",
    ] {
        assert_eq!(ids(resaved), original, "{resaved}");
    }
}

/// The amounts of these files were scrambled by who published them, so that nothing can tie: the
/// import must say by how much, whatever it is.
#[test]
fn a_balance_that_does_not_tie_is_said_to_be_off() {
    let Some(corpus) = corpus() else { return };
    let off = |path: &str| match &report(&corpus, path).ties[0].ties {
        Ties::Stated { opening, moved, closing, off, .. } => {
            assert_eq!(*closing - *opening - *moved, *off);
            Some(*off)
        }
        Ties::NotStated => None,
    };
    assert_eq!(off("fidelity/history_account_cma_2026.csv"), Some(number("18075.26")));
    assert!(off("fidelity/history_account_ira_2026.csv").is_some_and(|off| !off.is_zero()));
    assert_eq!(off("fidelity/history_account_401k_2025.csv"), None);
    assert_eq!(off("schwab/nra_tax_adj.csv"), None);
}
