//! Large inputs, the same at every run: a journal of one investor and the CSV a broker would export.
//!
//! No clock and no randomness from outside: a small generator of numbers with a fixed seed, so that
//! two machines measure the same bytes.

use std::fmt::Write;

/// Numbers that look random and are the same everywhere (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

const FIRST_YEAR: u64 = 2015;
const YEARS: u64 = 10;

/// Year, month and day of the `at`-th of `count` things spread evenly over ten years.
fn day(at: u64, count: u64) -> (u64, u64, u64) {
    let day = at * YEARS * 336 / count.max(1);
    (FIRST_YEAR + day / 336, day % 336 / 28 + 1, day % 28 + 1)
}

fn ticker(number: u64) -> String {
    let letter = |shift: u32| char::from(b'A' + (number / 26u64.pow(shift) % 26) as u8);
    [letter(1), letter(0), 'X'].iter().collect()
}

/// Cents as they are written: `1234.50`.
fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

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
