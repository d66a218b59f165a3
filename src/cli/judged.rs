//! Books, read and judged: what the commands about a year begin with.

use super::args::{Keep as KeepFlags, Reading};
use super::words::Kept;
use super::{Error, Exit, World, open, words};
use crate::books::Books;
use crate::income::{Detail, Judged};
use crate::period::TaxYear;
use crate::regime::Regime;
use crate::report;
use crate::report::keep::Keep;

/// What a command about a year works on.
pub struct Read {
    /// The records.
    pub books: Books,
    /// The law.
    pub regime: Regime,
    /// What the law says of the records.
    pub judged: Judged,
    /// The years asked for; none where none is named.
    pub years: Vec<TaxYear>,
}

impl Read {
    /// Reads what `words` and the flags name, and judges it for a report of the years among the words:
    /// what has nothing to do with these is not kept, nor, unless it shows `lots`, which of those a sale
    /// took.
    ///
    /// # Errors
    /// No books, a file that cannot be read, a regime that is none.
    pub fn for_years(
        words: &[String],
        lots: bool,
        reading: &Reading,
        world: &mut World,
    ) -> Result<Read, Error> {
        let (years, files) = words::years_and_files(words, reading);
        let named = (!years.is_empty()).then_some(&*years);
        let detail = Detail { years: named, lots };
        let open::Opened { books, regime, judged } =
            open::judged_for(&files, detail, true, reading, world)?;
        Ok(Read { books, regime, judged, years })
    }

    /// The years asked for, else the last of which something is known.
    pub fn years_or_last(&self) -> Vec<TaxYear> {
        if !self.years.is_empty() {
            return self.years.clone();
        }
        report::income::last_year(&self.judged, &self.books.journal, &self.regime)
            .into_iter()
            .collect()
    }

    /// What the flags keep.
    ///
    /// # Errors
    /// A name that is not known, a day that is none.
    pub fn keep(&self, flags: &KeepFlags) -> Result<Keep, Error> {
        Ok(Kept::read(flags, &self.books.journal)?.into())
    }

    /// Prints what is wrong with the records, and says how the run ends: a question that is open
    /// leaves a year incomplete.
    ///
    /// # Errors
    /// Nothing can be printed.
    pub fn ended(self, incomplete: bool, world: &mut World) -> Result<Exit, Error> {
        let told = world.tell(&self.books.diagnostics)?;
        // The process ends with the run, and gives back faster what nobody takes apart before.
        std::mem::forget(self);
        Ok(if incomplete { told.max(Exit::Problems) } else { told })
    }
}
