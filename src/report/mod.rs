//! What the reader sees, as data, every sum done.

pub mod table;
