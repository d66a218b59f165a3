//! Joins two rows that are one event: the legs of a merger or a split, the quantity and the amount of
//! a redemption. A row whose other is not there is unresolved.

use std::collections::HashMap;

use super::cell::Number;
use super::export::{Export, Fate};
use super::make::{Made, Making, Reason, checked, readable, sided, unpadded};
use super::profile::{Field, Make, Side};
use super::row::Row;
use super::symbol;
use crate::event::{EventId, EventKind};
use crate::money::Decimal;

impl Export<'_> {
    pub(super) fn join(
        &mut self,
        row: u32,
        others: &[u32],
        rule: &Make,
        made: Result<Made, Reason>,
    ) {
        match made {
            Ok(made) => self.keep(row, others, made, rule.link),
            Err(reason) => {
                for other in others {
                    self.unresolve(*other, reason.clone());
                }
                self.unresolve(row, reason);
            }
        }
    }

    /// What leaves in one row, what comes in the other: joined where a row names the other or its
    /// order, else where only one of each is left.
    pub(super) fn join_legs(&mut self, members: Vec<(u32, &Make)>) {
        for (row, rule) in &members {
            let row = self.row_mut(*row);
            if let (Number::Some(quantity), side @ (Side::In | Side::Out)) =
                (row.quantity, rule.side)
            {
                row.quantity = Number::Some(sided(quantity, side));
            }
        }
        let negative = |row: &Row| row.quantity.value().is_some_and(|q| q.is_sign_negative());
        let (outs, news): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|(row, _)| negative(self.row(*row)));
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (new, _)) in news.iter().enumerate().rev() {
            let row = self.row(*new);
            let said = said(row);
            let mut keys = vec![format!("is {}", row.symbol)];
            keys.extend(cusips(&said).map(|cusip| format!("names {cusip}")));
            keys.extend(order(&said).map(|order| format!("order {order}")));
            for key in keys {
                by_key.entry(key).or_default().push(at);
            }
        }
        let (mut taken, mut left) = (vec![false; news.len()], Vec::new());
        for (out, rule) in outs {
            let row = self.row(out);
            let said = said(row);
            let order = order(&said).map(|order| format!("order {order}"));
            let names = cusips(&said).map(|cusip| format!("is {cusip}"));
            let keys = order.into_iter().chain(names).chain([format!("names {}", row.symbol)]);
            let mut found = None;
            for key in keys {
                let Some(list) = by_key.get_mut(&key) else { continue };
                while let Some(at) = list.pop() {
                    if !taken[at] {
                        found = Some(at);
                        break;
                    }
                }
                if found.is_some() {
                    break;
                }
            }
            match found {
                Some(at) => {
                    taken[at] = true;
                    self.join_pair(out, news[at].0, rule);
                }
                None => left.push((out, rule)),
            }
        }
        let mut rest: Vec<(u32, &Make)> =
            news.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(new, _)| *new).collect();
        if let ([(out, rule)], [(new, _)]) = (&left[..], &rest[..]) {
            self.join_pair(*out, *new, rule);
            return;
        }
        left.append(&mut rest);
        for (row, rule) in left {
            let reason = self.unpaired(row, rule);
            self.unresolve(row, reason);
        }
    }

    fn join_pair(&mut self, out: u32, new: u32, rule: &Make) {
        let (row, other) = (self.row(out), self.row(new));
        let units = row.quantity.value().zip(other.quantity.value());
        let same = row.security.is_some() && row.security == other.security;
        if same && units.is_some_and(|(gone, came)| gone == -came) {
            // The same units of the same security: what it is called has changed, and no more.
            for at in [out, new] {
                self.traces[at as usize].fate =
                    Fate::Ignored("change of name that moves nothing".into());
            }
            return;
        }
        let made = self.document.making(row).legs(row, other, rule, self.id_of(out));
        self.join(out, &[new], rule, made);
    }

    /// The quantity in one row, the amount in the other, of one security.
    pub(super) fn join_halves(&mut self, members: Vec<(u32, &Make)>) {
        let (mut units, mut cash) = (Vec::new(), Vec::new());
        for (at, rule) in members {
            let row = self.row(at);
            let stated = |number: Number| number.value().is_some_and(|value| !value.is_zero());
            match (stated(row.quantity), stated(self.document.making(row).cash(row))) {
                (true, false) => units.push((at, rule)),
                (false, true) => cash.push((at, rule)),
                (true, true) => {
                    let made = self.document.making(row).make(row, rule, self.id_of(at));
                    self.join(at, &[], rule, made);
                }
                (false, false) => {
                    let reason = self.unpaired(at, rule);
                    self.unresolve(at, reason);
                }
            }
        }
        // Several of one day and security: by content, so that the order of rows does not count.
        units.sort_by_key(|(row, _)| self.id_of(*row));
        cash.sort_by_key(|(row, _)| self.id_of(*row));
        let both = units.len().min(cash.len());
        let single: Vec<_> =
            units.split_off(both).into_iter().chain(cash.split_off(both)).collect();
        for ((unit, rule), (money, _)) in units.into_iter().zip(cash) {
            let row = self.row(unit);
            let making = self.document.making(row);
            let made = making.halves(row, self.row(money), rule, self.id_of(unit));
            self.join(unit, &[money], rule, made);
        }
        for (row, rule) in single {
            let reason = self.unpaired(row, rule);
            self.unresolve(row, reason);
        }
    }

    pub(super) fn unpaired(&self, row: u32, rule: &Make) -> Reason {
        let words = &self.row(row).words;
        let short: String = words.chars().take(40).collect();
        let message = format!("`{short}` is one of two rows, and the other is not in this file");
        let key = if self.document.layout.profile.prose { "starts" } else { "is" };
        Reason::new("unpaired", message).help(format!(
            "export these days again, whole; or write the {} by hand in main.journal, and in {}:\n\
             [[action]]\n{key} = \"{}\"\nignore = \"{} written by hand\"",
            rule.kind,
            self.document.layout.profile.teach,
            short.replace('"', "\\\""),
            rule.kind
        ))
    }
}

impl Making<'_> {
    /// One event of two rows: what leaves in `out`, what comes in `new`.
    pub fn legs(&self, out: &Row, new: &Row, rule: &Make, id: EventId) -> Result<Made, Reason> {
        readable(out)?;
        readable(new)?;
        let (Some(old_id), Some(new_id)) = (&out.security, &new.security) else {
            let message = "one of the two rows names no security";
            return Err(Reason::new("missing-value", message).at(Field::Symbol));
        };
        let gone = unpadded(out.quantity.value().unwrap_or_default());
        let came = unpadded(new.quantity.value().unwrap_or_default());
        let (new_ratio, old_ratio) = ratio(came, gone);
        let same = old_id == new_id || (rule.kind == "split" && symbol::is_cusip(old_id));
        let kind = if rule.kind == "split" && same {
            let quantity = checked(came.checked_add(gone))?;
            let (new, old) = (new_ratio.into(), old_ratio.into());
            EventKind::Split { security: new_id.clone(), quantity, new, old }
        } else {
            let (security, into) = (old_id.clone(), Some(new_id.clone()));
            let (quantity, into_quantity) = (gone, Some(came).into());
            let (new, old) = (new_ratio.into(), old_ratio.into());
            match rule.kind {
                "merger" => EventKind::Merger { security, quantity, into, into_quantity, new, old },
                "rename" => EventKind::Rename { security, quantity, into, into_quantity, new, old },
                _ => EventKind::Exchange { security, quantity, into, into_quantity, new, old },
            }
        };
        let is_split = matches!(kind, EventKind::Split { .. });
        let mut event = self.event(out, id, kind);
        event.origin.add(new.line);
        let cash = |row: &Row| self.cash(row).value().unwrap_or_default();
        let amount = checked(cash(out).checked_add(cash(new)))?;
        if is_split && !amount.is_zero() {
            let message = format!("the rows move {amount} in cash, and `split` moves none");
            return Err(Reason::new("cash-without-place", message).at(Field::Amount));
        }
        let fees = |row: &Row| row.fees.value().unwrap_or_default();
        event.fees = checked(fees(out).checked_add(fees(new)))?;
        event.amount = amount;
        if !amount.is_zero() || !event.fees.is_zero() {
            event.currency = Some(out.currency.clone());
        }
        event.claimed = rule.claimed;
        event.reason.clone_from(&rule.reason);
        Ok(Made { event, second: None, doubt: None })
    }

    /// One event of two rows: the quantity in `units`, the amount in `cash`.
    pub fn halves(
        &self,
        units: &Row,
        cash: &Row,
        rule: &Make,
        id: EventId,
    ) -> Result<Made, Reason> {
        let whole = Row {
            amount: cash.amount,
            fees: if units.fees.value().is_some() { units.fees } else { cash.fees },
            accrued: if units.accrued.value().is_some() { units.accrued } else { cash.accrued },
            ..units.clone()
        };
        let mut made = self.make(&whole, rule, id)?;
        made.event.origin.add(cash.line);
        Ok(made)
    }
}

/// Everything that a row says in words.
fn said(row: &Row) -> String {
    format!("{} {}", row.words, row.text)
}

/// The words of a text that are shaped as CUSIPs.
fn cusips(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '#', '(', ')', ':', ',']).filter(|token| symbol::is_cusip(token))
}

/// The number of a reorganisation, without the digits that count its legs: `#REOR M0051680750001`.
fn order(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("#REOR ")?;
    let number = after.split(' ').next()?;
    number.get(..number.len().checked_sub(4)?)
}

/// `came` new units for each `gone` old ones: `4` for `1`, `1` for `5`; where whole numbers get
/// long, a fraction for `1` that is exact.
fn ratio(came: Decimal, gone: Decimal) -> (Option<Decimal>, Option<Decimal>) {
    let (came, gone) = (came.abs().normalize(), gone.abs().normalize());
    let scale = came.scale().max(gone.scale());
    let whole = |number: Decimal| -> Option<u128> {
        let factor = 10u128.checked_pow(scale - number.scale())?;
        number.mantissa().unsigned_abs().checked_mul(factor)
    };
    let (Some(new), Some(old)) = (whole(came), whole(gone)) else { return (None, None) };
    let divisor = divisor(new, old);
    if divisor == 0 {
        return (None, None);
    }
    if old / divisor > 1000
        && let Some(each) = came.checked_div(gone).map(|each| each.normalize())
        && each.scale() <= 10
        && each.checked_mul(gone) == Some(came)
    {
        return (Some(each), Some(Decimal::ONE));
    }
    let small = |number: u128| i128::try_from(number / divisor).ok();
    let decimal = |number| Decimal::try_from_i128_with_scale(number, 0).ok();
    (small(new).and_then(decimal), small(old).and_then(decimal))
}

/// The greatest common divisor.
fn divisor(one: u128, other: u128) -> u128 {
    if other == 0 { one } else { divisor(other, one % other) }
}
