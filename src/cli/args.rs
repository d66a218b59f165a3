//! The command line as it is typed: mirrors the flags and nothing else.
//!
//! What a word means (a year or a file, a known account) is for the commands to say. The first line
//! of a comment is what `-h` and `--help` print; examples and paragraphs stand below the commands.

mod journals;
mod records;
mod reports;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use journals::{
    AccountsArgs, BalanceArgs, CommoditiesArgs, Exchange, FmtArgs, Journals, Named, Periods,
    PricesArgs, PrintArgs, RegisterArgs, StatsArgs,
};
pub use records::{ImportArgs, InboxArgs, InitArgs, ProfileArgs, ProfileCommand};
pub use reports::{CheckArgs, EventsArgs, ExplainArgs, GainsArgs, IncomeArgs, View};

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
