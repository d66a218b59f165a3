//! What is doubtful about the numbers of a text: marks that were guessed, digits left out.

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::diagnostic::Diagnostic;
use crate::ledger::commodities::Doubt;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::CommodityId;
use crate::ledger::reader::Reader;
use crate::source::Place;

/// Numbers whose marks were guessed, by commodity.
pub(super) type Guesses = IndexMap<CommodityId, Guessed>;

/// The first of the numbers of one commodity whose decimal mark was guessed.
#[derive(Debug)]
pub(super) struct Guessed {
    mark: u8,
    text: String,
    place: Place,
    count: u32,
}

impl Reader<'_> {
    /// Says or keeps what is doubtful about the numbers of a line.
    pub fn note_doubts(&mut self, line: Line<'_>, lines: &Lines<'_>) {
        for (doubt, commodity, address, length) in std::mem::take(&mut self.commodities.doubts) {
            let start = address.wrapping_sub(line.text.as_ptr() as usize);
            let end = start.saturating_add(length);
            let Some(text) = line.text.get(start..end) else { continue };
            match doubt {
                Doubt::Digits => {
                    let what = "has more digits than a number can have: the last are left out";
                    self.problem(
                        Diagnostic::warning("number", format!("`{text}` {what}"))
                            .at(lines.place(line, text))
                            .help("write the price of all with `@@`: it is exact"),
                    );
                }
                Doubt::Mark(mark) => {
                    let guessed = self.guessed.entry(commodity).or_insert_with(|| Guessed {
                        mark,
                        text: text.to_owned(),
                        place: lines.place(line, text),
                        count: 0,
                    });
                    guessed.count += 1;
                }
            }
        }
    }

    /// The guesses of a slice that ends here.
    pub fn take_guesses(&mut self) -> Guesses {
        std::mem::take(&mut self.guessed)
    }

    /// Takes in those of a slice; `own`: its commodities by the numbers here; `above`: the lines that
    /// lie above it.
    pub fn take_in_guesses(
        &mut self,
        guesses: Guesses,
        own: impl Fn(CommodityId) -> CommodityId,
        above: u32,
    ) {
        for (commodity, mut guess) in guesses {
            guess.place.line += above;
            match self.guessed.entry(own(commodity)) {
                Entry::Occupied(mut first) => first.get_mut().count += guess.count,
                Entry::Vacant(first) => {
                    first.insert(guess);
                }
            }
        }
    }

    /// At the end of a text: says where a mark before three digits was guessed and no amount of the
    /// text shows that the guess is right; once for each commodity.
    pub fn warn_guessed(&mut self) {
        let guessed = std::mem::take(&mut self.guessed);
        let (points, commas) = std::mem::take(&mut self.commodities.marks_seen);
        for (commodity, guessed) in guessed {
            let own = self.commodities.known[commodity.0 as usize].seen_mark;
            let others = match guessed.mark {
                b'.' => points && !commas,
                _ => commas && !points,
            };
            if own == Some(guessed.mark) || (own.is_none() && others) {
                continue;
            }
            let decimal = guessed.text.contains(char::from(guessed.mark));
            let read = if decimal { "with three decimals" } else { "in thousands" };
            let more = match guessed.count {
                1 => String::new(),
                count => format!(", and {} more like it", count - 1),
            };
            let mut problem = Diagnostic::warning(
                "decimal-mark",
                format!("`{}` is read {read}{more}", guessed.text),
            )
            .at(guessed.place)
            .help("say which mark is which above it: `commodity 1,000.00 USD`, `decimal-mark .`");
            if own.is_some() {
                problem
                    .notes
                    .push("other amounts of this commodity show the other mark".to_owned());
            }
            self.problem(problem);
        }
    }
}
