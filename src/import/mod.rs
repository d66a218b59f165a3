//! Reads brokers' exports: text in, events out, every row accounted for.
