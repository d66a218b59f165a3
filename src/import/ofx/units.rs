//! Units without money: transfers, splits, options that end, moves inside an account.

use super::make::{At, Fate, bare, link, unpadded};
use super::security::Security;
use super::value::{self, Unread};
use super::words::{Rows, Says, said};
use crate::event::{Dates, EventId, EventKind, Lot, LotBasis, Lots, Relation};
use crate::money::Decimal;

impl At<'_, '_, '_, '_> {
    /// `SPLIT`: units become `NUMERATOR` for each `DENOMINATOR`; the fraction is paid in cash.
    pub fn split(&mut self) -> Result<Fate, Unread> {
        let security = self.security()?.id.clone();
        let (before, after) = (self.number("OLDUNITS")?, self.number("NEWUNITS")?);
        let quantity = match (before, after) {
            (Some(before), Some(after)) => after - before,
            _ => self.needed("UNITS")?,
        };
        let quantity = bare(quantity);
        let (new, old) = (self.number("NUMERATOR")?, self.number("DENOMINATOR")?);
        let ratio = new.zip(old).filter(|(new, old)| !new.is_zero() && !old.is_zero());
        let kind = EventKind::Split {
            security: security.clone(),
            quantity,
            new: ratio.map(|(new, _)| new).into(),
            old: ratio.map(|(_, old)| old).into(),
        };
        let mut event = self.event(0, kind, Decimal::ZERO)?;
        // Of a split, the trade date is the day of record and the settlement the day it happened.
        let happened = self.text("DTSETTLE").and_then(|text| value::day("DTSETTLE", &text).ok());
        if let Some(happened) = happened {
            let record = Some(event.date).filter(|record| *record != happened);
            event.further.dates = Dates { record, ..Dates::NONE };
            event.date = happened;
        }
        event.currency = None;
        let mut events = vec![event];
        let cash = self.number("FRACCASH")?.unwrap_or_default();
        if !cash.is_zero() {
            let kind = EventKind::CashInLieu { security, quantity: None };
            let mut part = self.event(1, kind, cash)?;
            part.date = events[0].date;
            part.further.dates = Dates::NONE;
            link(&mut part, Relation::PartOf, events[0].id.clone());
            events.push(part);
        }
        Ok(Fate::Events(events))
    }

    /// `TRANSFER`: units come or go without money, for more reasons than OFX has types.
    pub fn transfer(&mut self) -> Result<Fate, Unread> {
        let security = self.security()?;
        let units = bare(self.needed("UNITS")?);
        if units.is_zero() {
            return Ok(Fate::Ignored("balance update without units".into()));
        }
        let short = self.has("POSTYPE", "SHORT");
        let out = self.has("TFERACTION", "OUT");
        if !out && !self.has("TFERACTION", "IN") && self.text("TFERACTION").is_some() {
            return Err(Unread::NotTold("`TFERACTION` is neither `IN` nor `OUT`".to_owned()));
        }
        // Retirement plans sign the units as well: below zero they leave, whatever the action says.
        let leaves = out || units.is_sign_negative();
        let quantity = if leaves == short { units.abs() } else { -units.abs() };
        let id = security.id.clone();
        let says = said(Rows::Transfer, &self.fact().memo);
        if self.maker.is_sweep(security) || says == Some(Says::Sweep) {
            return self.sweep_moves(security, quantity, says);
        }
        let kind = match says {
            Some(Says::Expired) if security.is_option() => {
                EventKind::OptionExpire { security: id, quantity }
            }
            Some(Says::Assigned) if security.is_option() => {
                EventKind::OptionAssign { security: id, quantity }
            }
            Some(Says::Exercised) if security.is_option() => {
                EventKind::OptionExercise { security: id, quantity }
            }
            Some(Says::Split) => {
                EventKind::Split { security: id, quantity, new: None.into(), old: None.into() }
            }
            Some(Says::Action) => {
                let what = "an action of an issuer written as a transfer: its cost is not stated";
                return Err(Unread::NotTold(what.to_owned()));
            }
            Some(Says::FeeInUnits) if leaves => return self.fee_in_units(security, quantity),
            _ => {
                let acquired =
                    self.text("DTPURCHASE").and_then(|text| value::day("DTPURCHASE", &text).ok());
                let basis = acquired.map(|acquired| LotBasis { acquired, cost: None });
                let lots = Lots::from_iter([Lot { quantity, basis }]);
                if quantity.is_sign_negative() {
                    EventKind::TransferOut { security: id, quantity, lots }
                } else {
                    EventKind::TransferIn { security: id, quantity, lots }
                }
            }
        };
        let mut event = self.event(0, kind, Decimal::ZERO)?;
        event.currency = None;
        if self.text("REVERSALFITID").is_some()
            && let Some(back) = self.taken_back()
        {
            link(&mut event, Relation::Reverses, back);
        }
        Ok(Fate::Events(vec![event]))
    }

    /// Units of the fund that is cash in all but name: money that comes or goes.
    fn sweep_moves(
        &self,
        security: &Security,
        quantity: Decimal,
        says: Option<Says>,
    ) -> Result<Fate, Unread> {
        if says == Some(Says::Sweep) {
            return Ok(Fate::Ignored(format!("move of the cash sweep {}", security.id).into()));
        }
        let kind = if quantity.is_sign_negative() {
            EventKind::Withdrawal {}
        } else {
            EventKind::Deposit {}
        };
        let mut event = self.event(0, kind, quantity)?;
        event.currency = Some(self.currency()?);
        Ok(Fate::Events(vec![event]))
    }

    /// A plan's fee that is paid by selling units: a sale, and the fee it pays.
    fn fee_in_units(&self, security: &Security, quantity: Decimal) -> Result<Fate, Unread> {
        let price = unpadded(self.needed("UNITPRICE")?.abs());
        let paid = super::make::times("UNITPRICE", quantity.abs(), price)?;
        let id = security.id.clone();
        let kind = EventKind::Sell { security: id.clone(), quantity, price: Some(price) };
        let mut sale = self.event(0, kind, paid)?;
        let mut fee = self.event(1, EventKind::Fee { security: Some(id) }, -paid)?;
        sale.currency = Some(self.currency()?);
        fee.currency.clone_from(&sale.currency);
        fee.reason = Some("service".into());
        link(&mut fee, Relation::PartOf, sale.id.clone());
        Ok(Fate::Events(vec![sale, fee]))
    }

    /// `CLOSUREOPT`: an option ends; its position comes to 0.
    pub fn closure(&mut self) -> Result<Fate, Unread> {
        let security = self.security()?;
        let units = bare(self.needed("UNITS")?);
        if !security.is_option() && security.sort.is_some() {
            if self.traded_beside(security, units) {
                let trade = "shares of an option used: their trade is a row of its own";
                return Ok(Fate::Ignored(trade.into()));
            }
            let what = "the shares of an option used, without a price: enter the trade by hand";
            return Err(Unread::NotTold(what.to_owned()));
        }
        if units.is_zero() {
            return Err(Unread::NotTold("0 contracts".to_owned()));
        }
        let action = self.text("OPTACTION").map(|action| action.trim().to_ascii_uppercase());
        let id = security.id.clone();
        let contracts = units.abs();
        let kind = match action.as_deref() {
            // Only a writer is assigned, only a holder exercises.
            Some("ASSIGN") => EventKind::OptionAssign { security: id, quantity: contracts },
            Some("EXERCISE") => EventKind::OptionExercise { security: id, quantity: -contracts },
            Some("EXPIRE") => {
                let quantity = self.expired(security, units)?;
                EventKind::OptionExpire { security: id, quantity }
            }
            Some(other) => {
                return Err(Unread::NotTold(format!("`OPTACTION` is none OFX knows: `{other}`")));
            }
            None => return Err(Unread::Missing("OPTACTION")),
        };
        let mut event = self.event(0, kind, Decimal::ZERO)?;
        event.currency = None;
        Ok(Fate::Events(vec![event]))
    }

    /// Whether a trade of that day is of as many units of this stock.
    fn traded_beside(&self, security: &Security, units: Decimal) -> bool {
        let trades = &self.maker.beside.stock_trades;
        let of_day = trades.get(&(security.id.clone(), self.fact().day));
        of_day.is_some_and(|trades| trades.contains(&units.abs()))
    }

    /// Which way the contracts of an expired option go: by what was opened in this statement, by the
    /// sub-account, by the sign where the file signs units.
    fn expired(&self, security: &Security, units: Decimal) -> Result<Decimal, Unread> {
        if self.has("SUBACCTSEC", "SHORT") {
            return Ok(units.abs());
        }
        let net = self.maker.beside.contracts.get(&security.id).copied().unwrap_or_default();
        if !net.is_zero() {
            return Ok(if net.is_sign_negative() { units.abs() } else { -units.abs() });
        }
        if units.is_sign_negative() || self.maker.making.habits.signed_units {
            return Ok(units);
        }
        let what = "whether the expired option was held or written: `SUBACCTSEC` does not say";
        Err(Unread::NotTold(what.to_owned()))
    }

    /// The option whose use made this stock trade: the one that names it, else the only one that was
    /// used that day on this stock, at this price, for as many shares.
    pub fn option_behind(&self) -> Option<(Relation, EventId)> {
        let fact = self.fact();
        if !fact.element.is("BUYSTOCK") && !fact.element.is("SELLSTOCK") {
            return None;
        }
        let named = fact.fitid.as_ref().and_then(|fitid| self.maker.beside.used_for.get(fitid));
        let by_terms = || {
            let price = self.number("UNITPRICE").ok().flatten()?.abs().normalize();
            let shares = fact.units?.abs().normalize();
            let key = (fact.day, fact.security.as_ref()?.id.clone(), price, shares);
            match &self.maker.beside.used.get(&key)?[..] {
                [only] => Some(only),
                _ => None,
            }
        };
        let closure = &self.maker.facts[*named.or_else(by_terms)?];
        let relation = match &*closure.element.value("OPTACTION")?.to_ascii_uppercase() {
            "ASSIGN" => Relation::Assigns,
            "EXERCISE" => Relation::Exercises,
            _ => return None,
        };
        Some((relation, closure.id.clone()))
    }

    /// `JRNLSEC`, `JRNLFUND`: from one sub-account to another of the same account.
    pub fn between_subaccounts(&mut self, units: bool) -> Result<Fate, Unread> {
        let from = self.text("SUBACCTFROM").ok_or(Unread::Missing("SUBACCTFROM"))?;
        let to = self.text("SUBACCTTO").ok_or(Unread::Missing("SUBACCTTO"))?;
        let short = |name: &str| name.eq_ignore_ascii_case("SHORT");
        if units && short(&from) != short(&to) {
            let what = "units held are set against units sold short: enter what it closed by hand";
            return Err(Unread::NotTold(what.to_owned()));
        }
        Ok(Fate::Ignored(format!("move between sub-accounts {from} and {to}").into()))
    }
}
