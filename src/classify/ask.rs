//! Questions: what is asked, and the lines that answer it.

use super::{Classifier, Lack};
use crate::event::{Event, EventKind, Question, Write};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};

impl Classifier<'_, '_> {
    /// Asks for a missing fact, once for each security and year.
    pub(super) fn ask(
        &mut self,
        lack: &Lack,
        event: &Event,
        (date, year): (NaiveDate, TaxYear),
        amount: Option<Decimal>,
    ) {
        let security = event.security().cloned().unwrap_or_default();
        let key = (lack.clone(), security.clone(), year);
        let once = matches!(lack, Lack::Fact(_));
        if once && let Some(at) = self.asked.get(&key) {
            let question = &mut self.done.questions[*at];
            if let Some(more) = amount {
                question.amount = Some(question.amount.unwrap_or_default().saturating_add(more));
            }
            return;
        }
        let (asks, file, text) = match lack {
            Lack::Fact(key) => {
                let fact = self.regime.facts.get(key);
                let asks = fact.map_or_else(
                    || format!("what is `{key}` of {security}?"),
                    |fact| fact.asks.replace("{security}", &security),
                );
                let line =
                    fact.map_or_else(|| format!("{key} = \"…\""), |fact| fact.write.to_string());
                (asks, "securities.toml", format!("[security.{}]\n{line}", toml_key(&security)))
            }
            Lack::Split => (
                "how much of this distribution was return of capital?".to_owned(),
                "securities.toml",
                format!(
                    "[[security.{}.split]]\ndate = {}\nreturn_of_capital = \"…\"",
                    toml_key(&security),
                    event.date
                ),
            ),
            Lack::Sum(sum) => (
                format!("what was this distribution made of? its parts add up to {sum}"),
                "securities.toml",
                format!(
                    "[[security.{}.split]]\ndate = {}\nordinary = \"…\"",
                    toml_key(&security),
                    event.date
                ),
            ),
            Lack::Term => (
                "was this gain that the fund passed on long-term or short-term?".to_owned(),
                "securities.toml",
                format!(
                    "[[security.{}.split]]\ndate = {}\ncapital_gain = \"…\"    # long-term; or ordinary",
                    toml_key(&security),
                    event.date
                ),
            ),
            Lack::Authority => (
                "who took the tax that was withheld here?".to_owned(),
                "main.journal",
                format!("    ; tax: …    (foreign, federal or state, at event {})", event.id),
            ),
        };
        if once {
            self.asked.insert(key, self.done.questions.len());
        }
        self.done.questions.push(Question {
            asks,
            event: Some(event.id.clone()),
            date,
            amount,
            currency: event.currency.clone(),
            source: event.origin.to_string(),
            write: Write { file: file.to_owned(), text },
        });
    }

    /// Asks what an event is that no row of the regime takes.
    pub(super) fn strange(&mut self, event: &Event) {
        let (asks, file, text) = match &event.kind {
            EventKind::RentExpense { expense, property } => (
                format!(
                    "what was this paid for? `{expense}` is no line of Schedule E for {property}"
                ),
                "main.journal",
                "    ; expense: …    (mortgage_interest, taxes, repairs, insurance …)".to_owned(),
            ),
            _ => (
                format!("what is this {} for tax?", event.kind.name().replace('-', " ")),
                "rentier.toml",
                format!("[override.\"{}\"]\nevent = \"…\"\nwhy = \"…\"", event.id),
            ),
        };
        self.done.questions.push(Question {
            asks,
            event: Some(event.id.clone()),
            date: event.date,
            amount: Some(event.gross()),
            currency: event.currency.clone(),
            source: event.origin.to_string(),
            write: Write { file: file.to_owned(), text },
        });
    }

    pub(super) fn unknown(&mut self, event: &Event) {
        self.done.questions.push(Question {
            asks: "what is this row? no profile understands it".to_owned(),
            event: Some(event.id.clone()),
            date: event.date,
            amount: (!event.amount.is_zero()).then_some(event.amount),
            currency: event.currency.clone(),
            source: event.origin.to_string(),
            write: Write {
                file: "rentier.toml".to_owned(),
                text: format!("[override.\"{}\"]\nevent = \"…\"\nwhy = \"…\"", event.id),
            },
        });
    }
}

/// A name as a key of TOML: bare where it may be.
fn toml_key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { format!("{name:?}") }
}
