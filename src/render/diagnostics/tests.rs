//! The nine messages of the design, and what no message may do.

use super::*;
use crate::source::Source;

/// Points at `part` of line `number` of a file that is otherwise empty.
fn place(file: &str, number: usize, line: &str, part: &str) -> Place {
    let source = Source::new(file, "\n".repeat(number - 1) + line);
    let at = source.text.find(part).expect("the part is in the line");
    source.place(&source.text[at..at + part.len()])
}

/// The nine messages of the design, as their authors would make them.
fn nine() -> Vec<Diagnostic> {
    vec![
        Diagnostic::error(
            "unknown-action",
            "profile `schwab` does not know the action `Securities Lending Reb`",
        )
        .at(place(
            "Schwab_XXX234_Transactions.csv",
            61,
            r#""08/30/2024","Securities Lending Reb","VTI","VANGUARD TO","","","","$18.40""#,
            "\"Securities Lending Reb\"",
        ))
        .note("the row is kept as `unknown` and leaves 2024 incomplete")
        .help(
            "teach it in profiles/schwab.toml, then import again:\n[[action]]\n\
             is = \"Securities Lending Reb\"\n\
             event = \"payment-in-lieu\"    # or dividend, interest, fee...",
        ),
        Diagnostic::error(
            "no-amount",
            "posting has no amount: with one space, `-91.05 USD` belongs to the name",
        )
        .at(place(
            "main.journal",
            412,
            "    Income:Dividends:VTI -91.05 USD",
            "Income:Dividends:VTI -91.05 USD",
        ))
        .help("put two spaces before the amount: `Income:Dividends:VTI  -91.05 USD`"),
        Diagnostic::error(
            "ambiguous-dates",
            "dates can be read day first or month first: none of the 37 is above 12",
        )
        .at(place("transactions.csv", 2, "03/04/2024,Dividend,VOD,41.00", "03/04/2024")
            .labelled("3 April or March 4"))
        .help("say it for this account in rentier.toml: dates = \"dd/mm/yyyy\""),
        Diagnostic::error("no-profile", "no profile reads this file")
            .at(place("budget.csv", 1, "When,What,Ticker,How much", "When,What,Ticker,How much")
                .labelled("nearest: `freetrade`, which has 1 of these 4 columns"))
            .help("draft a profile from it: rentier profile new budget.csv"),
        Diagnostic::error(
            "oversold",
            "50 VTI sold, 30 held: 20 were bought before these records begin",
        )
        .at(place(
            "imported/schwab.journal",
            1204,
            "    Assets:Schwab:VTI        -50 VTI @ 277.10 USD",
            "-50 VTI",
        )
        .labelled("from statements/schwab-2024.csv:53"))
        .note("income of 2024 stands; its long-term gains are left incomplete")
        .help(
            "import older exports, or state what you know in main.journal:\n\
             2018-05-02 * Opening lot\n\
             \x20   ; event: opening, security: VTI, why: broker's lot page\n\
             \x20   Assets:Schwab:VTI          20 VTI @ 140.10 USD\n\
             \x20   Equity:Opening",
        ),
        Diagnostic::error("no-rate", "no EUR/USD rate for 2024-05-08, to convert 118.40 EUR")
            .at(place(
                "imported/ibkr.journal",
                88,
                "    Assets:IBKR:Cash           118.40 EUR",
                "118.40 EUR",
            ))
            .note("the nearest is of 2024-05-07; the regime wants the event's day")
            .help("write in prices.journal: P 2024-05-08 EUR 1.0753 USD   (your rate)"),
        Diagnostic::error("two-methods", "two lot methods for `fidelity` from the same day")
            .at(place(
                "rentier.toml",
                33,
                "  { from = 2022-01-01, method = \"highest-cost\" },",
                "2022-01-01",
            )
            .labelled("second"))
            .at(place(
                "rentier.toml",
                32,
                "  { from = 2022-01-01, method = \"fifo\" },",
                "2022-01-01",
            )
            .labelled("first"))
            .help("remove one, or give one another day"),
        Diagnostic::error(
            "assertion",
            "stated 280.000 VTI, but the entries make 279.488: 0.512 are missing",
        )
        .at(place(
            "main.journal",
            96,
            "    Assets:Schwab:VTI  0 VTI = 280.000 VTI",
            "= 280.000 VTI",
        )
        .labelled("at the close of 2024-12-31"))
        .note("last change 2024-12-27, statements/schwab-2024.csv:82")
        .help("list the moves: rentier events --account schwab --security VTI"),
        Diagnostic::error("locked", "another import is writing to these books (process 4711)")
            .note("waited 30 s; nothing was read or written")
            .help("run it again when the other has ended; its lock ends with it"),
    ]
}

#[test]
fn messages_have_the_shape_of_the_design() {
    let shown: Vec<String> = nine().iter().map(|one| diagnostic(one, false)).collect();
    assert_eq!(shown.join("\n"), include_str!("../../../fixtures/render/errors.txt"));
}

#[test]
fn problems_and_files_are_counted() {
    assert_eq!(summary(&nine(), false).as_deref(), Some("error: 9 problems in 7 files\n"));
    assert_eq!(summary(&nine()[..1], false), None);
    let lines = all(&nine()[..2], false);
    assert!(lines.ends_with("-91.05 USD`\n\nerror: 2 problems in 2 files\n"), "{lines}");
}

#[test]
fn a_file_s_control_characters_do_not_reach_the_terminal() {
    let one = Diagnostic::error("x", "no account `\u{1b}[31m\u{202e}`")
        .at(place("a\u{7}.csv", 1, "x\ty\u{1b}[2Jz", "z").labelled("\u{9b}1m"))
        .note("\u{1b}]0;title\u{7}")
        .help("a\u{1b}b\nc\u{1b}d");
    let shown = diagnostic(&one, false);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    assert!(!shown.contains('\u{202e}'));
}

#[test]
fn a_long_line_is_cut_around_what_is_meant() {
    let line = format!("{}here{}", "a,".repeat(400), ",b".repeat(400));
    let one = Diagnostic::error("x", "found").at(place("a.csv", 7, &line, "here"));
    let shown = text(&one, Screen::PLAIN);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines.iter().all(|line| width(line) <= 80), "{shown}");
    let caret = lines[4].find('^').expect("carets");
    assert_eq!(&lines[3][caret..caret + 4], "here");
}

#[test]
fn carets_stand_below_wide_letters() {
    let one = Diagnostic::error("x", "found").at(place("a.csv", 1, "株式会社,x", "x"));
    let shown = diagnostic(&one, false);
    let lines: Vec<&str> = shown.lines().collect();
    let column = |line: &str, part: &str| width(&line[..line.find(part).expect("it is there")]);
    assert_eq!(column(lines[3], "x"), column(lines[4], "^"));
}

#[test]
fn another_file_is_shown_after_the_first() {
    let one = Diagnostic::error("x", "twice")
        .at(place("a.toml", 3, "a = 1", "a"))
        .at(place("b.toml", 120, "a = 2", "a").labelled("here too"));
    let expected = "error: twice\n   --> a.toml:3:1\n    |\n  3 | a = 1\n    | ^\n   ::: \
                    b.toml:120:1\n    |\n120 | a = 2\n    | - here too\n";
    assert_eq!(diagnostic(&one, false), expected);
}

#[test]
fn colour_adds_sequences_and_nothing_else() {
    for one in nine() {
        let coloured = diagnostic(&one, true);
        assert!(coloured.contains("\u{1b}[1;31merror\u{1b}[0m"));
        let mut plain = String::new();
        let mut rest = &*coloured;
        while let Some(at) = rest.find('\u{1b}') {
            plain.push_str(&rest[..at]);
            rest = rest[at..].split_once('m').expect("a sequence ends").1;
        }
        plain.push_str(rest);
        assert_eq!(plain, diagnostic(&one, false));
    }
}
