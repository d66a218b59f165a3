//! The books of one investor over ten years, the same entries as Ledger, Beancount and Tackler write
//! them, and what they come to: the input of the race.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::seed::{Numbers, day, money, ticker};

/// The accounts that entries post to.
const ACCOUNTS: [&str; 14] = [
    "Assets:Bank:Checking",
    "Assets:Bank:Savings",
    "Assets:Broker:North:Cash",
    "Assets:Broker:South:Cash",
    "Assets:Broker:North:Stocks",
    "Assets:Broker:South:Stocks",
    "Income:Dividends:Qualified",
    "Income:Dividends:Ordinary",
    "Income:Interest:Bank",
    "Income:Rent:Mill-Lane",
    "Income:Gains",
    "Expenses:Rent:Repairs",
    "Expenses:Broker:Fees",
    "Expenses:Taxes:Withheld",
];
const CHECKING: usize = 0;
const SAVINGS: usize = 1;
const CASH: usize = 2;
const STOCKS: usize = 4;
const QUALIFIED: usize = 6;
const ORDINARY: usize = 7;
const INTEREST: usize = 8;
const RENT: usize = 9;
const GAINS: usize = 10;
const REPAIRS: usize = 11;
const FEES: usize = 12;
const WITHHELD: usize = 13;

/// How many securities are traded.
const SECURITIES: u64 = 200;
/// Lots of one security at one broker that are open at most.
const LOTS: usize = 3;

/// Units of a security at a price in cents: bought, or sold out of a lot that cost another price.
struct Units {
    security: u64,
    count: i64,
    cost: u64,
    price: u64,
    /// Year, month and day on which the lot was bought.
    bought: (u64, u64, u64),
}

/// Units, the price of one in cents, and the day they were bought.
type Lot = (i64, u64, (u64, u64, u64));

struct Posting {
    account: usize,
    /// Cents; of units, at cost.
    cents: i64,
    units: Option<Units>,
}

/// The texts and the sums of a book.
pub struct Books {
    /// For Ledger, hledger, okane and rentier.
    pub ledger: String,
    /// For Beancount and what reads its files.
    pub beancount: String,
    /// For Tackler.
    pub tackler: String,
    /// Cents by year and account of income and expenses, signed as the postings are.
    pub sums: BTreeMap<(u64, &'static str), i64>,
}

/// The books of `transactions` entries, in date order: some 200 bytes each.
pub fn books(transactions: u64) -> Books {
    let mut numbers = Numbers(3);
    let mut lots: BTreeMap<(u64, u64), Vec<Lot>> = BTreeMap::new();
    let mut books = Books::new();
    for at in 0..transactions {
        let today = day(at, transactions);
        let (broker, security) = (numbers.below(2), numbers.below(SECURITIES));
        let second = usize::from(broker == 1);
        let (cash, stocks) = (CASH + second, STOCKS + second);
        let cents = 100 + numbers.below(500_000).cast_signed();
        let plain = |account, cents| Posting { account, cents, units: None };
        let name = ticker(security);
        let (payee, note, postings) = match numbers.below(10) {
            0..=3 => {
                let held = lots.entry((broker, security)).or_default();
                let fee = if numbers.below(3) == 0 { 495 } else { 0 };
                if held.len() == LOTS || (!held.is_empty() && numbers.below(2) == 0) {
                    let (count, cost, bought) = held.remove(0);
                    let price = cost * (80 + numbers.below(50)) / 100 + 1;
                    let sold = Units { security, count: -count, cost, price, bought };
                    let (at_cost, proceeds) =
                        (count * cost.cast_signed(), count * price.cast_signed());
                    let mut postings =
                        vec![Posting { account: stocks, cents: -at_cost, units: Some(sold) }];
                    if proceeds != at_cost {
                        postings.push(plain(GAINS, at_cost - proceeds));
                    }
                    if fee > 0 {
                        postings.push(plain(FEES, fee));
                    }
                    postings.push(plain(cash, proceeds - fee));
                    ("Broker", format!("Sell {name}"), postings)
                } else {
                    let (count, cost) =
                        (1 + numbers.below(200).cast_signed(), 500 + numbers.below(90_000));
                    held.push((count, cost, today));
                    let units = Units { security, count, cost, price: cost, bought: today };
                    let paid = count * cost.cast_signed();
                    let mut postings =
                        vec![Posting { account: stocks, cents: paid, units: Some(units) }];
                    if fee > 0 {
                        postings.push(plain(FEES, fee));
                    }
                    postings.push(plain(cash, -paid - fee));
                    ("Broker", format!("Buy {name}"), postings)
                }
            }
            4..=5 => {
                let account = if security % 3 == 0 { ORDINARY } else { QUALIFIED };
                let tax = if security % 7 == 0 { cents * 15 / 100 } else { 0 };
                let mut postings = vec![plain(account, -cents)];
                if tax > 0 {
                    postings.push(plain(WITHHELD, tax));
                }
                postings.push(plain(cash, cents - tax));
                ("Broker", format!("Dividend of {name}"), postings)
            }
            6 => (
                "City Bank",
                "Interest".to_owned(),
                vec![plain(INTEREST, -cents), plain(SAVINGS, cents)],
            ),
            7 => (
                "The tenants",
                "Rent".to_owned(),
                vec![plain(RENT, -cents), plain(CHECKING, cents)],
            ),
            8 => (
                "Mill Lane",
                "Repair".to_owned(),
                vec![plain(REPAIRS, cents), plain(CHECKING, -cents)],
            ),
            _ => {
                ("Broker", "Transfer".to_owned(), vec![plain(cash, cents), plain(CHECKING, -cents)])
            }
        };
        books.entry(at, today, payee, &note, &postings);
    }
    books
}

impl Books {
    fn new() -> Books {
        let mut books = Books {
            ledger: "; one investor's books, generated\n\n".to_owned(),
            beancount: "option \"title\" \"generated\"\noption \"operating_currency\" \"USD\"\n\n"
                .to_owned(),
            tackler: String::new(),
            sums: BTreeMap::new(),
        };
        for account in ACCOUNTS {
            let _ = writeln!(books.ledger, "account {account}");
            let _ = writeln!(books.beancount, "2014-01-01 open {account}");
        }
        books.ledger.push_str("\ncommodity 1000.00 USD\n\n");
        books.beancount.push('\n');
        books
    }

    fn entry(
        &mut self,
        at: u64,
        (year, month, date): (u64, u64, u64),
        payee: &str,
        note: &str,
        postings: &[Posting],
    ) {
        let Books { ledger, beancount, tackler, sums } = self;
        let on = format!("{year}-{month:02}-{date:02}");
        let _ = write!(ledger, "{on} * (T{at:07}) {payee} | {note}\n    ; row: {at}\n");
        let _ = writeln!(beancount, "{on} * \"{payee}\" \"{note}\" ^T{at:07}");
        let _ = writeln!(tackler, "{on} (T{at:07}) '{payee} | {note}");
        for posting in postings {
            let account = ACCOUNTS[posting.account];
            if posting.account >= QUALIFIED {
                *sums.entry((year, account)).or_default() += posting.cents;
            }
            let amount = signed(posting.cents);
            let Some(units) = &posting.units else {
                let _ = writeln!(ledger, "    {account:<32}  {amount} USD");
                let _ = writeln!(beancount, "  {account}  {amount} USD");
                let _ = writeln!(tackler, "   {account}  {amount} USD");
                continue;
            };
            let Units { security, count, cost, price, bought: (year, month, date) } = units;
            let (name, cost, price) = (ticker(*security), money(*cost), money(*price));
            let _ = writeln!(ledger, "    {account:<32}  {count} {name} @ {cost} USD");
            let lot = format!("{{{cost} USD, {year}-{month:02}-{date:02}}}");
            let sold = if *count < 0 { format!(" @ {price} USD") } else { String::new() };
            let _ = writeln!(beancount, "  {account}  {count} {name} {lot}{sold}");
            let _ = writeln!(tackler, "   {account}  {count} {name} @ {cost} USD");
        }
        for text in [ledger, beancount, tackler] {
            text.push('\n');
        }
    }
}

/// Cents as they are written, with a sign.
fn signed(cents: i64) -> String {
    format!("{}{}", if cents < 0 { "-" } else { "" }, money(cents.unsigned_abs()))
}
