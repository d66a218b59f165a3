//! Exports become journals: each fixture beside the events it must become (`.journal`), and what the
//! import says of it (`.said`). `UPDATE_GOLDEN=1` rewrites both.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use proptest::prelude::*;
use rentier::event::{Account, Securities};
use rentier::import::{self, Asked, Context, Known, Otherwise, Profile, Run, Ties};
use rentier::ledger;
use rentier::period::DateForm;
use rentier::render::diagnostics;
use rentier::source::{Name, Source};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(folder);
    let entries = fs::read_dir(folder).expect("fixtures");
    let paths = entries.map(|entry| entry.expect("a fixture").path());
    let mut csv: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "csv" || e == "json" || e == "xlsx"))
        .collect();
    csv.sort();
    csv
}

fn golden(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, found).expect("the fixtures can be written");
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

/// The books that an import is tried on.
#[derive(Default)]
struct Books {
    accounts: IndexMap<Name, Account>,
    dates: IndexMap<Name, DateForm>,
    own: Vec<Profile>,
}

impl Books {
    fn account(mut self, id: &str, profile: &str, matches: &[&str]) -> Books {
        let mut account = Account::taxable(id.into());
        account.profile = Some(profile.into());
        account.matches = matches.iter().map(|known| Name::new(known)).collect();
        self.accounts.insert(id.into(), account);
        self
    }

    fn profile(mut self, text: &str) -> Books {
        let (profile, found) = import::profile::read(&Source::new("profiles/own.toml", text));
        assert_eq!(diagnostics::all(&found, false), "");
        self.own.push(profile);
        self
    }

    fn import(&self, files: &[Source], otherwise: Otherwise) -> Run {
        let profiles = import::profile::merge(import::profile::shipped(), self.own.clone());
        let context = Context {
            profiles: &profiles,
            accounts: &self.accounts,
            securities: &Securities::default(),
            known: &Known::default(),
            otherwise,
            dates: &self.dates,
            overrides: &[],
            accepted: &[],
        };
        import::run(files, &context)
    }
}

/// Everything an import says, as text.
fn said(run: &Run) -> String {
    let mut text = String::new();
    for file in &run.files {
        let rows = file.rows;
        let _ = writeln!(text, "{}: {}", file.file, file.why);
        let days = file.days.map(|(first, last)| format!("{first} to {last}"));
        let _ = writeln!(text, "days {}", days.unwrap_or_else(|| "none".to_owned()));
        let _ = writeln!(
            text,
            "{} rows: {} new, {} ignored, {} unresolved",
            rows.read, rows.new, rows.ignored, rows.unresolved
        );
        for row in &file.ignored {
            let _ = writeln!(text, "{}: ignored: {}", row.line, row.reason);
        }
        for row in &file.unresolved {
            let _ = writeln!(text, "{}: unresolved: {}", row.line, row.reason);
        }
        for tie in &file.ties {
            let _ = match &tie.ties {
                Ties::NotStated => writeln!(text, "{} {}: not stated", tie.account, tie.what),
                Ties::Stated { opening, moved, closing, off, currency } => writeln!(
                    text,
                    "{} {}: {opening} + {moved} = {closing} {currency}, off by {off}",
                    tie.account, tie.what
                ),
            };
        }
    }
    for refused in &run.refused {
        let _ = writeln!(text, "{}: {}: {}", refused.file, refused.reason, refused.advice);
    }
    if !run.diagnostics.is_empty() {
        let _ = write!(text, "\n{}", diagnostics::all(&run.diagnostics, false));
    }
    text
}

#[test]
fn exports_become_journals() {
    let tables = import::profile::shipped().into_iter().filter(import::Profile::is_table);
    for profile in tables {
        let folder = &*profile.name;
        let accounts = IndexMap::from([(folder.into(), Account::taxable(folder.into()))]);
        for csv in fixtures(folder) {
            let name = csv.file_name().expect("a name").to_string_lossy().into_owned();
            let source = Source::decode(name, fs::read(&csv).expect("a fixture"));
            let mut run = Books::default().import(&[source], Otherwise::Profile);
            assert_eq!(run.files.len(), 1, "{}: {:?}", csv.display(), run.refused);
            assert!(run.files[0].rows.add_up(), "{:?}", run.files[0].rows);
            golden(&csv.with_extension("said"), &said(&run));
            let events = run.take_events();
            golden(&csv.with_extension("journal"), &ledger::print(&events, &accounts));
        }
    }
}

fn asked(run: &Run) -> Vec<String> {
    let one = |ask: &Asked| {
        let number = ask.number.as_deref().unwrap_or("-");
        format!("{} {} {number} {} rows, match {}", ask.file, ask.suggested, ask.rows, ask.matches)
    };
    run.asked.iter().map(one).collect()
}

fn schwab(name: &str) -> Source {
    Source::new(
        name,
        "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n\
         \"06/27/2024\",\"Credit Interest\",\"\",\"SCHWAB1 INT\",\"\",\"\",\"\",\"$2.94\"\n",
    )
}

fn fidelity(name: &str) -> Source {
    Source::new(
        name,
        "Run Date,Account,Account Number,Action,Symbol,Description,Type,Price ($),Quantity,Amount ($)\n\
         12/02/2024,Individual,X00000678,INTEREST EARNED (Cash),,No Description,Cash,,0.000,0.47\n\
         12/02/2024,ROTH IRA,222000222,CASH CONTRIBUTION (Cash),,No Description,Cash,,0.000,7000\n\
         12/03/2024,ROTH IRA,222000222,INTEREST EARNED (Cash),,No Description,Cash,,0.000,0.48\n",
    )
}

#[test]
fn an_account_that_nothing_tells_is_asked_for_and_nothing_is_read() {
    let run = Books::default().import(
        &[schwab("dl/Schwab_XXX234_Transactions.csv"), fidelity("Accounts_History.csv")],
        Otherwise::Ask,
    );
    assert_eq!(
        asked(&run),
        [
            "dl/Schwab_XXX234_Transactions.csv schwab - 1 rows, match Schwab_XXX234_*",
            "Accounts_History.csv individual X00000678 1 rows, match X00000678",
            "Accounts_History.csv roth-ira 222000222 2 rows, match 222000222",
        ]
    );
    assert!(run.files.is_empty() && run.waits());
}

#[test]
fn a_number_goes_before_the_file_s_name_and_that_before_the_profile() {
    let books = Books::default()
        .account("one", "fidelity", &["X0000*"])
        .account("two", "fidelity", &["222000222"])
        .account("named", "schwab", &["Schwab_XXX234_*"])
        .account("other", "schwab", &[]);
    let files = [schwab("x/Schwab_XXX234_Transactions (1).csv"), fidelity("whatever.csv")];
    let run = books.import(&files, Otherwise::Ask);
    assert_eq!(run.files[0].accounts, ["named"]);
    assert_eq!(run.files[1].accounts, ["one", "two"]);
    let of_two = run.files[1].events.iter().filter(|event| event.account == *"two");
    assert_eq!(of_two.count(), 2);
    // Without its name the file could be either account's.
    assert_eq!(books.import(&[schwab("export.csv")], Otherwise::Ask).asked.len(), 1);
}

#[test]
fn the_only_account_of_a_profile_has_its_rows_unless_the_file_says_otherwise() {
    let books = Books::default().account("schwab", "schwab", &["nothing.csv"]);
    let run = books.import(&[schwab("export.csv")], Otherwise::Ask);
    assert_eq!(run.files[0].accounts, ["schwab"]);
    // Two accounts in one file are not the only one; a known number takes its account.
    let books = Books::default().account("fidelity", "fidelity", &["X00000678"]);
    let run = books.import(&[fidelity("a.csv")], Otherwise::Ask);
    assert_eq!(asked(&run), ["a.csv roth-ira 222000222 2 rows, match 222000222"]);
    let named = Account::taxable("test".into());
    let run = books.import(&[fidelity("a.csv")], Otherwise::Named(&named));
    assert_eq!(run.files[0].accounts, ["fidelity", "test"]);
}

/// A Fidelity history whose account stands in its name alone.
fn history(name: &str) -> Source {
    Source::new(
        name,
        "Run Date,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),Fees ($),Accrued Interest ($),Amount ($),Settlement Date\n\
         12/02/2024,INTEREST EARNED (Cash),,No Description,Cash,,0.000,,,,0.47,\n",
    )
}

#[test]
fn an_account_in_a_file_s_name_is_asked_for_apart_and_files_of_any_name_are_of_one() {
    let run = Books::default().import(
        &[
            history("History_for_Account_X12345678.csv"),
            history("History_for_Account_Z87654321 (1).csv"),
            history("History_for_Account_X12345678 (2).csv"),
            schwab("first.csv"),
            schwab("second.csv"),
        ],
        Otherwise::Ask,
    );
    assert_eq!(
        asked(&run),
        [
            "History_for_Account_X12345678.csv fidelity - 1 rows, match History_for_Account_X12345678*",
            "History_for_Account_Z87654321 (1).csv fidelity-2 - 1 rows, match History_for_Account_Z87654321*",
            "History_for_Account_X12345678 (2).csv fidelity - 1 rows, match History_for_Account_X12345678*",
            "first.csv schwab - 1 rows, match first.csv",
            "second.csv schwab - 1 rows, match second.csv",
        ]
    );
}

#[test]
fn of_two_accounts_with_one_number_the_one_of_the_file_s_profile_is_meant() {
    let vanguard = Source::new(
        "v.csv",
        "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,Symbol,Shares,Share Price,Principal Amount,Commission Fees,Net Amount,Accrued Interest,Account Type,\n\
         222000222,12/02/2024,12/02/2024,Dividend,Dividend Received,VANGUARD TOTAL BOND MARKET ETF,BND,0.0,0.0,5.0,0.0,5.0,0.0,CASH,\n",
    );
    let files = [fidelity("f.csv"), vanguard];
    let run = Books::default().import(&files, Otherwise::Ask);
    let shared: Vec<(&str, bool)> =
        run.asked.iter().map(|ask| (&*ask.suggested, ask.shared)).collect();
    assert_eq!(shared, [("individual", false), ("roth-ira", true), ("vanguard", true)]);
    let books = Books::default()
        .account("individual", "fidelity", &["X00000678"])
        .account("roth-ira", "fidelity", &["222000222"])
        .account("vanguard", "vanguard", &["222000222"]);
    let run = books.import(&files, Otherwise::Ask);
    let accounts: Vec<&[_]> = run.files.iter().map(|file| &*file.accounts).collect();
    assert_eq!(accounts, [&["individual", "roth-ira"][..], &["vanguard"][..]]);
}

#[test]
fn rows_that_the_books_have_tell_the_account() {
    let books =
        Books::default().account("one", "schwab", &["one_*"]).account("two", "schwab", &["two_*"]);
    let journal = books.import(&[schwab("two_x.csv")], Otherwise::Ask).take_events();
    let profiles = import::profile::shipped();
    let context = Context {
        profiles: &profiles,
        accounts: &books.accounts,
        securities: &Securities::default(),
        known: &Known::new(&journal),
        otherwise: Otherwise::Ask,
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    let run = import::run(&[schwab("renamed.csv")], &context);
    assert_eq!((&*run.files[0].accounts, run.files[0].rows.known), (&["two".into()][..], 1));
}

const OWN: &str = r#"
name = "own"
needs = ["date", "action", "amount"]
[columns]
date = "date"
action = "type"
symbol = "symbol"
amount = "amount"
[[action]]
is = "Dividend"
event = "dividend"
"#;

#[test]
fn days_that_can_be_read_two_ways_are_refused_with_both() {
    let rows =
        "date,type,symbol,amount\n03/04/2024,Dividend,VOD,41.00\n05/04/2024,Dividend,VOD,4.00\n";
    let file = Source::new("transactions.csv", rows);
    let mut books = Books::default().account("own", "own", &[]).profile(OWN);
    let run = books.import(std::slice::from_ref(&file), Otherwise::Ask);
    let diagnostic = run.refused[0].diagnostic.clone().expect("with its place");
    assert_eq!(
        diagnostics::all(&[diagnostic], false).lines().take(6).collect::<Vec<_>>().join("\n"),
        "error: dates can be read day first or month first: none of the 2 is above 12\n \
         --> transactions.csv:2:1\n  \
         |\n\
         2 | 03/04/2024,Dividend,VOD,41.00\n  \
         | ^^^^^^^^^^ 3 April or March 4\n  \
         = help: say it for this account in rentier.toml: dates = \"dd/mm/yyyy\""
    );
    // The settings of the account say it, or one day that can be read in one way only.
    books.dates.insert("own".into(), DateForm::DayMonthYear);
    let run = books.import(&[file], Otherwise::Ask);
    assert_eq!(run.files[0].events[0].date.to_string(), "2024-04-03");
    books.dates.clear();
    let file = Source::new("t.csv", format!("{rows}25/04/2024,Dividend,VOD,4.00\n"));
    let run = books.import(&[file], Otherwise::Ask);
    assert_eq!(run.files[0].events[0].date.to_string(), "2024-04-03");
}

#[test]
fn a_currency_that_no_file_says_is_asked_for() {
    let text = "ID;Type;Time;Symbol;Comment;Amount\n1;Deposit;12.04.2024 13:01:45;;transfer;100\n";
    let told = |books: &Books, name: &str, rows: &str| {
        let source = Source::new(name, format!("{text}{rows}"));
        let run = books.import(&[source], Otherwise::Profile);
        let event = run.files[0].events[0].clone();
        event.currency.map_or_else(|| event.kind.name().to_owned(), |found| found.to_string())
    };
    let buy = |symbol: &str, cost: &str| {
        format!("2;Stock purchase;13.04.2024 13:01:45;{symbol};OPEN BUY 5 @ 117.80;{cost}\n")
    };
    assert_eq!(told(&Books::default(), "cash.csv", ""), "unknown");
    // Money that was changed says nothing, money that was not says all.
    assert_eq!(told(&Books::default(), "cash.csv", &buy("CDR.PL", "-136.80")), "unknown");
    assert_eq!(told(&Books::default(), "cash.csv", &buy("CDR.PL", "-589.00")), "PLN");
    let two = buy("CDR.PL", "-589.00") + &buy("XYE.DE", "-589.00").replace("2;", "3;");
    assert_eq!(told(&Books::default(), "cash.csv", &two), "unknown");
    // So does the name of a file, and what stands above a header.
    assert_eq!(told(&Books::default(), "USD_123_cash.csv", ""), "USD");
    let above = format!(";Account;Currency;Balance;\n;123;PLN;5.00;\n{text}");
    let run = Books::default().import(&[Source::new("cash.csv", above)], Otherwise::Profile);
    assert_eq!(run.files[0].events[0].currency.as_deref(), Some("PLN"));
    // The settings of the account go before all of them.
    let mut books = Books::default().account("xtb", "xtb", &[]);
    books.accounts.get_mut("xtb").expect("it was added").currency = Some("CZK".into());
    assert_eq!(told(&books, "USD_123_cash.csv", &buy("CDR.PL", "-589.00")), "CZK");
    // A profile of one's own does too.
    let own = Books::default().profile("name = \"xtb\"\ncurrency = \"PLN\"\n");
    assert_eq!(told(&own, "cash.csv", ""), "PLN");
}

#[test]
fn a_file_with_as_many_rows_as_a_broker_gives_is_said_to_be_cut() {
    let source = schwab("income.csv");
    let rows = Books::default().import(std::slice::from_ref(&source), Otherwise::Profile);
    let read = rows.files[0].rows.read;
    let warned = |most: u32| {
        let mut books = Books::default();
        let mut profiles = import::profile::shipped();
        profiles.retain(|profile| *profile.name == *"schwab");
        let own = &mut profiles[0];
        own.name = "short".into();
        own.most_rows = Some(most);
        books.own = profiles;
        let context = Context {
            profiles: &books.own,
            accounts: &books.accounts,
            securities: &Securities::default(),
            known: &Known::default(),
            otherwise: Otherwise::Profile,
            dates: &books.dates,
            overrides: &[],
            accepted: &[],
        };
        let run = import::run(std::slice::from_ref(&source), &context);
        run.diagnostics.iter().any(|diagnostic| diagnostic.code == "may-be-cut")
    };
    assert!(warned(read));
    assert!(!warned(read + 1));
}

#[test]
fn a_file_that_no_profile_reads_says_what_came_nearest() {
    let books = Books::default().profile(OWN);
    let file = Source::new("budget.csv", "When,What,Symbol,How much\n1,2,3,4\n");
    let run = books.import(&[file], Otherwise::Ask);
    let refused = &run.refused[0];
    assert_eq!(
        format!("{}: {}", refused.reason, refused.advice),
        "no profile reads it: rentier profile new FILE"
    );
    let diagnostic = refused.diagnostic.clone().expect("with its place");
    let text = diagnostics::all(&[diagnostic], false);
    assert!(text.contains("--> budget.csv:1:1"), "{text}");
    assert!(text.contains("which has 1 of these 4 columns"), "{text}");
    assert!(text.contains("draft a profile from it: rentier profile new budget.csv"), "{text}");
}

#[test]
fn a_profile_is_read_strictly_and_says_every_mistake() {
    let text = "name = \"x\"\nneeds = [\"dat\"]\n[columns]\ndate = \"Date\"\nprize = \"Price\"\n\
                [[action]]\nis = \"A\"\nevent = \"dividnd\"\n[[action]]\nevent = \"dividend\"\n\
                [[action]]\nis = \"B\"\nevent = \"fee\"\nignore = \"total\"\nclaimd = \"long\"\n\
                [account]\ntitle = 'no group'\n";
    let (_, found) = import::profile::read(&Source::new("profiles/x.toml", text));
    let said: Vec<String> =
        found.iter().map(|one| format!("{}: {}", one.places[0].line, one.message)).collect();
    assert_eq!(
        said,
        [
            "2: no `dat` for `needs`",
            "5: no setting `prize` in `[columns]`",
            "8: no `dividnd` for `event`",
            "9: expected `is`, `starts` or `contains`: the action's words",
            "11: expected `event` or `ignore`, found both",
            "15: no setting `claimd` in `[[action]]`",
            "17: expected a pattern with one group `(…)`",
        ]
    );
}

#[test]
fn the_users_own_rows_go_before_the_shipped_ones() {
    let own = "name = \"schwab\"\n[[action]]\nis = \"Credit Interest\"\nevent = \"other-income\"\nreason = \"rebate\"\n";
    let books = Books::default().account("schwab", "schwab", &[]).profile(own);
    let run = books.import(&[schwab("a.csv")], Otherwise::Ask);
    assert_eq!(run.files[0].events[0].kind.name(), "other-income");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// A cell may hold anything: nothing panics, every row is accounted for, and no row that is
    /// whole is lost to the damage of another.
    #[test]
    fn damaged_exports_add_up(
        fixture in 0usize..64,
        damage in prop::collection::vec((0usize..65536, "[\",;\n\r$()0-9.eE/ \t\u{feff}é-]{0,6}"), 1..12),
    ) {
        let mut all = fixtures("schwab");
        for folder in ["fidelity", "kraken", "coinbase-pro", "coinbase", "airbnb", "questrade", "wells-fargo"] {
            all.extend(fixtures(folder));
        }
        let path = &all[fixture % all.len()];
        let mut text = Source::decode("x.csv", fs::read(path).expect("a fixture")).text.to_string();
        for (at, piece) in damage {
            let mut at = text.len() * at / 65536;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let end = (at..=text.len()).skip(1).find(|end| text.is_char_boundary(*end)).unwrap_or(at);
            text.replace_range(at..end, &piece);
        }
        let source = Source::new("x.csv", text);
        let run = Books::default().import(std::slice::from_ref(&source), Otherwise::Profile);
        for file in &run.files {
            prop_assert!(file.rows.add_up());
            let rows = file.events.len() + file.ignored.len();
            prop_assert!(rows > 0 || file.rows.read == 0);
        }
        let _ = said(&run);
    }
}

/// One event for each line: kind, amount, currency, units.
fn kinds(run: &Run) -> Vec<String> {
    let one = |event: &rentier::event::Event| {
        let currency = event.currency.as_deref().unwrap_or("-");
        let (kind, amount) = (event.kind.name(), event.amount);
        let units = event.security().map(|id| format!(" {} {id}", event.quantity()));
        format!("{} {kind} {amount} {currency}{}", event.date, units.unwrap_or_default())
    };
    run.files.iter().flat_map(|file| &file.events).map(one).collect()
}

const BANK: &str = r#"
name = "own"
bank = true
needs = ["date", "debit", "credit"]
identity = ["date", "action", "amount"]
[columns]
date = "Day"
action = "What"
text = "What"
debit = "Out"
credit = "In"
balance = "Balance"
[dates]
form = "mm/dd/yyyy"
[[action]]
contains = "INTEREST"
event = "interest"
[[action]]
starts = "SERVICE FEE"
event = "fee"
reason = "service"
"#;

#[test]
fn cash_may_have_a_column_for_each_direction_and_a_bank_loses_no_row() {
    let books = Books::default().account("own", "own", &[]).profile(BANK);
    let text = "Day,What,Out,In,Balance\n\
                05/30/2024,MONTHLY INTEREST PAID,,1.25,96.25\n\
                05/29/2024,SERVICE FEE,5.00,,95.00\n\
                05/28/2024,CARD 1234 SHOP,-20.00,,100.00\n\
                05/27/2024,SHOP REFUND,,20.00,120.00\n";
    let run = books.import(&[Source::new("a.csv", text)], Otherwise::Ask);
    assert_eq!(
        kinds(&run),
        [
            "2024-05-27 deposit 20.00 USD",
            "2024-05-28 withdrawal -20.00 USD",
            "2024-05-29 fee -5.00 USD",
            "2024-05-30 interest 1.25 USD",
        ]
    );
    let Ties::Stated { off, closing, .. } = &run.files[0].ties[0].ties else { panic!("stated") };
    assert_eq!((off.to_string(), closing.to_string()), ("0.00".to_owned(), "96.25".to_owned()));
    assert_eq!(run.files[0].rows.unresolved, 0);
}

const SWAPS: &str = r#"
name = "own"
needs = ["date", "asset", "amount"]
identity = ["date", "action", "asset", "amount", "reference"]
[columns]
date = "date"
action = "type"
asset = "asset"
amount = "amount"
fees = "fee"
reference = "order"
[assets]
XXBT = "BTC"
ZUSD = "USD"
CAN = "CAD"
"*.S" = "*"
[[action]]
is = "trade"
event = "exchange"
pair = "swap"
[[action]]
is = "fee"
event = "fee"
pair = "swap"
"#;

#[test]
fn what_leaves_and_what_comes_are_one_trade_or_one_exchange_of_currencies() {
    let books = Books::default().account("own", "own", &[]).profile(SWAPS);
    let text = "date,type,asset,amount,fee,order\n\
                2024-05-01,trade,ZUSD,-600.00,1.50,o1\n\
                2024-05-01,trade,XXBT.S,0.01,,o1\n\
                2024-05-02,trade,XXBT,-0.004,,o2\n\
                2024-05-02,trade,ZUSD,150.00,,o2\n\
                2024-05-02,trade,XXBT,-0.002,,o2\n\
                2024-05-02,trade,ZUSD,75.00,,o2\n\
                2024-05-02,fee,ZUSD,-0.25,,o2\n\
                2024-05-03,trade,CAN,100,,\n\
                2024-05-03,trade,ZUSD,-73.10,,\n\
                2024-05-03,trade,ZUSD,-7.31,,\n\
                2024-05-03,trade,CAN,10,,\n\
                2024-05-04,trade,ZUSD,-7.31,,\n\
                2024-05-05,trade,XXBT,-1,,o3\n\
                2024-05-05,trade,ETH,20,,o3\n";
    let run = books.import(&[Source::new("a.csv", text)], Otherwise::Ask);
    let report = &run.files[0];
    assert_eq!((report.rows.read, report.rows.new, report.rows.unresolved), (14, 11, 3));
    let known: Vec<_> = kinds(&run).into_iter().filter(|line| !line.contains("unknown")).collect();
    assert_eq!(
        known,
        [
            "2024-05-01 buy -600.00 USD 0.01 BTC",
            "2024-05-02 sell 224.75 USD -0.006 BTC",
            "2024-05-03 currency-exchange -73.10 USD",
            "2024-05-03 currency-exchange -7.31 USD",
        ]
    );
    // The same rows the other way round are the same events.
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let turned = books.import(&[Source::new("b.csv", lines.join("\n"))], Otherwise::Ask);
    let ids = |run: &Run| -> Vec<String> {
        run.files[0].events.iter().map(|event| event.id.to_string()).collect()
    };
    assert_eq!(ids(&turned), ids(&run));
}

#[test]
fn rows_of_a_pasted_table_may_be_shifted_and_properties_are_ids() {
    let own = r#"
        name = "own"
        needs = ["date", "amount", "property"]
        identity = ["date", "action", "property", "amount"]
        [columns]
        date = "Day"
        action = "What"
        amount = "Amount"
        property = "Listing"
        [properties]
        "The Old Mill" = "mill"
        [[action]]
        is = "Rent"
        event = "rent"
        [[action]]
        is = "Plumber"
        event = "rent-expense"
        expense = "repairs"
        [[action]]
        is = ""
        when = { filled = ["property"] }
        ignore = "note"
    "#;
    let books = Books::default().account("own", "own", &[]).profile(own);
    let text = "Day\tWhat\tListing\tAmount\n\
                \t2024-05-01\tRent\tThe Old Mill\t$900.00\n\
                \t2024-05-02\tPlumber\tMaple St. 4\t-$80.00\n\
                \t2024-05-03\t\tMaple St. 4\t\n\
                \t2024-05-04\tRent\t\t$900.00\n";
    let run = books.import(&[Source::new("a.txt", text)], Otherwise::Ask);
    let properties: Vec<_> =
        run.files[0].events.iter().filter_map(|event| event.property()).collect();
    assert_eq!(properties, ["mill", "maple-st-4"]);
    assert_eq!(
        run.files[0].unresolved[0].reason,
        "the row names no property, and `rent` needs one"
    );
    assert_eq!((run.files[0].rows.ignored, run.files[0].rows.unresolved), (1, 1));
}
