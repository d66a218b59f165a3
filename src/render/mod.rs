//! Turns what is ready to be shown into bytes: a table into text, CSV, JSON, Markdown or HTML, a
//! diagnostic into the shape of a compiler's message.
//!
//! In: a `Table` or a `Diagnostic`, and the `Screen` it is for. Out: text. No sums here, and no word
//! of the report's; how wide a column is, where digits line up and what has no room is decided here.

mod csv;
pub mod diagnostics;
mod html;
mod json;
mod markdown;
mod screen;
mod text;
mod tree;

pub use csv::{csv, csv_in_parts};
pub use diagnostics::diagnostic;
pub use html::html;
pub use json::{json, rows};
pub use markdown::markdown;
pub use screen::{Paint, Screen, clean, width};
pub use text::{text, wrap};
pub use tree::tree;
