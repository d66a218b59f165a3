//! An explanation as text: a tree of sentences, sources at the right edge, quotes wrapped and never
//! cut.

use super::screen::{Paint, Screen, clean, width};
use super::text::wrap;
use crate::money::grouped;
use crate::report::explain::{Explanation, Node};

/// Labels longer than this are not lined up with others.
const LABEL: usize = 8;

/// `explanation` on `screen`.
pub fn tree(explanation: &Explanation, screen: Screen) -> String {
    let mut out = String::new();
    let room = screen.width.clamp(20, 80);
    let amount =
        explanation.amount.map(|amount| format!("{} {}  ", grouped(amount), explanation.currency));
    let amount = amount.unwrap_or_default();
    let hang = width(&amount);
    let form = clean(&explanation.form).into_owned();
    let text = format!("{amount}{}", clean(&explanation.title));
    let mut lines = beside(&text, &form, room, hang).into_iter();
    if let Some((left, right)) = lines.next() {
        let bold = screen.paint(&amount, Paint::Bold).into_owned();
        let rest = left.strip_prefix(&*amount).unwrap_or(&left);
        let start = if rest.len() == left.len() { String::new() } else { bold };
        push(&mut out, &format!("{start}{rest}{}", screen.paint(&right, Paint::Dim)));
    }
    for (left, right) in lines {
        push(&mut out, &format!("{left}{}", screen.paint(&right, Paint::Dim)));
    }
    nodes(&mut out, &explanation.nodes, "", room, screen);
    out
}

fn nodes(out: &mut String, siblings: &[Node], before: &str, room: usize, screen: Screen) {
    let amounts = siblings.iter().filter_map(|node| node.amount);
    let amount_width = amounts.map(|amount| width(&grouped(amount))).max().unwrap_or(0);
    let last = siblings.len().saturating_sub(1);
    for (at, node) in siblings.iter().enumerate() {
        let sign = match (node.why, at == last) {
            (true, false) => "│ ",
            (_, true) => "└ ",
            (false, false) => "├ ",
        };
        let below = if at == last { "  " } else { "│ " };
        let amount = node.amount.map(|amount| {
            let figure = grouped(amount);
            format!("{}{figure}  ", " ".repeat(amount_width - width(&figure)))
        });
        let amount = amount.unwrap_or_default();
        let label = label(node, siblings);
        let lead = format!("{before}{sign}{amount}{label}");
        let hang = width(&lead);
        let left = format!("{lead}{}", clean(&node.text));
        let aside = clean(&node.aside).into_owned();
        // What follows the first line of a node hangs below its text, the tree drawn on.
        let drawn = format!("{before}{below}");
        let indent = format!("{drawn}{}", " ".repeat(hang.saturating_sub(width(&drawn))));
        for (number, (left, right)) in beside(&left, &aside, room, hang).into_iter().enumerate() {
            let right = screen.paint(&right, Paint::Dim).into_owned();
            if number == 0 {
                push(out, &format!("{left}{right}"));
            } else {
                push(out, &format!("{indent}{}{right}", left.get(hang..).unwrap_or_default()));
            }
        }
        let quoted = room.saturating_sub(hang).max(20);
        for line in node.quote.iter().flat_map(|line| pieces(&clean(line), quoted)) {
            push(out, &format!("{indent}{}", screen.paint(&line, Paint::Dim)));
        }
        nodes(out, &node.nodes, &format!("{before}{below}"), room, screen);
    }
}

/// A node's label, lined up with its siblings' where they are short.
fn label(node: &Node, siblings: &[Node]) -> String {
    if node.label.is_empty() {
        return String::new();
    }
    let alike = siblings.iter().filter(|other| other.why == node.why);
    let widest = alike.map(|other| width(&other.label)).max().unwrap_or(0);
    let own = width(&node.label);
    let wide = if widest <= LABEL { widest } else { own };
    format!("{}{}", clean(&node.label), " ".repeat(wide - own + 2))
}

/// `left` broken to `room`, with `right` at the right edge of the first line, or of a line of its own
/// where there is no room.
fn beside(left: &str, right: &str, room: usize, hang: usize) -> Vec<(String, String)> {
    if right.is_empty() {
        return wrap(left, room, hang).into_iter().map(|line| (line, String::new())).collect();
    }
    let used = width(left) + 2 + width(right);
    if used <= room {
        let blanks = " ".repeat(room - width(left) - width(right));
        return vec![(format!("{left}{blanks}"), right.to_owned())];
    }
    let mut lines: Vec<(String, String)> =
        wrap(left, room, hang).into_iter().map(|line| (line, String::new())).collect();
    let free = lines.last().map_or(0, |(line, _)| room.saturating_sub(width(line)));
    if free >= width(right) + 2
        && let Some((line, aside)) = lines.last_mut()
    {
        line.push_str(&" ".repeat(free - width(right)));
        right.clone_into(aside);
    } else {
        lines.push((" ".repeat(room.saturating_sub(width(right))), right.to_owned()));
    }
    lines
}

/// A quoted line in pieces of at most `room` columns, broken after a comma or a blank where one is
/// near; nothing is left out.
fn pieces(line: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut broken = 0;
    for c in line.chars() {
        if width(&piece) + width(c.encode_utf8(&mut [0; 4])) > room {
            let rest = if broken > 0 { piece.split_off(broken) } else { String::new() };
            pieces.push(std::mem::replace(&mut piece, rest));
            broken = 0;
        }
        piece.push(c);
        if matches!(c, ',' | ' ' | ';') {
            broken = piece.len();
        }
    }
    pieces.push(piece);
    pieces
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end_matches(' '));
    out.push('\n');
}
