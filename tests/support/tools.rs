//! The real hledger and Ledger, asked for balances.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use rentier::ledger::{self, Ledger};

/// What an account holds of a commodity, as plain text without padding zeros.
pub type Balances = BTreeMap<(String, String), String>;

/// Whether a program can be run. Where checks with it are a duty it must be there, else that it is
/// not is said.
pub fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        let duty = env::var("RENTIER_CROSS_CHECKS").is_ok_and(|value| value == "required");
        assert!(!duty, "{program} is not installed, and cross-checks are required");
        crate::left_out::left_out(&format!("{program} is not installed"));
    }
    found
}

/// Ours.
#[allow(dead_code, reason = "not every test asks it")]
pub fn rentier(ledger: &Ledger) -> Balances {
    let balances = ledger::balance(ledger, |_| true).into_iter();
    balances
        .map(|balance| {
            let quantity = balance.quantity.expect("sums within 28 digits");
            let key = (balance.account.to_string(), balance.commodity.to_string());
            (key, quantity.normalize().to_string())
        })
        .collect()
}

/// hledger's, or its complaint.
pub fn hledger(file: &Path) -> Result<Balances, String> {
    let mut hledger = Command::new("hledger");
    hledger.args(["bal", "--flat", "-N", "-O", "csv", "--layout=bare", "-f"]).arg(file);
    let text = run(&mut hledger)?;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let mut balances = Balances::new();
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        add(&mut balances, &row[0], &row[1], &row[2]);
    }
    Ok(balances)
}

/// Ledger's, or its complaint: its register's amounts summed up, for its balances are rounded. It is
/// asked for them times 10^24, as it prints fewer digits than it keeps.
pub fn ledger(file: &Path) -> Result<Balances, String> {
    let format = format!(
        "%(account)\x01%(quantity(amount)*1{})\x01%(commodity(strip(amount)))\x02\\n",
        "0".repeat(24)
    );
    let mut ledger = Command::new("ledger");
    ledger.arg("--args-only").arg("-f").arg(file).args(["reg", "--empty", "--format", &format]);
    let text = run(&mut ledger)?;
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    for record in text.split('\x02').map(|record| record.trim_matches('\n')) {
        let mut cells = record.split('\x01');
        let (Some(account), Some(quantity), Some(commodity)) =
            (cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let digits = quantity.replace(',', "");
        let digits = digits.split('.').next().unwrap_or_default();
        let digits: i128 = digits.parse().map_err(|_| format!("no number: {quantity}"))?;
        let key = (account.to_owned(), commodity.trim_matches('"').to_owned());
        *sums.entry(key).or_default() += digits;
    }
    let mut balances = Balances::new();
    for ((account, commodity), sum) in sums {
        let sign = if sum < 0 { "-" } else { "" };
        let digits = format!("{:025}", sum.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - 24);
        add(&mut balances, &account, &commodity, &format!("{sign}{whole}.{fraction}"));
    }
    Ok(balances)
}

pub fn add(balances: &mut Balances, account: &str, commodity: &str, quantity: &str) {
    let quantity = match quantity.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        },
        None => quantity.to_owned(),
    };
    if !matches!(&*quantity, "0" | "-0") {
        balances.insert((account.to_owned(), commodity.to_owned()), quantity);
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// The Python that has Beancount: of `RENTIER_BEANCOUNT`, of the environment that `.ci/run` makes, or
/// the system's own.
fn python() -> Option<String> {
    let made = format!("{}/target/beancount/bin/python", env!("CARGO_MANIFEST_DIR"));
    let named = env::var("RENTIER_BEANCOUNT").ok();
    named.into_iter().chain([made, "python3".to_owned()]).find(|python| {
        let asked =
            Command::new(python).args(["-c", "import beancount"]).stdin(Stdio::null()).output();
        asked.is_ok_and(|output| output.status.success())
    })
}

/// Whether Beancount can be asked; as [`has`].
#[allow(dead_code, reason = "not every test asks it")]
pub fn has_beancount() -> bool {
    let found = python().is_some();
    if !found {
        let duty = env::var("RENTIER_CROSS_CHECKS").is_ok_and(|value| value == "required");
        assert!(!duty, "Beancount is not installed, and cross-checks are required");
        crate::left_out::left_out("Beancount is not installed");
    }
    found
}

/// Sums the units that each file posts, as Beancount itself has read it.
const ASK: &str = r#"
import sys
from beancount import loader
from beancount.core import data
for name in sys.argv[1:]:
    entries, errors, _ = loader.load_file(name)
    for error in errors[:3]:
        line = (error.source or {}).get("lineno")
        print("!", line, " ".join(error.message.split())[:300])
    sums = {}
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                key = (posting.account, posting.units.currency)
                sums[key] = sums.get(key, 0) + posting.units.number
    for (account, currency), number in sums.items():
        print(account, currency, format(number, "f"), sep="\t")
    print(".")
"#;

/// Beancount's balances of each file, or its complaint.
#[allow(dead_code, reason = "not every test asks it")]
pub fn beancount(files: &[&Path]) -> Vec<Result<Balances, String>> {
    let python = python().expect("it was asked before");
    let mut command = Command::new(python);
    let text = run(command.arg("-c").arg(ASK).args(files)).unwrap_or_else(|why| panic!("{why}"));
    let mut all = Vec::new();
    let (mut balances, mut complaints) = (Balances::new(), Vec::new());
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        if line == "." {
            let found = std::mem::take(&mut balances);
            let wrong: Vec<String> = std::mem::take(&mut complaints);
            all.push(if wrong.is_empty() { Ok(found) } else { Err(wrong.join(", ")) });
        } else if let [account, commodity, quantity] = cells[..] {
            add(&mut balances, account, commodity, quantity);
        } else {
            complaints.push(line.to_owned());
        }
    }
    assert_eq!(all.len(), files.len());
    all
}
