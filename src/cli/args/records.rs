//! Arguments of the commands that make records and bring exports into them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, Output};

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
