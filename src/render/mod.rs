//! Turns a table into bytes: text, CSV, JSON.
