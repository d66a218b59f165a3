//! Hands a finished report over in the format that is asked for.

use serde_json::Value;

use super::args::{Format, Output};
use super::init::FIRST_IMPORT;
use super::{Error, World};
use crate::render::{self, Screen};
use crate::report::table::Table;

/// A report in its shapes, each made only when it is asked for.
pub trait Present {
    /// To read; also for Markdown and HTML.
    fn table(&self) -> Table;
    /// For CSV.
    fn records(&self) -> Table;
    /// As CSV.
    fn csv(&self) -> String {
        render::csv(&self.records())
    }
    /// For JSON.
    fn json(&self) -> Value {
        render::rows(&self.records())
    }
    /// To read, where a table cannot say it.
    fn text(&self, screen: Screen) -> String {
        render::text(&self.table(), screen)
    }
}

/// Writes `report` to where `output` says, else to stdout.
///
/// # Errors
/// A format that is none, a path that cannot be written.
pub fn present(report: &dyn Present, output: &Output, world: &mut World) -> Result<(), Error> {
    let bytes = match output.kind()? {
        Format::Text => {
            let colour = world.colour() && output.output.is_none();
            report.text(Screen { width: world.width(), colour })
        }
        Format::Csv => report.csv(),
        Format::Json => render::json(&report.json()),
        Format::Md => render::markdown(&report.table()),
        Format::Html => render::html(&report.table()),
    };
    world.deliver(bytes.as_bytes(), output)
}

/// Of records without any event, in text: what to do next. Whether that is all there is to hand over.
///
/// # Errors
/// A format that is none, a path that cannot be written.
pub fn no_events(output: &Output, world: &mut World) -> Result<bool, Error> {
    let is_text = output.kind()? == Format::Text;
    if is_text {
        world.deliver(format!("No events yet.\nNext: {FIRST_IMPORT}\n").as_bytes(), output)?;
    }
    Ok(is_text)
}
