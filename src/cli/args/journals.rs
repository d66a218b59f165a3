//! The flags of the commands that show journals as they are: balances, postings, names, prices.

use std::path::PathBuf;

use clap::Args;

use super::Output;

/// Where journals are read from, where it is not the books.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub struct Journals {
    /// Read F instead of the books (repeatable)
    #[arg(short, long = "file", value_name = "F")]
    pub files: Vec<PathBuf>,
    /// hledger, ledger, beancount; else by evidence in the file
    #[arg(long, value_name = "KIND")]
    pub dialect: Option<String>,
}

/// Which days count.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Keep")]
pub struct Days {
    /// From this day on
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Up to this day, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

/// One column, or one group of rows, for each period.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Periods")]
#[group(id = "period", multiple = false)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
pub struct Periods {
    /// By calendar year
    #[arg(long, short_alias = 'Y')]
    pub yearly: bool,
    /// By quarter
    #[arg(long, short_alias = 'Q')]
    pub quarterly: bool,
    /// By month
    #[arg(long, short_alias = 'M')]
    pub monthly: bool,
    /// By week, from Monday on
    #[arg(long, short_alias = 'W')]
    pub weekly: bool,
    /// By day
    #[arg(long, short_alias = 'D')]
    pub daily: bool,
}

/// What all is valued in.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Value")]
pub struct Exchange {
    /// Value everything in SYM, at the prices of the day
    #[arg(short = 'X', long, value_name = "SYM")]
    pub exchange: Option<String>,
    /// Costs in transactions are prices, too (Ledger: always)
    #[arg(long)]
    pub infer_market_prices: bool,
}

/// `rentier balance`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier balance [ACCOUNT]... [OPTIONS]",
    after_help = "\
rentier balance                           every account
rentier balance Assets not:cash --tree    a part of the tree
rentier balance --lots                    what is left of each lot
rentier balance --yearly                  income and expenses by year
rentier balance -X EUR --as-of 2024-12-31 valued in euros that day
rentier balance -f my.journal --format csv",
    after_long_help = "\
Each account's own postings, one line for each commodity; an account that comes to nothing is left out. With \
--tree an account has what its subaccounts hold as well; --depth N adds deeper accounts to the one above. \
ACCOUNT is a part of an account's name or a regular expression, case apart: ^assets:bank. not:ACCOUNT leaves \
out.\n\n\
With --yearly, --monthly and their like each income and expense account has a column for each period, income \
positive; ACCOUNT may name accounts of other kinds, too, which show what was added.\n\n\
-X values at the end of each period, else on the day of --as-of or --to, else on the last day that the journals \
know. The price is the latest on or before that day: as stated, through a chain of prices, or turned round. What \
has no price stays in its own commodity, and that is said."
)]
pub struct BalanceArgs {
    /// [ACCOUNT]...  keep accounts whose names match one of these
    #[arg(value_name = "ACCOUNT")]
    pub patterns: Vec<String>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// The lots held, as the journals have them
    #[arg(
        long,
        help_heading = "Shape",
        conflicts_with_all = ["period", "tree", "depth", "exchange", "from", "to", "as_of"]
    )]
    pub lots: bool,
    /// Accounts below each other, with what is below them
    #[arg(long, help_heading = "Shape")]
    pub tree: bool,
    /// Add accounts deeper than N to the one above
    #[arg(long, value_name = "N", help_heading = "Shape", value_parser = clap::value_parser!(u16).range(1..))]
    pub depth: Option<u16>,
    /// By which periods.
    #[command(flatten)]
    pub periods: Periods,
    /// In what.
    #[command(flatten)]
    pub exchange: Exchange,
    /// Of which days.
    #[command(flatten)]
    pub days: Days,
    /// At the close of that day
    #[arg(long, value_name = "DAY", help_heading = "Keep", conflicts_with_all = ["from", "to"])]
    pub as_of: Option<String>,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier register`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier register [ACCOUNT]... [OPTIONS]",
    after_help = "\
rentier register Assets:Bank              what happened there
rentier register expenses --monthly       by month and account
rentier register -X USD --from 2024-01-01 valued in dollars
rentier register -f my.journal --format csv",
    after_long_help = "\
A row for each posting, by day; the total is what the rows so far come to in the commodity of the row. ACCOUNT is \
a part of an account's name or a regular expression, case apart; not:ACCOUNT leaves out.\n\n\
With --yearly, --monthly and their like a row is what an account came to in a period. -X values at the end of each \
period, else on the day of --to, else on the last day that the journals know."
)]
pub struct RegisterArgs {
    /// [ACCOUNT]...  keep accounts whose names match one of these
    #[arg(value_name = "ACCOUNT")]
    pub patterns: Vec<String>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// Call accounts deeper than N by the one above
    #[arg(long, value_name = "N", help_heading = "Shape", value_parser = clap::value_parser!(u16).range(1..))]
    pub depth: Option<u16>,
    /// By which periods.
    #[command(flatten)]
    pub periods: Periods,
    /// In what.
    #[command(flatten)]
    pub exchange: Exchange,
    /// Of which days.
    #[command(flatten)]
    pub days: Days,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier stats`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier stats [FILE]... [OPTIONS]",
    after_help = "\
rentier stats                             of the books
rentier stats my.journal                  of a file, with its includes",
    after_long_help = "\
Files and as what each was read, with the evidence; the days they span; how many transactions, postings, accounts, \
commodities and prices there are; and what was kept without effect, by kind."
)]
pub struct StatsArgs {
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "FILE")]
    pub words: Vec<PathBuf>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier accounts`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier accounts [ACCOUNT]... [OPTIONS]",
    after_help = "\
rentier accounts                          all, one on a line
rentier accounts income --tree            a part of the tree
rentier accounts --undeclared             posted to, declared nowhere
rentier accounts -f my.journal --format csv",
    after_long_help = "\
Text is one name on a line, for other tools; the other formats say besides where an account is declared, how many \
postings it has, and the days of the first and the last. ACCOUNT is a part of a name or a regular expression, case \
apart; not:ACCOUNT leaves out."
)]
pub struct AccountsArgs {
    /// [ACCOUNT]...  keep accounts whose names match one of these
    #[arg(value_name = "ACCOUNT")]
    pub patterns: Vec<String>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// Accounts below each other
    #[arg(long, help_heading = "Shape")]
    pub tree: bool,
    /// No deeper than N
    #[arg(long, value_name = "N", help_heading = "Shape", value_parser = clap::value_parser!(u16).range(1..))]
    pub depth: Option<u16>,
    /// What to keep.
    #[command(flatten)]
    pub named: Named,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// Which names to keep.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Keep")]
#[group(id = "named", multiple = false)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
pub struct Named {
    /// Only those that are declared
    #[arg(long)]
    pub declared: bool,
    /// Only those that are used
    #[arg(long)]
    pub used: bool,
    /// Only those that are used and not declared
    #[arg(long)]
    pub undeclared: bool,
    /// Only those that are declared and not used
    #[arg(long)]
    pub unused: bool,
}

/// `rentier commodities`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier commodities [FILE]... [OPTIONS]",
    after_help = "\
rentier commodities                       all, one on a line
rentier commodities my.journal --used     those of a file",
    after_long_help = "\
Text is one symbol on a line, for other tools; the other formats say besides where a commodity is declared, how \
many postings it has, and how many prices of it are stated."
)]
pub struct CommoditiesArgs {
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "FILE")]
    pub words: Vec<PathBuf>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// What to keep.
    #[command(flatten)]
    pub named: Named,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier prices`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier prices [YEAR]... [FILE]... [OPTIONS]",
    after_help = "\
rentier prices                            all, by day
rentier prices 2024 --commodity VTI       of one commodity and year
rentier prices --as hledger > all.prices  as P lines
rentier prices -f my.journal --infer-market-prices",
    after_long_help = "\
Prices as the journals state them; of Ledger journals also those that costs imply, as Ledger takes them."
)]
pub struct PricesArgs {
    /// [YEAR]...  2024, 2022..2024; if none, every year
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "YEAR|FILE", verbatim_doc_comment)]
    pub words: Vec<String>,
    /// From where.
    #[command(flatten)]
    pub journals: Journals,
    /// Costs in transactions are prices, too (Ledger: always)
    #[arg(long, help_heading = "Shape")]
    pub infer_market_prices: bool,
    /// hledger, ledger, rentier (P lines), beancount
    #[arg(long = "as", value_name = "KIND", help_heading = "Shape", conflicts_with = "format")]
    pub kind: Option<String>,
    /// Only prices of this commodity (repeatable)
    #[arg(long, value_name = "SYM", help_heading = "Keep")]
    pub commodity: Vec<String>,
    /// Of which days.
    #[command(flatten)]
    pub days: Days,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier print`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier print [ACCOUNT]... [OPTIONS]",
    after_help = "\
rentier print                             the transactions, by date
rentier print Dividends --from 2024-01-01 of some accounts
rentier print --as beancount -o out.beancount
rentier print -f my.journal --as hledger",
    after_long_help = "\
Without --as, transactions stand as they were written, those of all files by date. With it, every amount is \
written out and names become what the other program accepts, so that its balances are those here; what it \
cannot say stands as a comment, with a warning. `rentier` is the journal of events that an import writes. An \
export is printed as the journal it would become."
)]
pub struct PrintArgs {
    /// [ACCOUNT]...  keep transactions with an account that matches one of these
    #[arg(value_name = "ACCOUNT")]
    pub patterns: Vec<String>,
    /// rentier, hledger, ledger, beancount; else as it is written
    #[arg(long = "as", value_name = "KIND", help_heading = "Shape")]
    pub target: Option<String>,
    /// Of which days.
    #[command(flatten)]
    pub days: Days,
    /// Read F instead of the books (repeatable)
    #[arg(short, long = "file", value_name = "F", help_heading = "Reading")]
    pub files: Vec<PathBuf>,
    /// hledger, ledger, beancount; else by evidence in the file
    #[arg(long, value_name = "KIND", help_heading = "Reading")]
    pub dialect: Option<String>,
    /// Write there
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// `rentier fmt`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier fmt [FILE]... [OPTIONS]",
    after_help = "\
rentier fmt                               the journals of the books
rentier fmt --check                       exit 1 if one is not tidy
rentier fmt -n my.journal                 what would change",
    after_long_help = "\
Postings get one indent, amounts one column in each transaction, blocks one empty line between them, lines no \
blanks at their ends. No word and no comment changes, and what is tidy stays as it is, byte for byte. Encoding, \
line ends and a byte-order mark are kept."
)]
pub struct FmtArgs {
    /// [FILE]...  journals; if none, those of the books
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write nothing; exit 1 if a file is not tidy, and say where
    #[arg(long)]
    pub check: bool,
    /// Show what would change, write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// hledger, ledger, beancount; else by evidence in the file
    #[arg(long, value_name = "KIND")]
    pub dialect: Option<String>,
}
