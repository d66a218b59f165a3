//! Money without a trade: income, income reinvested, capital given back, expenses, interest, and the
//! rows of a bank account.

use super::make::{At, Back, Fate, bare, link, unpadded};
use super::security::Security;
use super::statement::Kind;
use super::value::Unread;
use super::words::{Rows, Says, said};
use crate::event::{Claim, Claims, Event, EventKind, Parts, Relation, TaxAuthority, WithheldTax};
use crate::money::Decimal;
use crate::source::Name;

impl At<'_, '_, '_, '_> {
    /// `INCOME`
    pub fn income(&mut self) -> Result<Fate, Unread> {
        let mut total = self.needed("TOTAL")?;
        if total.is_zero() {
            return Ok(Fate::Ignored("income of 0".into()));
        }
        if self.repeats_signs(total) {
            total = -total;
        }
        let short = self.has("SUBACCTSEC", "SHORT");
        let mut event = self.paid(total, short)?;
        // A tax, a fee, or what a borrower pays is rightly below zero.
        let costs = matches!(
            event.kind,
            EventKind::Withholding { .. } | EventKind::Fee { .. } | EventKind::PaymentInLieu { .. }
        );
        let turned = total.is_sign_negative() && !costs;
        self.withheld(&mut event, turned)?;
        if costs && let Some(income) = self.maker.beside.tax_on.get(&self.index) {
            link(&mut event, Relation::WithholdingOf, self.maker.facts[*income].id.clone());
        }
        match self.taken_back() {
            Some(back) => link(&mut event, Relation::Reverses, back),
            None => self.back = turned.then_some(Back::May),
        }
        let mut events = vec![event];
        self.state_tax(&mut events, turned)?;
        Ok(Fate::Events(events))
    }

    /// The event of a payment, by its type and its words.
    fn paid(&self, total: Decimal, short: bool) -> Result<Event, Unread> {
        let memo = &self.fact().memo;
        let security = self.fact().security.as_ref();
        let about = || security.map(|known| known.id.clone()).ok_or(Unread::Missing("SECID"));
        let income = self.text("INCOMETYPE").map(|kind| kind.trim().to_ascii_uppercase());
        let per_share = None;
        let says = said(Rows::Income, memo);
        let below = total.is_sign_negative();
        let kind = match says {
            Some(Says::Withholding(tax)) if below => EventKind::Withholding {
                tax,
                country: None,
                security: security.map(|known| known.id.clone()),
            },
            Some(Says::Fee(_)) if below => {
                EventKind::Fee { security: security.map(|known| known.id.clone()) }
            }
            Some(Says::PaymentInLieu) => EventKind::PaymentInLieu { security: about()?, per_share },
            Some(Says::ReturnOfCapital) => {
                EventKind::ReturnOfCapital { security: about()?, per_share }
            }
            Some(Says::CashInLieu) => EventKind::CashInLieu { security: about()?, quantity: None },
            Some(Says::Lending) => {
                EventKind::OtherIncome { security: security.map(|known| known.id.clone()) }
            }
            _ => match income.as_deref() {
                Some("DIV") if short && below => {
                    EventKind::PaymentInLieu { security: about()?, per_share }
                }
                Some("DIV") => {
                    EventKind::Dividend { security: about()?, per_share, parts: Parts::default() }
                }
                Some("INTEREST") => EventKind::Interest {
                    security: security.map(|known| known.id.clone()),
                    per_share,
                },
                Some("CGLONG" | "CGSHORT") => EventKind::CapitalGainDistribution {
                    security: about()?,
                    per_share,
                    parts: Parts::default(),
                },
                Some("MISC") => {
                    EventKind::OtherIncome { security: security.map(|known| known.id.clone()) }
                }
                Some(other) => {
                    let what = format!("`INCOMETYPE` is none that OFX knows: `{other}`");
                    return Err(Unread::NotTold(what));
                }
                None => return Err(Unread::Missing("INCOMETYPE")),
            },
        };
        let mut event = self.event(0, kind, total)?;
        event.reason = match (says, &event.kind) {
            (Some(Says::Fee(reason)), EventKind::Fee { .. }) => Some(reason.into()),
            (Some(Says::Lending), _) => Some("lending".into()),
            (_, EventKind::OtherIncome { .. }) => Some("misc".into()),
            _ => None,
        };
        event.claimed = self.claims(income.as_deref(), &event, says, security);
        Ok(event)
    }

    /// What the broker claims of a payment, by its type, its flag and its words.
    fn claims(
        &self,
        income: Option<&str>,
        event: &Event,
        says: Option<Says>,
        security: Option<&Security>,
    ) -> Claims {
        let mut claims = Claims::default();
        match &event.kind {
            EventKind::CapitalGainDistribution { .. } => {
                claims =
                    claims.with(if income == Some("CGLONG") { Claim::Long } else { Claim::Short });
            }
            EventKind::Dividend { .. } | EventKind::Interest { .. } => {
                if let Some(Says::Claims(claim)) = says {
                    claims = claims.with(claim);
                }
                if self.has("TAXEXEMPT", "Y") {
                    claims = claims.with(Claim::TaxExempt);
                }
                let interest = matches!(event.kind, EventKind::Interest { .. });
                if interest && security.is_some_and(Security::is_treasury) {
                    claims = claims.with(Claim::UsGovernment);
                }
            }
            _ => {}
        }
        claims
    }

    /// `REINVEST`: an income, and the purchase it pays. Its total has the sign of either, so units tell
    /// whether it is taken back.
    pub fn reinvest(&mut self) -> Result<Fate, Unread> {
        let security = self.security()?;
        let (units, total) = (bare(self.needed("UNITS")?), self.needed("TOTAL")?);
        let price = self.number("UNITPRICE")?.filter(|price| !price.is_zero());
        let price = price.map(|price| unpadded(price.abs()));
        if total.is_zero() && units.is_zero() {
            return Ok(Fate::Ignored("income of 0".into()));
        }
        let reverses = self.text("REVERSALFITID").is_some();
        let turned = reverses || units.is_sign_negative() && !units.is_zero();
        let sign = if turned { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
        let amount = total.abs() * sign;
        let back = self.taken_back();
        if turned && back.is_none() {
            self.back = Some(Back::Must);
        }
        let mut events = Vec::new();
        // Some brokers write the income in a row of its own as well: it is paid once.
        let paid = self.maker.beside.paid_by.get(&self.index).filter(|_| !turned);
        let income = if let Some(income) = paid {
            self.maker.facts[*income].id.clone()
        } else {
            // Tax that was withheld bought no units: what was invested is the net.
            let mut event = self.paid(amount, false)?;
            self.withheld(&mut event, turned)?;
            let id = event.id.clone();
            events.push(event);
            id
        };
        if self.maker.is_sweep(security) {
            if events.is_empty() {
                return Ok(Fate::Ignored(format!("move of the cash sweep {}", security.id).into()));
            }
        } else if !units.is_zero() {
            let kind = EventKind::Buy {
                security: security.id.clone(),
                quantity: units.abs() * sign,
                price,
            };
            let part = u8::try_from(events.len()).unwrap_or_default();
            let mut event = self.event(part, kind, -amount)?;
            let mut costs = Decimal::ZERO;
            for name in ["COMMISSION", "FEES", "TAXES", "LOAD"] {
                costs += self.number(name)?.unwrap_or_default().abs();
            }
            event.fees = costs * sign;
            link(&mut event, Relation::Reinvests, income);
            events.push(event);
        }
        if let Some(back) = back {
            for (part, event) in (0..).zip(events.iter_mut()) {
                link(event, Relation::Reverses, back.with_part(part));
            }
        }
        Ok(Fate::Events(events))
    }

    /// `RETOFCAP`
    pub fn return_of_capital(&mut self) -> Result<Fate, Unread> {
        let mut total = self.needed("TOTAL")?;
        if self.repeats_signs(total) {
            total = -total;
        }
        let security = self.security()?.id.clone();
        let kind = EventKind::ReturnOfCapital { security, per_share: None };
        let mut event = self.event(0, kind, total)?;
        match self.taken_back() {
            Some(back) => link(&mut event, Relation::Reverses, back),
            None => self.back = total.is_sign_negative().then_some(Back::May),
        }
        Ok(Fate::Events(vec![event]))
    }

    /// The cash effect of a cost: where the file signs none of them they are costs.
    fn cost(&self) -> Result<Decimal, Unread> {
        let mut total = self.needed("TOTAL")?;
        if self.repeats_signs(total) {
            return Ok(-total);
        }
        let reverses = self.text("REVERSALFITID").is_some();
        if total.is_sign_positive() && !self.maker.making.habits.signed_expenses && !reverses {
            total = -total;
        }
        Ok(total)
    }

    /// `INVEXPENSE`: a tax on a payment, or a fee.
    pub fn expense(&mut self) -> Result<Fate, Unread> {
        let total = self.cost()?;
        if total.is_zero() {
            return Ok(Fate::Ignored("expense of 0".into()));
        }
        let security = self.fact().security.as_ref().map(|security| security.id.clone());
        let says = said(Rows::Expense, &self.fact().memo);
        let event = if let Some(Says::Withholding(tax)) = says {
            let kind = EventKind::Withholding { tax, country: None, security };
            let mut event = self.event(0, kind, total)?;
            if let Some(income) = self.maker.beside.tax_on.get(&self.index) {
                link(&mut event, Relation::WithholdingOf, self.maker.facts[*income].id.clone());
            }
            event
        } else {
            let mut event = self.event(0, EventKind::Fee { security }, total)?;
            if let Some(Says::Fee(reason)) = says {
                event.reason = Some(reason.into());
            }
            event
        };
        Ok(Fate::Events(vec![self.reversing(event)]))
    }

    /// `MARGININTEREST`
    pub fn margin_interest(&mut self) -> Result<Fate, Unread> {
        let total = self.cost()?;
        if total.is_zero() {
            return Ok(Fate::Ignored("interest of 0".into()));
        }
        let event = self.event(0, EventKind::MarginInterest {}, total)?;
        Ok(Fate::Events(vec![self.reversing(event)]))
    }

    fn reversing(&self, mut event: Event) -> Event {
        if self.text("REVERSALFITID").is_some()
            && let Some(back) = self.taken_back()
        {
            link(&mut event, Relation::Reverses, back);
        }
        event
    }

    /// `STMTTRN`, alone or in an `INVBANKTRAN`.
    pub fn bank(&mut self) -> Result<Fate, Unread> {
        let amount = self.needed("TRNAMT")?;
        let kind = self.text("TRNTYPE").map(|kind| kind.trim().to_ascii_uppercase());
        let kind = kind.as_deref().unwrap_or_default();
        if kind == "HOLD" {
            return Ok(Fate::Ignored("hold, not yet booked".into()));
        }
        if self.has("CORRECTACTION", "DELETE") {
            let what = "the bank deletes a transaction: say which by hand";
            return Err(Unread::NotTold(what.to_owned()));
        }
        self.day()?;
        if amount.is_zero() {
            return Ok(Fate::Ignored("notice without money".into()));
        }
        let comes = amount.is_sign_positive();
        let broker = self.maker.statement.kind == Kind::Investment;
        let rows = match (broker, comes) {
            (true, _) => Rows::BrokerCash,
            (false, true) => Rows::BankIn,
            (false, false) => Rows::BankOut,
        };
        let says = said(rows, &self.fact().memo);
        if says == Some(Says::Sweep) {
            return Ok(Fate::Ignored("move of the cash sweep".into()));
        }
        let (kind, reason) = self.bank_kind(kind, says, comes, broker)?;
        let mut event = self.event(0, kind, amount)?;
        event.reason = reason;
        if let Some(replaced) = self.text("CORRECTFITID") {
            link(&mut event, Relation::Replaces, self.maker.id_of(&replaced));
        }
        Ok(Fate::Events(vec![event]))
    }

    fn bank_kind(
        &self,
        kind: &str,
        says: Option<Says>,
        comes: bool,
        broker: bool,
    ) -> Result<(EventKind, Option<Name>), Unread> {
        let interest = EventKind::Interest { security: None, per_share: None };
        let fee = EventKind::Fee { security: None };
        Ok(match (kind, says) {
            (_, Some(Says::Withholding(tax))) => {
                (EventKind::Withholding { tax, country: None, security: None }, None)
            }
            ("INT", _) if comes => (interest, None),
            ("INT", _) => (EventKind::MarginInterest {}, None),
            ("FEE" | "SRVCHG", Some(Says::Fee(reason))) => (fee, Some(reason.into())),
            ("FEE" | "SRVCHG", _) => (fee, Some("service".into())),
            // Of a deposit, where a credit union calls its interest so.
            ("DIV", _) if !broker && comes => (interest, None),
            ("DIV", _) | (_, Some(Says::Payment)) => match &self.maker.making.account.sweep[..] {
                [fund] if comes && kind == "DIV" => {
                    let parts = Parts::default();
                    let security = fund.clone();
                    (EventKind::Dividend { security, per_share: None, parts }, None)
                }
                _ => {
                    let what = "a dividend, and nothing says of which security";
                    return Err(Unread::NotTold(what.to_owned()));
                }
            },
            (_, Some(Says::Interest)) if comes => (interest, None),
            (_, Some(Says::Interest | Says::MarginInterest)) => {
                (EventKind::MarginInterest {}, None)
            }
            (_, Some(Says::Lending)) if comes => {
                (EventKind::OtherIncome { security: None }, Some("lending".into()))
            }
            (_, Some(Says::Fee(reason))) => (fee, Some(reason.into())),
            _ if comes => (EventKind::Deposit {}, None),
            _ => (EventKind::Withdrawal {}, None),
        })
    }

    /// Federal tax taken off a payment.
    pub fn withheld(&self, event: &mut Event, turned: bool) -> Result<(), Unread> {
        let tax = self.number("WITHHOLDING")?.unwrap_or_default().abs();
        if !tax.is_zero() {
            event.further.withheld = if turned { -tax } else { tax };
            event.further.tax =
                Some(WithheldTax { authority: TaxAuthority::Federal, country: None });
        }
        Ok(())
    }

    /// State tax taken off a payment is an event of its own: one event has one tax.
    pub fn state_tax(&self, events: &mut Vec<Event>, turned: bool) -> Result<(), Unread> {
        let tax = self.number("STATEWITHHOLDING")?.unwrap_or_default().abs();
        if tax.is_zero() {
            return Ok(());
        }
        let tax = if turned { -tax } else { tax };
        events[0].amount += tax;
        let security = events[0].security().cloned();
        let kind = EventKind::Withholding { tax: TaxAuthority::State, country: None, security };
        let part = u8::try_from(events.len()).unwrap_or(u8::MAX);
        let mut event = self.event(part, kind, -tax)?;
        link(&mut event, Relation::WithholdingOf, events[0].id.clone());
        events.push(event);
        Ok(())
    }
}
