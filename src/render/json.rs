//! A table as JSON: a list with an object for each row, its keys those of the columns.
//!
//! Figures are strings, so that no reader makes floats of them; nothing recorded is `null`.

use serde_json::{Map, Value};

use crate::report::table::{Cell, Table};

/// `table` as a value.
pub fn rows(table: &Table) -> Value {
    let row = |cells: &[Cell]| {
        let entries = table.columns.iter().enumerate();
        let entries = entries
            .map(|(at, column)| (column.key.clone(), cells.get(at).map_or(Value::Null, value)));
        Value::Object(entries.collect::<Map<String, Value>>())
    };
    table.rows.iter().map(|line| row(&line.cells)).collect()
}

/// `value` as text, indented, with a line end.
pub fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty | Cell::Nothing => Value::Null,
        Cell::Text(text) => Value::String(text.clone()),
        Cell::Number(number, _) => Value::String(number.to_string()),
        Cell::Day(day) => Value::String(day.to_string()),
    }
}
