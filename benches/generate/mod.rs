//! Large inputs, the same at every run: a journal of one investor and the CSV a broker would export.
//!
//! No clock and no randomness from outside: a small generator of numbers with a fixed seed, so that
//! two machines measure the same bytes.

use std::fmt::Write;

use crate::seed::{Numbers, day, money, ticker};

/// A journal of `transactions` entries in date order: dividends, purchases, sales, interest, rent and
/// groceries, in the forms people write, about 150 bytes each.
pub fn journal(transactions: u64) -> String {
    let mut numbers = Numbers(1);
    let mut text = String::new();
    for at in 0..transactions {
        let (year, month, date) = day(at, transactions);
        let security = ticker(numbers.below(200));
        let account = numbers.below(20);
        let cents = 100 + numbers.below(500_000);
        let amount = money(cents);
        let head = format!("{year}-{month:02}-{date:02} *");
        let entry = match numbers.below(10) {
            0..=3 => format!(
                "{head} Dividend {security}\n    Assets:Broker{account}:Cash    {amount} USD\n    Income:Dividends:{security}\n"
            ),
            4..=5 => {
                let units = 1 + numbers.below(100);
                let cost = money(units * cents);
                format!(
                    "{head} Buy {security}\n    Assets:Broker{account}:{security}    {units} {security} @ {amount} USD\n    Assets:Broker{account}:Cash    -{cost} USD\n"
                )
            }
            6 => format!(
                "{head} Interest\n    Assets:Broker{account}:Cash    {amount} USD\n    Income:Interest:Broker{account}    -{amount} USD\n"
            ),
            7 => format!(
                "{head} The tenants | rent\n    Assets:Bank    {amount} USD\n    Income:Rent:House\n"
            ),
            _ => format!(
                "{head} Corner shop ; the week\n    Expenses:Food    {amount} USD\n    Assets:Bank\n"
            ),
        };
        text.push_str(&entry);
        text.push('\n');
    }
    text
}

/// A Schwab brokerage export of `rows` rows, newest first, about 85 bytes each.
pub fn schwab(rows: u64) -> String {
    let mut numbers = Numbers(2);
    let mut text = String::new();
    text.push_str(
        "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n",
    );
    for at in (0..rows).rev() {
        let (year, month, date) = day(at, rows);
        let security = ticker(numbers.below(200));
        let cents = 100 + numbers.below(100_000);
        let price = money(cents);
        let date = format!("{month:02}/{date:02}/{year}");
        let name = format!("{security} CORPORATION COMMON STOCK");
        let row = match numbers.below(8) {
            0..=2 => format!(
                "{date}\",\"Qualified Dividend\",\"{security}\",\"{name}\",\"\",\"\",\"\",\"${price}"
            ),
            3..=4 => {
                let units = 1 + numbers.below(100);
                let cost = money(units * cents);
                format!(
                    "{date}\",\"Buy\",\"{security}\",\"{name}\",\"{units}\",\"${price}\",\"\",\"-${cost}"
                )
            }
            5 => format!(
                "{date} as of {date}\",\"Bank Interest\",\"\",\"BANK INT\",\"\",\"\",\"\",\"${price}"
            ),
            6 => format!(
                "{date}\",\"Foreign Tax Paid\",\"{security}\",\"{name}\",\"\",\"\",\"\",\"-${price}"
            ),
            _ => format!(
                "{date}\",\"MoneyLink Transfer\",\"\",\"Tfr BANK\",\"\",\"\",\"\",\"${price}"
            ),
        };
        writeln!(text, "\"{row}\"").expect("a String takes every text");
    }
    text
}
