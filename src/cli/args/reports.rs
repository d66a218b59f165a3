//! Arguments of the commands that judge: statements, gains, explanations, what is still open.

use clap::{Args, ValueEnum};

use super::{Keep, Output, Reading};

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
reads, balances and agrees with stated balances is always checked; other checks when they are named, here \
or in rentier.toml: [check] always = [\"accounts\"], recent_days = 7. As \
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
    /// Leave this check out, of those that are always made (repeatable)
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
