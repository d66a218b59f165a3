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

fn add(balances: &mut Balances, account: &str, commodity: &str, quantity: &str) {
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
