//! Reads and prints plain-text journals: text in, events out, and back.
