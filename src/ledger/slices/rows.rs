//! What a slice says, in rows with numbers of its own, and what these come to.

use crate::diagnostic::Diagnostic;
use crate::ledger::model::{Declaration, Detail, Inert, PostingRow, Price, Table, TransactionRow};
use crate::ledger::reader::{Reader, index};
use crate::source::Name;

/// Rows of one slice. Emptied, they serve the next.
#[derive(Default)]
pub struct Rows {
    pub transactions: Vec<TransactionRow>,
    pub postings: Vec<PostingRow>,
    pub details: Vec<Detail>,
    pub declared: Vec<Declaration>,
    pub prices: Vec<Price>,
    pub inert: Vec<Inert>,
    pub diagnostics: Vec<Diagnostic>,
    pub unsettled: Vec<u32>,
}

impl Rows {
    /// Gives `reader` these empty rows to fill.
    pub fn lend(self, reader: &mut Reader<'_>) {
        reader.unsettled = self.unsettled;
        reader.ledger.transactions = self.transactions;
        reader.ledger.postings = self.postings;
        reader.ledger.details = self.details;
        reader.ledger.declared = self.declared;
        reader.ledger.prices = self.prices;
        reader.ledger.inert = self.inert;
        reader.ledger.diagnostics = self.diagnostics;
    }

    /// Takes back what `reader` has filled.
    pub fn back(reader: &mut Reader<'_>) -> Rows {
        let unsettled = std::mem::take(&mut reader.unsettled);
        let ledger = &mut reader.ledger;
        Rows {
            transactions: std::mem::take(&mut ledger.transactions),
            postings: std::mem::take(&mut ledger.postings),
            details: std::mem::take(&mut ledger.details),
            declared: std::mem::take(&mut ledger.declared),
            prices: std::mem::take(&mut ledger.prices),
            inert: std::mem::take(&mut ledger.inert),
            diagnostics: std::mem::take(&mut ledger.diagnostics),
            unsettled,
        }
    }
}

/// The numbers of one thread's names: up to `known` they are the first reader's.
#[derive(Clone, Default)]
pub struct Numbers {
    pub known: u32,
    pub new: Vec<u32>,
}

impl Numbers {
    /// Of a thread that begins with the names of `table`.
    pub fn new(table: &Table) -> Numbers {
        Numbers { known: index(table.names().len()), new: Vec::new() }
    }

    /// Takes in names that are new to the thread: `table` gives them the numbers they come to have.
    pub fn learn(&mut self, names: &[Name], table: &mut Table) {
        self.new.extend(names.iter().map(|name| table.number(name)));
    }

    /// The number that the name with this one of the thread's comes to have.
    pub fn of(&self, number: u32) -> u32 {
        number.checked_sub(self.known).map_or(number, |new| self.new[new as usize])
    }
}
