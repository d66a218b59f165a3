//! What a text is printed on: its width, whether it has colours, and what may not reach it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Where a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether escape sequences for colours are wanted.
    pub colour: bool,
}

impl Screen {
    /// A file or a pipe: 80 columns, no colours.
    pub const PLAIN: Screen = Screen { width: 80, colour: false };

    /// `text` in `paint`, or as it is without colours.
    pub fn paint(self, text: &str, paint: Paint) -> Cow<'_, str> {
        match paint.sequence() {
            Some(sequence) if self.colour && !text.trim().is_empty() => {
                Cow::Owned(format!("\u{1b}[{sequence}m{text}\u{1b}[0m"))
            }
            _ => Cow::Borrowed(text),
        }
    }
}

/// How a stretch of text stands out. Colour repeats what words and place say already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// As the rest.
    #[default]
    Plain,
    /// Titles and totals.
    Bold,
    /// Form lines, sources.
    Dim,
    /// `error`.
    Red,
    /// What is open: `?1`, `incomplete`, `warning`.
    Yellow,
    /// What is settled: `closed`, `as stated`.
    Green,
    /// What to type.
    Cyan,
}

impl Paint {
    fn sequence(self) -> Option<&'static str> {
        match self {
            Paint::Plain => None,
            Paint::Bold => Some("1"),
            Paint::Dim => Some("2"),
            Paint::Red => Some("1;31"),
            Paint::Yellow => Some("33"),
            Paint::Green => Some("32"),
            Paint::Cyan => Some("36"),
        }
    }
}

/// Whether a character of a file must not reach a terminal: control characters, and the marks that
/// turn the direction of what follows.
fn dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of a file, one line of it, made harmless for a terminal: each dangerous character becomes a
/// blank, so that columns still count.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(dangerous) {
        Cow::Owned(text.chars().map(|c| if dangerous(c) { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Columns that `text` takes on a screen.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}
