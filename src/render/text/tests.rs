//! What text and records must hold, whatever the table and the screen.

use super::*;
use crate::money::plain;
use crate::render::{csv, rows};
use proptest::prelude::*;

fn number(text: &str) -> Cell {
    Cell::number(plain(text).expect("a number"))
}

fn row(style: RowStyle, indent: u8, cells: &[Cell]) -> Row {
    Row { style, indent, cells: cells.to_vec() }
}

/// The cash view of the example in the README, as a table made by hand.
fn cash_view() -> Table {
    let line = |label: &str, figure: &str, who: &str| {
        row(RowStyle::Line, 0, &[Cell::text(label), number(figure), Cell::text(who)])
    };
    Table {
        title: "Income 2024 · cash view".into(),
        subtitle: "United States · single · USD".into(),
        columns: vec![
            Column::words("line", ""),
            Column::figures("2024", "").width(12).gap(3),
            Column::words("from", "").width(15).gap(3).soft(),
        ],
        rows: vec![
            line("Dividends", "2600.00", "A\u{a0}2,000 · B\u{a0}600"),
            line("Fund distributions", "700.00", "FUND"),
            line("Interest", "400.00", "BOND4"),
            line("Rent, less what it cost in cash", "8400.00", "house"),
            row(RowStyle::Total, 0, &[Cell::text("Cash income"), number("12100.00")]),
        ],
        ..Table::default()
    }
}

#[test]
fn the_cash_view_is_as_in_the_design() {
    let expected = "\
Income 2024 · cash view                             United States · single · USD
Dividends                                             2,600.00   A 2,000 · B 600
Fund distributions                                      700.00   FUND
Interest                                                400.00   BOND4
Rent, less what it cost in cash                       8,400.00   house
                                                  ────────────
Cash income                                          12,100.00
";
    assert_eq!(text(&cash_view(), Screen::PLAIN), expected);
}

#[test]
fn on_a_narrow_screen_words_move_under_their_line() {
    let expected = "\
Income 2024 · cash view
United States · single · USD
Dividends                      2,600.00
    A 2,000 · B 600
Fund distributions               700.00
    FUND
Interest                         400.00
    BOND4
Rent, less what it cost in     8,400.00
  cash
    house
                           ────────────
Cash income                   12,100.00
";
    assert_eq!(text(&cash_view(), Screen { width: 39, colour: false }), expected);
}

#[test]
fn a_question_stands_beside_its_figure() {
    let table = Table {
        columns: vec![
            Column::words("line", ""),
            Column::figures("2023", "2023").width(12).gap(3),
            Column::figures("2024", "2024").width(12).gap(3),
            Column::words("form", "Form line").width(12).gap(3).soft(),
        ],
        rows: vec![
            row(
                RowStyle::Line,
                1,
                &[Cell::text("Ordinary"), number("3933.62"), number("4334.72"), Cell::text("B 6")],
            ),
            row(
                RowStyle::Line,
                1,
                &[
                    Cell::text("Not placed yet"),
                    Cell::Nothing,
                    Cell::Number(plain("332.10").expect("a number"), Some(1)),
                    Cell::text("no\u{a0}line\u{a0}yet"),
                ],
            ),
        ],
        ..Table::default()
    };
    let expected = "                                             2023           2024    Form line
  Ordinary                               3,933.62       4,334.72    B 6
  Not placed yet                                -         332.10 ?1 no line yet
";
    assert_eq!(text(&table, Screen::PLAIN), expected);
}

#[test]
fn points_stand_below_each_other() {
    let table = Table {
        columns: vec![Column::words("what", "What"), Column::figures("units", "Units")],
        rows: ["10", "0.125", "1000.5"]
            .iter()
            .map(|units| row(RowStyle::Line, 0, &[Cell::text("VTI"), number(units)]))
            .collect(),
        ..Table::default()
    };
    let shown = text(&table, Screen::PLAIN);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[1].find("10"), lines[3].find('.').map(|point| point - 2));
    assert_eq!(lines[2].find('.'), lines[3].find('.'));
    assert!(lines[3].ends_with("1,000.5"));
}

#[test]
fn columns_go_before_digits_do() {
    let table = Table {
        columns: vec![
            Column::words("what", "What"),
            Column::words("account", "Account").drops(1),
            Column::words("source", "Source").drops(2),
            Column::figures("gain", "Gain"),
        ],
        rows: vec![row(
            RowStyle::Line,
            0,
            &[
                Cell::text("60 VXUS"),
                Cell::text("fidelity"),
                Cell::text("x.csv:3"),
                number("-143.50"),
            ],
        )],
        ..Table::default()
    };
    let at = |width| text(&table, Screen { width, colour: false });
    assert!(at(80).contains("fidelity") && at(80).contains("x.csv:3"));
    assert!(at(33).contains("fidelity") && !at(33).contains("x.csv:3"));
    assert!(!at(20).contains("fidelity") && at(20).contains("-143.50"));
    assert!(at(1).contains("-143.50"));
}

proptest! {
    #[test]
    fn no_digit_is_ever_cut(
        values in prop::collection::vec((any::<i64>(), 0u32..6), 1..8),
        label in "[ -~]{0,60}",
        screen in 1usize..140,
    ) {
        let numbers: Vec<Decimal> =
            values.iter().map(|(value, scale)| Decimal::new(*value, *scale)).collect();
        let table = Table {
            columns: vec![
                Column::words("label", ""),
                Column::figures("a", "A").width(12).gap(3),
                Column::figures("b", "B").width(12).gap(3),
                Column::words("form", "Form").soft(),
            ],
            rows: numbers
                .iter()
                .map(|value| row(RowStyle::Line, 1, &[
                    Cell::text(label.clone()),
                    Cell::number(*value),
                    Cell::Number(*value, Some(12)),
                    Cell::text("D\u{a0}1a, 1b"),
                ]))
                .collect(),
            ..Table::default()
        };
        let shown = text(&table, Screen { width: screen, colour: false });
        for value in &numbers {
            let figure = money::grouped(*value);
            let cut = shown.split_whitespace().filter(|word| *word == figure).count();
            prop_assert!(cut >= 2, "{figure} in\n{shown}");
        }
    }

    #[test]
    fn every_cell_comes_back_from_csv(
        texts in prop::collection::vec("[ -~\n\"',]{0,12}", 1..12),
        value in any::<i64>(),
    ) {
        let table = Table {
            columns: vec![Column::words("text", ""), Column::figures("amount", "")],
            rows: texts
                .iter()
                .map(|one| row(RowStyle::Line, 0, &[
                    Cell::text(one.clone()),
                    Cell::number(Decimal::new(value, 2)),
                ]))
                .collect(),
            ..Table::default()
        };
        let written = csv(&table);
        let mut reader = ::csv::Reader::from_reader(written.as_bytes());
        let read: Vec<::csv::StringRecord> =
            reader.records().collect::<Result<_, _>>().expect("it is CSV");
        prop_assert_eq!(read.len(), texts.len());
        for (record, one) in read.iter().zip(&texts) {
            let formula = one.starts_with(['=', '+', '-', '@']);
            let expected = if formula { format!("'{one}") } else { one.clone() };
            prop_assert_eq!(&record[0], &expected);
            prop_assert_eq!(&record[1], Decimal::new(value, 2).to_string());
        }
        prop_assert_eq!(rows(&table).as_array().map(Vec::len), Some(texts.len()));
    }
}
