//! The command line as it is typed: mirrors the flags and nothing else.
//!
//! What a word means (a year or a file, a known account) is for the commands to say. The first line
//! of a comment is what `-h` and `--help` print; examples and paragraphs stand below the commands.

mod journals;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use journals::{
    AccountsArgs, BalanceArgs, CommoditiesArgs, Exchange, Journals, Named, Periods, PricesArgs,
    RegisterArgs, StatsArgs,
};

/// Yearly income statements from brokerage exports and a plain-text ledger
#[derive(Clone, Debug, Parser)]
#[command(
    name = "rentier",
    version,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    override_usage = "rentier [COMMAND] [OPTIONS]",
    max_term_width = 80
)]
pub struct CommandLine {
    /// What holds for every command.
    #[command(flatten)]
    pub always: Always,
    /// Without one: the status of the books, and the next step.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags of every command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Always")]
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
pub struct Always {
    /// The folder of records [RENTIER_BOOKS; else the nearest]
    #[arg(short, long, value_name = "DIR", global = true)]
    pub books: Option<PathBuf>,
    /// auto, always, never [NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true)]
    pub color: Option<Color>,
    /// Columns of text [COLUMNS on a terminal]
    #[arg(long, value_name = "N", global = true)]
    pub width: Option<usize>,
    /// What files are in that are not UTF-8; else windows-1252
    #[arg(long, value_name = "NAME", global = true)]
    pub encoding: Option<String>,
    /// Only results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Where settings and files were found
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print this help; --help says more
    #[arg(short, long, global = true)]
    pub help: bool,
    /// Print the version
    #[arg(short = 'V', long, global = true)]
    pub version: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Make a folder of records here
    Init(InitArgs),
    /// Read broker exports into the books
    Import(ImportArgs),
    /// Import what lies in the inbox folder and file it away
    Inbox(InboxArgs),
    /// List the problems of the records and the questions of a year
    Check(CheckArgs),
    /// Print the yearly income statement by tax category
    Income(IncomeArgs),
    /// Print one row for each lot sold
    Gains(GainsArgs),
    /// Follow a figure, an event or a row down to its line
    Explain(ExplainArgs),
    /// Print the balances of accounts, as hledger would
    Balance(BalanceArgs),
    /// Print postings by day with a running total, as hledger would
    Register(RegisterArgs),
    /// Say what the journals hold: files, spans, counts
    Stats(StatsArgs),
    /// List the accounts that are declared or posted to
    Accounts(AccountsArgs),
    /// List the commodities that are declared or used
    Commodities(CommoditiesArgs),
    /// List the prices that are stated, by day
    Prices(PricesArgs),
    /// List what happened: the journal, typed
    Events(EventsArgs),
    /// Print the journal itself
    Print(PrintArgs),
    /// Tidy journals: white space and alignment, nothing else
    Fmt(FmtArgs),
    /// Show the formats of exports that are known
    Profile(ProfileArgs),
    /// Print the manual, or a topic of it
    Help(HelpArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, for `man -l -`
    Man,
}

/// Where the records are read from, where it is not the books.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub struct Reading {
    /// Read F instead of the books (repeatable; same as naming it)
    #[arg(short, long = "file", value_name = "F")]
    pub files: Vec<PathBuf>,
    /// Judge as if under that regime: us, plain
    #[arg(long, value_name = "ID")]
    pub regime: Option<String>,
    /// single, joint, separate, head
    #[arg(long, value_name = "KIND")]
    pub filing: Option<String>,
    /// hledger, ledger, beancount; else by evidence in the file
    #[arg(long, value_name = "KIND")]
    pub dialect: Option<String>,
}

/// Keeps only what belongs to some account, owner, security, property.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Keep")]
pub struct Keep {
    /// Only this account (repeatable)
    #[arg(long, value_name = "ID")]
    pub account: Vec<String>,
    /// Only the accounts of this owner (repeatable)
    #[arg(long, value_name = "ID")]
    pub owner: Vec<String>,
    /// Only this security (repeatable)
    #[arg(long, value_name = "ID")]
    pub security: Vec<String>,
    /// Only this property (repeatable)
    #[arg(long, value_name = "ID")]
    pub property: Vec<String>,
    /// From this day on, by the date the report uses
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Up to this day, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

/// Where a report goes, and in which format.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Write there; the ending is the format
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// text, csv, json, md, html
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub format: Option<Format>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// Markdown.
    Md,
    /// A page.
    Html,
}

/// `rentier init`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier init [OPTIONS]",
    after_help = "\
rentier init                              here, regime us, single
rentier init --regime us --filing joint   for a couple
rentier init -b ~/books                   there",
    after_long_help = "\
Makes rentier.toml, main.journal, securities.toml, prices.journal and imported/ in the current folder, or in \
the one that --books names. A file that is there already is never touched."
)]
#[command(next_help_heading = "Settings")]
pub struct InitArgs {
    /// Under whose law: us, plain
    #[arg(long, value_name = "ID")]
    pub regime: Option<String>,
    /// single, joint, separate, head
    #[arg(long, value_name = "KIND")]
    pub filing: Option<String>,
    /// Show what would be made, write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// `rentier import`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier import FILE... [OPTIONS]",
    after_help = "\
rentier import ~/Downloads/*.csv -n       what is new; writes nothing
rentier import ~/Downloads/*.csv          write it into imported/
rentier import export.csv --account roth  whose rows these are
rentier import a.csv -n --account try --format json",
    after_long_help = "\
The broker is told by the file itself, the account by its number, its name or rows that are known already; \
what cannot be told is asked for. Every row of a file ends as new, known, changed, ignored with a reason, or \
unresolved, and the counts add up to the rows read. To import a file twice is to import it once. An import \
is written whole or not at all.\n\nExit code 1: a row is unresolved, a change waits, an account is asked for \
or a file is refused. The rest is written all the same."
)]
#[command(next_help_heading = "Import")]
pub struct ImportArgs {
    /// FILE...  exports of a broker, as they were downloaded; for a folder, all in it
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Whose rows these are, where a file does not say
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Show, write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Take a shown change as right (repeatable)
    #[arg(long, value_name = "ID|all")]
    pub accept: Vec<String>,
    /// text, json
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub format: Option<Format>,
}

/// `rentier inbox`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier inbox [OPTIONS]",
    after_help = "\
rentier inbox -n                          look first: nothing is moved
rentier inbox                             import it all, file it away",
    after_long_help = "\
Imports every file of the inbox folder of the books (`inbox` in rentier.toml, subfolders too), as `rentier \
import` would. A file whose rows are in the books then moves to the kept exports under their names; one that \
is refused, whose account is asked for, or with a change that waits for you stays in the inbox.\n\nWhere the \
settings keep no exports, every file stays."
)]
#[command(next_help_heading = "Import")]
pub struct InboxArgs {
    /// Show, write and move nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Take a shown change as right (repeatable)
    #[arg(long, value_name = "ID|all")]
    pub accept: Vec<String>,
    /// text, json
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub format: Option<Format>,
}

/// `rentier check`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier check [CHECK]... [YEAR]... [FILE]... [OPTIONS]",
    after_help = "\
rentier check                             every year
rentier check 2024                        what 2024 still waits for
rentier check accounts ordereddates       these checks too (--list)
rentier check --format json               for an editor",
    after_long_help = "\
Lists every problem of the records with its file and line, and every question that only you can answer, \
with the lines to write and the file they go into. Exit code 1 while there is one. That what is written \
reads, balances and agrees with stated balances is always checked; other checks when they are named. As \
JSON, `problems` is the list for an editor: file, line, column, endColumn (from 1, its end not included), \
code, severity, message, notes, help. With -v: as which dialect each file is read, why, and what of it has \
no effect."
)]
pub struct CheckArgs {
    /// [YEAR]...  2024, 2024-25, 2022..2024; if none, every year
    /// [FILE]...  read these instead of the books
    /// [CHECK]...  checks to make as well; `--list` names them
    #[arg(value_name = "YEAR|FILE", verbatim_doc_comment)]
    pub words: Vec<String>,
    /// List the checks that can be asked for
    #[arg(long)]
    pub list: bool,
    /// Leave this out: assertions (repeatable)
    #[arg(long, value_name = "CHECK")]
    pub skip: Vec<String>,
    /// From where.
    #[command(flatten)]
    pub reading: Reading,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier income`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier income [YEAR]... [FILE]... [OPTIONS]",
    after_help = "\
rentier income 2024                       the statement
rentier income 2023 2024                  two years, side by side
rentier income 2024 --view cash           what came in, no law applied
rentier income 2024 --by payer            who paid what
rentier income 2024 export.csv            from a file, without books",
    after_long_help = "\
Figures at the first indent add up to the total; a deeper one explains the figure above it. Income is \
positive, cost and loss negative. Every line names its form line, and the top says what the statement rests \
on. Under one year stands the bridge from its cash to its tax total.\n\nExit code 1: a question is open \
(rentier check); the statement is printed all the same."
)]
#[command(next_help_heading = "Shape")]
pub struct IncomeArgs {
    /// [YEAR]...  2024, 2024-25, 2022..2024; if none, the last year of the books
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "YEAR|FILE", verbatim_doc_comment)]
    pub words: Vec<String>,
    /// tax or cash
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub view: Option<View>,
    /// Down to each payment and its source line
    #[arg(long)]
    pub detail: bool,
    /// category, payer, account, owner, property, month
    #[arg(long, value_name = "KEY")]
    pub by: Option<String>,
    /// Only categories with this id or below it (repeatable)
    #[arg(long, value_name = "ID")]
    pub category: Vec<String>,
    /// What to keep.
    #[command(flatten)]
    pub keep: Keep,
    /// From where.
    #[command(flatten)]
    pub reading: Reading,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// Two ways to see a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum View {
    /// As the law counts.
    #[default]
    Tax,
    /// As money came in.
    Cash,
}

/// `rentier gains`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier gains [YEAR]... [FILE]... [OPTIONS]",
    after_help = "\
rentier gains 2024                        one row per lot sold
rentier gains 2024 --detail               with account and lines
rentier gains 2024 --format csv           for a spreadsheet",
    after_long_help = "\
Each row is units of one lot that one sale took: when they were bought and sold, proceeds, cost, correction \
with its code, and the gain. Written options carry the day they ended in both date columns."
)]
#[command(next_help_heading = "Shape")]
pub struct GainsArgs {
    /// [YEAR]...  2024, 2024-25, 2022..2024; if none, the last year of the books
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "YEAR|FILE", verbatim_doc_comment)]
    pub words: Vec<String>,
    /// With account and both source lines
    #[arg(long)]
    pub detail: bool,
    /// What to keep.
    #[command(flatten)]
    pub keep: Keep,
    /// From where.
    #[command(flatten)]
    pub reading: Reading,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier explain`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier explain WHAT... [OPTIONS]",
    after_help = "\
rentier explain 2024 dividend.ordinary    a figure and its law
rentier explain 2024 dividend.ordinary A  of one payer
rentier explain 02bd77e0a1c4-1            an event
rentier explain schwab-2024.csv:57        what became of that row",
    after_long_help = "\
The order is always the same: figure, law, rule, parts, and for the last part its event and source line, \
quoted whole."
)]
#[command(next_help_heading = "Shape")]
pub struct ExplainArgs {
    /// WHAT...  YEAR CATEGORY [PAYER], or an event's id, or FILE:LINE
    #[arg(value_name = "WHAT", required = true)]
    pub words: Vec<String>,
    /// No shortening of long lists
    #[arg(long)]
    pub all: bool,
    /// From where.
    #[command(flatten)]
    pub reading: Reading,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `rentier events`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier events [YEAR]... [FILE]... [OPTIONS]",
    after_help = "\
rentier events                            all of them
rentier events 2024 --account roth        of one year and account
rentier events export.csv --format json   what a file says",
    after_long_help = "\
Amounts are the cash effect on the account, net: + in, - out. Quantities are + into the account, - out of it."
)]
pub struct EventsArgs {
    /// [YEAR]...  2024, 2024-25, 2022..2024; if none, every year
    /// [FILE]...  read these instead of the books
    #[arg(value_name = "YEAR|FILE", verbatim_doc_comment)]
    pub words: Vec<String>,
    /// What to keep.
    #[command(flatten)]
    pub keep: Keep,
    /// From where.
    #[command(flatten)]
    pub reading: Reading,
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
    /// From this day on
    #[arg(long, value_name = "DAY", help_heading = "Keep")]
    pub from: Option<String>,
    /// Up to this day, included
    #[arg(long, value_name = "DAY", help_heading = "Keep")]
    pub to: Option<String>,
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

/// `rentier profile`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier profile list|show NAME|new FILE",
    after_help = "\
rentier profile list                      the formats that are known
rentier profile show schwab               one of them, as written
rentier profile new bank.csv              a draft, questions in it",
    after_long_help = "\
A profile says how an export is recognised and what each action word means. One of your own in \
profiles/NAME.toml of your books is the same language; with a shipped name it adds to that one."
)]
pub struct ProfileArgs {
    /// What to show.
    #[command(subcommand)]
    pub what: ProfileCommand,
}

/// What to show of the profiles.
#[derive(Clone, Debug, Subcommand)]
pub enum ProfileCommand {
    /// Their names, and which exports they read
    List(Output),
    /// One of them, as it is written
    Show {
        /// NAME  as `rentier profile list` has it
        name: String,
    },
    /// A draft from an export that none reads, questions as comments
    New {
        /// FILE  the export
        file: PathBuf,
    },
}

/// `rentier help`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier help [TOPIC|COMMAND]",
    after_help = "\
rentier help                              commands and flags
rentier help year-end                     how to close a year"
)]
pub struct HelpArgs {
    /// [TOPIC]  year-end, books, profiles, rules, exit-codes, or a command
    pub topic: Vec<String>,
}

/// `rentier completions`
#[derive(Clone, Debug, Args)]
#[command(
    override_usage = "rentier completions SHELL",
    after_help = "\
rentier completions bash > /etc/bash_completion.d/rentier
rentier completions zsh > _rentier"
)]
pub struct CompletionsArgs {
    /// SHELL  bash, zsh, fish, elvish, powershell
    #[arg(hide_possible_values = true)]
    pub shell: clap_complete::Shell,
}
