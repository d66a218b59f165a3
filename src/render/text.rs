//! A table as text for a person: decimal points below each other, a rule above totals.
//!
//! A first column without a heading takes the room that the others leave, up to 80 columns; a wider
//! screen is used by what needs it. Where there is no room, columns that may go are dropped, soft columns move
//! under their rows, then labels are broken. Digits are never cut: a line runs over instead.

use super::screen::{Paint, Screen, clean, width};
use crate::money::{self, Decimal};
use crate::report::table::{Align, Cell, Column, Row, RowStyle, Sentence, Table};

/// What a report is wide where nothing asks for more.
const USUAL: usize = 80;
/// A label is not squeezed below this.
const LABEL: usize = 16;
/// Nor below this while words stand beside figures that may move under their row.
const ROOMY: usize = 30;

/// `table` on `screen`, each line with its end.
pub fn text(table: &Table, screen: Screen) -> String {
    let layout = Layout::of(table, screen);
    let mut out = Out { text: String::new() };
    title(&mut out, table, layout.total, screen);
    let beside = layout.beside(table);
    if beside.is_none() {
        sentences(&mut out, &table.preface, layout.total, screen);
    }
    headings(&mut out, table, &layout, beside, screen);
    for row in &table.rows {
        line(&mut out, row, &layout, screen);
    }
    if !layout.left_out.is_empty() {
        let names: Vec<&str> = layout.left_out.iter().map(|(_, heading)| *heading).collect();
        let names = match &names[..] {
            [first, second, more @ ..] if more.len() > 2 => {
                format!("{first}, {second} and {} more", more.len())
            }
            few => few.join(", "),
        };
        let said = format!("Left out for width: {names} (--width, --format csv).");
        sentences(&mut out, &[Sentence::from(said)], layout.total, screen);
    }
    sentences(&mut out, &table.notes, layout.total, screen);
    out.text
}

/// Lines without blanks at their ends.
struct Out {
    text: String,
}

impl Out {
    fn push(&mut self, line: &str) {
        self.text.push_str(line.trim_end_matches(' '));
        self.text.push('\n');
    }
}

/// Which columns are shown and where.
struct Layout<'t> {
    columns: Vec<Shown<'t>>,
    /// Soft columns that stand under their rows.
    under: Vec<usize>,
    /// Columns of figures that there is no room for: index and heading.
    left_out: Vec<(usize, &'t str)>,
    /// Columns of the screen used.
    total: usize,
}

/// One column on the screen.
struct Shown<'t> {
    column: &'t Column,
    /// Index in the table.
    at: usize,
    gap: usize,
    width: usize,
    /// Digits after the point that the column has room for.
    decimals: usize,
}

impl<'t> Layout<'t> {
    fn of(table: &'t Table, screen: Screen) -> Layout<'t> {
        let room = screen.width;
        let mut columns: Vec<Shown> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| Shown::of(table, column, at))
            .collect();
        for at in 1..columns.len() {
            let before = columns[at - 1].at;
            let mark =
                table.rows.iter().filter_map(|row| row.cells.get(before)).map(mark_width).max();
            if let Some(mark) = mark.filter(|mark| *mark > 0) {
                columns[at].gap = columns[at].gap.max(mark + 2);
            }
        }
        let (mut under, mut left_out) = (Vec::new(), Vec::new());
        let label = |columns: &mut Vec<Shown>| {
            let needed = label_width(table, columns);
            if let Some(first) = columns.first_mut() {
                first.width = first.width.max(first.column.width).max(needed);
            }
        };
        if screen.width < USUAL {
            columns.retain(|shown| {
                if shown.column.soft && shown.at > 0 {
                    under.push(shown.at);
                }
                !shown.column.soft || shown.at == 0
            });
        }
        label(&mut columns);
        while total(&columns) > room {
            let over = total(&columns) - room;
            let dropped = columns.iter().map(|shown| shown.column.drops).max().unwrap_or(0);
            if dropped > 0 {
                let goes = |shown: &&Shown| shown.column.drops >= dropped;
                let figures = columns
                    .iter()
                    .filter(goes)
                    .filter(|shown| shown.column.align == Align::Decimal);
                left_out.extend(figures.map(|shown| (shown.at, &*shown.column.heading)));
                columns.retain(|shown| shown.column.drops < dropped);
                continue;
            }
            // A long label is broken before words beside it have to move.
            let squeezed = columns.first().map_or(0, |first| first.width.saturating_sub(over));
            let soft = columns.iter().position(|shown| shown.column.soft && shown.at > 0);
            match soft {
                Some(soft) if squeezed < ROOMY => under.push(columns.remove(soft).at),
                _ => {
                    if let Some(first) = columns.first_mut() {
                        first.width = squeezed.max(first.width.min(LABEL));
                    }
                    break;
                }
            }
        }
        left_out.sort_unstable();
        let spare = room.min(USUAL).saturating_sub(total(&columns));
        if let Some(first) = columns.first_mut().filter(|first| first.column.heading.is_empty()) {
            first.width += spare;
        }
        // On a wide screen soft text has the room it would need.
        let mut spare = room.saturating_sub(total(&columns));
        for shown in columns.iter_mut().filter(|shown| shown.column.soft && shown.at > 0) {
            let wanted = natural(table, shown.at).saturating_sub(shown.width).min(spare);
            shown.width += wanted;
            spare -= wanted;
        }
        let total = total(&columns);
        Layout { columns, under, left_out, total }
    }

    /// Columns that the first cell of `row` may take.
    fn label_room(&self, row: &Row, screen: Screen) -> usize {
        let (spill, last) = spill(&self.columns, row);
        let room = self.columns.first().map_or(0, |shown| shown.width) + spill;
        if last { room.max(screen.width.min(USUAL)) } else { room }
    }

    /// The only sentence before the table, where it fits beside the headings.
    fn beside<'a>(&self, table: &'a Table) -> Option<&'a str> {
        let [only] = &*table.preface else { return None };
        let label = self.columns.first()?;
        let heads = self.columns.iter().skip(1).any(|shown| !shown.column.heading.is_empty());
        let fits = label.column.heading.is_empty() && width(&only.text) < label.width;
        (heads && fits).then_some(&*only.text)
    }
}

impl<'t> Shown<'t> {
    fn of(table: &'t Table, column: &'t Column, at: usize) -> Shown<'t> {
        let cells = || table.rows.iter().filter_map(|row| row.cells.get(at));
        let decimals = match column.align {
            Align::Decimal => cells().map(decimals).max().unwrap_or(0),
            Align::Left | Align::Right => 0,
        };
        let natural = if at == 0 {
            0 // decided when the others are
        } else if column.soft {
            longest_word(cells())
        } else {
            cells().map(|cell| width(&shown(cell, column.align, decimals))).max().unwrap_or(0)
        };
        let natural = natural.max(width(&column.heading));
        let gap = if at == 0 { 0 } else { column.gap };
        Shown { column, at, gap, width: natural.max(column.width), decimals }
    }
}

/// Columns that the first cell of `row` may take beside its own: those of empty cells after it, and
/// what the first that is not empty leaves free. And whether nothing stands after it.
fn spill(columns: &[Shown], row: &Row) -> (usize, bool) {
    let mut room = 0;
    for next in columns.iter().skip(1) {
        let cell = row.cells.get(next.at).unwrap_or(&Cell::Empty);
        if matches!(cell, Cell::Empty) {
            room += next.gap + next.width;
            continue;
        }
        let between = next.gap.min(2);
        let free = match next.column.align {
            Align::Left => 0,
            Align::Decimal | Align::Right => {
                let text = shown(cell, next.column.align, next.decimals);
                next.width.saturating_sub(width(&text))
            }
        };
        return (room + next.gap - between + free, false);
    }
    (room, true)
}

/// Columns that the first cell needs of its own, so that no row has to be broken.
fn label_width(table: &Table, columns: &[Shown]) -> usize {
    let rows = table.rows.iter().filter_map(|row| {
        let (spill, last) = spill(columns, row);
        let first = columns.first()?;
        let text = shown(row.cells.first()?, first.column.align, first.decimals);
        let own = width(&text) + usize::from(row.indent) * 2;
        (!last).then(|| own.saturating_sub(spill))
    });
    rows.max().unwrap_or(0)
}

/// Columns of the screen that `columns` take.
fn total(columns: &[Shown]) -> usize {
    columns.iter().map(|shown| shown.gap + shown.width).sum()
}

/// Columns of the screen that a soft column would take unbroken.
fn natural(table: &Table, at: usize) -> usize {
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
    cells.map(|cell| width(&shown(cell, Align::Left, 0))).max().unwrap_or(0)
}

/// The longest piece of text that must not be broken.
fn longest_word<'c>(cells: impl Iterator<Item = &'c Cell>) -> usize {
    cells
        .filter_map(|cell| match cell {
            Cell::Text(text) => text.split(' ').map(width).max(),
            Cell::Empty | Cell::Nothing | Cell::Number(..) | Cell::Day(_) => None,
        })
        .max()
        .unwrap_or(0)
}

fn decimals(cell: &Cell) -> usize {
    match cell {
        Cell::Number(number, _) => number.scale() as usize,
        Cell::Empty | Cell::Nothing | Cell::Text(_) | Cell::Day(_) => 0,
    }
}

/// Width of the `?1` after a figure.
fn mark_width(cell: &Cell) -> usize {
    match cell {
        Cell::Number(_, Some(question)) => question.to_string().len() + 1,
        Cell::Empty | Cell::Nothing | Cell::Text(_) | Cell::Number(..) | Cell::Day(_) => 0,
    }
}

/// A cell without its mark; a figure with blanks for the digits that others have after the point.
fn shown(cell: &Cell, align: Align, decimals: usize) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Nothing => "-".to_owned(),
        Cell::Text(text) => clean(text).into_owned(),
        Cell::Day(day) => day.to_string(),
        Cell::Number(number, _) => figure(*number, align, decimals),
    }
}

/// A cell where nothing lines up: figures grouped, and the question they rest on.
pub fn alone(cell: &Cell) -> String {
    let text = shown(cell, Align::Left, 0);
    match cell {
        Cell::Number(_, Some(question)) => format!("{text} ?{question}"),
        Cell::Number(_, None) | Cell::Empty | Cell::Nothing | Cell::Text(_) | Cell::Day(_) => text,
    }
}

fn figure(number: Decimal, align: Align, decimals: usize) -> String {
    let mut text = money::grouped(number);
    if align == Align::Decimal {
        let own = number.scale() as usize;
        let point = usize::from(own == 0 && decimals > 0);
        text.push_str(&" ".repeat(decimals - own + point));
    }
    text
}

/// Title at the left, subtitle at the right edge; under each other where they do not fit.
fn title(out: &mut Out, table: &Table, total: usize, screen: Screen) {
    if table.title.is_empty() {
        return;
    }
    let (left, right) = (clean(&table.title), clean(&table.subtitle));
    let bold = screen.paint(&left, Paint::Bold);
    let total = total.max(USUAL.min(screen.width));
    let needed = width(&left) + 2 + width(&right);
    if right.is_empty() {
        out.push(&bold);
    } else if needed <= total {
        let blanks = total - width(&left) - width(&right);
        out.push(&format!("{bold}{:blanks$}{right}", ""));
    } else {
        out.push(&bold);
        out.push(&right);
    }
}

fn headings(out: &mut Out, table: &Table, layout: &Layout, beside: Option<&str>, screen: Screen) {
    if layout.columns.iter().all(|shown| shown.column.heading.is_empty()) || table.rows.is_empty() {
        return;
    }
    let mut line = String::new();
    for (at, shown) in layout.columns.iter().enumerate() {
        let text = match beside {
            Some(sentence) if at == 0 => sentence,
            _ => &*shown.column.heading,
        };
        line.push_str(&" ".repeat(shown.gap));
        let last = at + 1 == layout.columns.len();
        let room = if last && shown.column.align == Align::Left { 0 } else { shown.width };
        line.push_str(&place(&clean(text), room, shown.column.align != Align::Left));
    }
    if beside.is_some() {
        line = words(&line, screen);
    }
    out.push(&line);
}

/// `text` in `room` columns, at the left or at the right.
fn place(text: &str, room: usize, right: bool) -> String {
    let blanks = " ".repeat(room.saturating_sub(width(text)));
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

/// One row: its first line, what had to be broken, what stands under it.
fn line(out: &mut Out, row: &Row, layout: &Layout, screen: Screen) {
    if row.style == RowStyle::Total {
        rule(out, layout);
    }
    let cell = |at: usize| row.cells.get(at).unwrap_or(&Cell::Empty);
    let weight = match row.style {
        RowStyle::Heading | RowStyle::Total | RowStyle::Sum => Paint::Bold,
        RowStyle::Line | RowStyle::Detail => Paint::Plain,
    };
    let indent = usize::from(row.indent) * 2;
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut start = 0;
    for (position, column) in layout.columns.iter().enumerate() {
        start += column.gap;
        let align = column.column.align;
        let text = shown(cell(column.at), align, column.decimals);
        let is_words = matches!(cell(column.at), Cell::Text(_));
        if position == 0 && (is_words || align == Align::Left) {
            let text = format!("{:indent$}{text}", "");
            let broken = wrap(&text, layout.label_room(row, screen), indent + 2);
            put(&mut lines, broken, 0, weight);
        } else if column.column.soft {
            put(&mut lines, wrap(&text, column.width, 0), start, Paint::Dim);
        } else if align == Align::Left {
            put(&mut lines, vec![text], start, if position == 0 { weight } else { Paint::Dim });
        } else {
            let at = start + column.width.saturating_sub(width(&text));
            put(&mut lines, vec![text], at, weight);
            if let Cell::Number(_, Some(question)) = cell(column.at) {
                let mark = format!("?{question}");
                put(&mut lines, vec![mark], start + column.width + 1, Paint::Yellow);
            }
        }
        start += column.width;
    }
    for pieces in lines {
        let mut text = String::new();
        let mut used = 0;
        for piece in pieces {
            // Two pieces never touch, whatever their widths.
            let at = if used == 0 { piece.start } else { piece.start.max(used + 1) };
            text.push_str(&" ".repeat(at - used));
            text.push_str(&screen.paint(&piece.text, piece.paint));
            used = at + width(&piece.text);
        }
        out.push(&text);
    }
    for at in &layout.under {
        let text = shown(cell(*at), Align::Left, 0);
        if !text.is_empty() && text != "-" {
            let text = format!("{:indent$}{text}", "", indent = indent + 4);
            for line in wrap(&text, screen.width, indent + 4) {
                out.push(&screen.paint(&line, Paint::Dim));
            }
        }
    }
}

/// A stretch of text at its place in a line.
struct Piece {
    start: usize,
    text: String,
    paint: Paint,
}

/// Puts `broken` below each other, from the first line on.
fn put(lines: &mut Vec<Vec<Piece>>, broken: Vec<String>, start: usize, paint: Paint) {
    for (deep, text) in broken.into_iter().enumerate() {
        if deep == lines.len() {
            lines.push(Vec::new());
        }
        if !text.is_empty() {
            lines[deep].push(Piece { start, text, paint });
        }
    }
}

/// `────────` above the figures of a total.
fn rule(out: &mut Out, layout: &Layout) {
    let mut line = String::new();
    for shown in &layout.columns {
        line.push_str(&" ".repeat(shown.gap));
        let figures = shown.at > 0 && shown.column.align == Align::Decimal;
        line.push_str(&if figures { "─" } else { " " }.repeat(shown.width));
    }
    out.push(&line);
}

fn sentences(out: &mut Out, sentences: &[Sentence], total: usize, screen: Screen) {
    let room = total.max(USUAL).min(screen.width.max(20));
    for sentence in sentences {
        for line in wrap(&clean(&sentence.text), room, sentence.hang) {
            out.push(&words(&line, screen));
        }
    }
}

/// Words that say how sure a year is, in their colours.
fn words(line: &str, screen: Screen) -> String {
    if !screen.colour {
        return line.to_owned();
    }
    let painted = line.split(' ').map(|word| {
        let bare = word.trim_end_matches([':', ';', ',', '.']);
        let question = bare.strip_prefix('?').is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let paint = match bare {
            "incomplete" => Paint::Yellow,
            "closed" | "Final" | "final" => Paint::Green,
            _ if question => Paint::Yellow,
            _ => Paint::Plain,
        };
        let (bare, rest) = word.split_at(bare.len());
        format!("{}{rest}", screen.paint(bare, paint))
    });
    painted.collect::<Vec<_>>().join(" ")
}

/// Breaks `text` at blanks into lines of at most `room` columns, those after the first indented by
/// `hang`. A word that is longer stands on a line of its own. No-break spaces become blanks.
pub fn wrap(text: &str, room: usize, hang: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let indent = text.len() - text.trim_start_matches(' ').len();
    let mut line = " ".repeat(indent);
    let mut empty = true;
    for word in text[indent..].split(' ') {
        if !empty && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
            empty = true;
            if word.is_empty() {
                continue;
            }
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines.iter().map(|line| line.replace('\u{a0}', " ").trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests;
