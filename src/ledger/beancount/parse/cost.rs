//! What stands behind the amount of a posting: `{cost}`, `@ price`, `@@ price`.

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{CostSpec, NONE, Part, PriceSpec};
use crate::ledger::beancount::parse::{Parser, Told};
use crate::money::Decimal;
use crate::source::Name;

impl Parser<'_, '_> {
    /// `{…}` or `{{…}}`: a cost, a date, a label and `*`, in any order, with commas between.
    pub(super) fn cost(&mut self) -> Result<CostSpec, Told> {
        let double = self.cursor.word("{{");
        if !double {
            self.cursor.word("{");
        }
        let mut spec = CostSpec {
            per: Part::Missing,
            total: Part::Absent,
            currency: NONE,
            date: None,
            label: None,
            merge: false,
        };
        // A comma follows a part, and may stand first; another part follows it.
        let (mut amount, mut parts, mut comma) = (false, false, false);
        let first = self.cursor.at;
        loop {
            self.cursor.blanks();
            let start = self.cursor.at;
            match self.cursor.byte() {
                b'}' if !comma => break,
                b'}' => return Err(self.expected("a cost, a date or a label after `,`")),
                b',' if parts || self.cursor.since(first).trim().is_empty() => {
                    self.cursor.at += 1;
                    (parts, comma) = (false, true);
                    continue;
                }
                b',' => return Err(self.expected("a cost, a date, a label or `}`")),
                _ if parts => return Err(self.expected("`,` or `}`")),
                b'"' => {
                    let label = self.string()?;
                    if spec.label.is_some() {
                        return Err(self.twice("label", start));
                    }
                    spec.label = Some(Name::new(label));
                }
                b'*' => {
                    self.cursor.at += 1;
                    spec.merge = true;
                }
                b'0'..=b'9' if self.cursor.is_date() => {
                    let date = self.day()?;
                    if spec.date.is_some() {
                        return Err(self.twice("date", start));
                    }
                    spec.date = Some(date);
                }
                _ => {
                    if amount {
                        return Err(self.twice("cost", start));
                    }
                    amount = true;
                    self.compound(&mut spec)?;
                }
            }
            (parts, comma) = (true, false);
        }
        if double && amount {
            if spec.total != Part::Absent {
                return Err(self.expected("one total cost in `{{ }}`; `#` stands in `{ }`"));
            }
            spec.total = spec.per;
            spec.per = Part::Known(Decimal::ZERO);
        }
        if !self.cursor.word(if double { "}}" } else { "}" }) {
            return Err(self.expected(if double { "`}}`" } else { "`}`" }));
        }
        Ok(spec)
    }

    /// `10 USD`, `10 # 9.95 USD`, or parts of it.
    fn compound(&mut self, spec: &mut CostSpec) -> Result<(), Told> {
        let number = self.optional_number()?;
        self.cursor.blanks();
        // With more behind it `#` begins a tag.
        let hash = self.cursor.clone().marked(b'#').is_none() && self.cursor.word("#");
        if hash {
            self.cursor.blanks();
            spec.total = match self.optional_number()? {
                Some(number) => Part::Known(number),
                None => Part::Missing,
            };
            self.cursor.blanks();
        }
        let currency = if hash { self.currency()? } else { self.optional_currency()? };
        if number.is_none() && !hash && currency == NONE {
            return Err(self.expected("a cost such as `{10.00 USD}`"));
        }
        if let Some(number) = number {
            spec.per = Part::Known(number);
        }
        spec.currency = currency;
        Ok(())
    }

    fn twice(&mut self, what: &str, start: usize) -> Told {
        let place = self.cursor.place(&self.file, start, self.cursor.at.saturating_sub(start));
        self.told(
            Diagnostic::error("cost", format!("a second {what} in one `{{…}}`"))
                .at(place)
                .help("write one cost, one date and one label: `{240.00 USD, 2024-03-15, \"a\"}`"),
        )
    }

    /// `@ 1.10 USD` or `@@ 110 USD` behind `number` and `cost`. `None` where it cannot be used and
    /// has been reported.
    pub(super) fn unit_price(
        &mut self,
        number: Option<Decimal>,
        cost: Option<&CostSpec>,
    ) -> Result<Option<PriceSpec>, Told> {
        let start = self.cursor.at;
        let total = self.cursor.word("@@");
        if !total {
            self.cursor.word("@");
        }
        self.cursor.blanks();
        let price = self.optional_number()?;
        self.cursor.blanks();
        let currency = self.optional_currency()?;
        let end = self.cursor.at;
        let place = |parser: &Self| parser.cursor.place(&parser.file, start, end - start);
        if price.is_some_and(|price| price.is_sign_negative() && !price.is_zero()) {
            let place = place(self);
            return Err(self.told(
                Diagnostic::error("price", "a price is not negative")
                    .at(place)
                    .help("write it without `-`; the sign of the units says which way it goes"),
            ));
        }
        if total && number.is_none() {
            let place = place(self);
            return Err(self.told(
                Diagnostic::error("price", "a total price needs the number of units")
                    .at(place)
                    .help("write the units, or `@` and the price of one"),
            ));
        }
        if let Some(cost) = cost
            && cost.currency != NONE
            && currency != NONE
            && cost.currency != currency
        {
            let place = place(self);
            return Err(self.told(
                Diagnostic::error("price", "cost and price are in different currencies")
                    .at(place)
                    .help(
                        "state the price in the cost's currency; rates go into `price` directives",
                    ),
            ));
        }
        Ok(Some(PriceSpec { number: price, currency, total }))
    }
}
