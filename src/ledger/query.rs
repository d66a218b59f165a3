//! Which postings a rule of a Ledger journal is for: `/^Income/`, `@Shop and Food`,
//! `expr account =~ /^Income/ & commodity == 'USD'`.
//!
//! In: the text after `=`. Out: a test of postings. `None` for whatever is not understood: a rule that
//! cannot be tested is refused, not guessed.

use regex::Regex;

use crate::ledger::directive::regex;
use crate::ledger::model::PostingKind;
use crate::ledger::view::{Posting, Transaction};
use crate::money::{Decimal, plain};

/// Brackets within brackets; past this depth a query is refused.
const DEPTH: usize = 64;

/// A test of a posting.
#[derive(Clone, Debug)]
pub enum Query {
    /// The text of a field matches.
    Matches(Field, Regex),
    /// The text of a field is this.
    Is(Field, String),
    /// The number compares so.
    Number(Compare, Decimal),
    /// It is a real posting.
    Real,
    /// Some posting of the transaction passes.
    Any(Box<Query>),
    /// All of its postings pass.
    All(Box<Query>),
    /// It does not pass.
    Not(Box<Query>),
    /// Both pass.
    And(Box<Query>, Box<Query>),
    /// One of them passes.
    Or(Box<Query>, Box<Query>),
}

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The posting's account.
    Account,
    /// The transaction's payee.
    Payee,
    /// The transaction's code.
    Code,
    /// The posting's commodity.
    Commodity,
    /// The names of tags, of the posting or its transaction.
    Tag,
    /// The comments, of the posting or its transaction.
    Note,
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Other,
}

impl Query {
    /// Whether `posting` passes.
    pub fn passes(&self, posting: Posting<'_>) -> bool {
        match self {
            Query::Matches(field, pattern) => {
                field.texts(posting).iter().any(|text| pattern.is_match(text))
            }
            Query::Is(field, wanted) => field.texts(posting).contains(wanted),
            Query::Number(compare, number) => match compare {
                Compare::Less => posting.number() < *number,
                Compare::AtMost => posting.number() <= *number,
                Compare::More => posting.number() > *number,
                Compare::AtLeast => posting.number() >= *number,
                Compare::Equal => posting.number() == *number,
                Compare::Other => posting.number() != *number,
            },
            Query::Real => posting.kind() == PostingKind::Real,
            Query::Any(query) => all(posting.transaction).any(|other| query.passes(other)),
            Query::All(query) => all(posting.transaction).all(|other| query.passes(other)),
            Query::Not(query) => !query.passes(posting),
            Query::And(one, other) => one.passes(posting) && other.passes(posting),
            Query::Or(one, other) => one.passes(posting) || other.passes(posting),
        }
    }
}

fn all(transaction: Transaction<'_>) -> impl Iterator<Item = Posting<'_>> {
    transaction.postings()
}

impl Field {
    fn texts(self, posting: Posting<'_>) -> Vec<String> {
        let transaction = posting.transaction;
        match self {
            Field::Account => vec![posting.account().to_string()],
            Field::Payee => {
                vec![transaction.tag("Payee").map_or_else(|| transaction.payee(), str::to_owned)]
            }
            Field::Code => vec![transaction.code().to_owned()],
            Field::Commodity => vec![posting.commodity().to_string()],
            Field::Tag => {
                let tags = posting.tags().into_iter().chain(transaction.tags());
                tags.map(|(key, _)| key.to_owned()).collect()
            }
            Field::Note => {
                let comments = posting.comments().chain(transaction.comments());
                comments.map(|(_, comment)| comment.to_owned()).collect()
            }
        }
    }
}

/// Reads a query: words and `/patterns/` for accounts, `@payee`, `%tag`, `#code`, `=note`, with `and`,
/// `or`, `not` and brackets; after `expr` an expression.
pub fn query(text: &str) -> Option<Query> {
    let mut words = Words { tokens: tokens(text)?, at: 0, expression: false };
    let query = words.any_of(0)?;
    (words.at == words.tokens.len()).then_some(query)
}

fn expression(text: &str) -> Option<Query> {
    let mut words = Words { tokens: tokens(text)?, at: 0, expression: true };
    let query = words.any_of(0)?;
    (words.at == words.tokens.len()).then_some(query)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Pattern(String),
    Quoted(String),
    Sign(&'static str),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 20] = [
    "=~", "!~", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "&", "|", "!", "(", ")", "@", "%",
    "#", "=", ",",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if matches!(first, '/' | '\'' | '"') {
            // A pattern may have `\/` in it.
            let mut escaped = false;
            let end = rest[1..].find(|letter: char| {
                let ends = letter == first && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            })?;
            let inner = rest[1..=end].to_owned();
            let inner = if first == '/' { inner.replace("\\/", "/") } else { inner };
            tokens.push(if first == '/' { Token::Pattern(inner) } else { Token::Quoted(inner) });
            rest = rest[end + 2..].trim_start();
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = rest[sign.len()..].trim_start();
        } else {
            let stops = |letter: char| letter.is_whitespace() || "()&|=!<>'\",".contains(letter);
            let end = rest.find(stops).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            rest = rest[end..].trim_start();
            let is_expression = word == "expr";
            tokens.push(Token::Word(word));
            if is_expression && !rest.starts_with(['"', '\'']) {
                tokens.push(Token::Quoted(rest.to_owned()));
                rest = "";
            }
        }
    }
    Some(tokens)
}

struct Words {
    tokens: Vec<Token>,
    at: usize,
    expression: bool,
}

impl Words {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, wanted: &[&str]) -> bool {
        let found = match self.peek() {
            Some(Token::Sign(sign)) => wanted.contains(sign),
            Some(Token::Word(word)) => wanted.contains(&&**word),
            _ => false,
        };
        self.at += usize::from(found);
        found
    }

    fn any_of(&mut self, depth: usize) -> Option<Query> {
        if depth > DEPTH {
            return None;
        }
        let mut left = self.all_of(depth)?;
        loop {
            let or = self.takes(&["or", "|", "||"]);
            // Words side by side: one of them.
            let beside = !self.expression && !matches!(self.peek(), None | Some(Token::Sign(")")));
            if !or && !beside {
                return Some(left);
            }
            let right = self.all_of(depth)?;
            left = Query::Or(Box::new(left), Box::new(right));
        }
    }

    fn all_of(&mut self, depth: usize) -> Option<Query> {
        let mut left = self.term(depth)?;
        while self.takes(&["and", "&", "&&"]) {
            let right = self.term(depth)?;
            left = Query::And(Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn term(&mut self, depth: usize) -> Option<Query> {
        if depth > DEPTH {
            return None;
        }
        if self.takes(&["not", "!"]) {
            return Some(Query::Not(Box::new(self.term(depth + 1)?)));
        }
        if self.takes(&["("]) {
            let query = self.any_of(depth + 1)?;
            return self.takes(&[")"]).then_some(query);
        }
        if self.expression { self.comparison(depth) } else { self.word() }
    }

    fn word(&mut self) -> Option<Query> {
        for (sign, field) in
            [("@", Field::Payee), ("%", Field::Tag), ("#", Field::Code), ("=", Field::Note)]
        {
            if self.takes(&[sign]) {
                return Some(Query::Matches(field, self.pattern()?));
            }
        }
        if self.takes(&["expr"]) {
            let Some(Token::Quoted(text)) = self.peek().cloned() else { return None };
            self.at += 1;
            return expression(&text);
        }
        for (word, field) in [
            ("payee", Field::Payee),
            ("tag", Field::Tag),
            ("code", Field::Code),
            ("note", Field::Note),
            ("account", Field::Account),
        ] {
            let follows = self.tokens.get(self.at + 1).is_some();
            if follows && self.takes(&[word]) {
                return Some(Query::Matches(field, self.pattern()?));
            }
        }
        Some(Query::Matches(Field::Account, self.pattern()?))
    }

    fn pattern(&mut self) -> Option<Regex> {
        let pattern = match self.peek()? {
            Token::Word(text) | Token::Pattern(text) | Token::Quoted(text) => regex(text)?,
            Token::Sign(_) => return None,
        };
        self.at += 1;
        Some(pattern)
    }

    fn comparison(&mut self, depth: usize) -> Option<Query> {
        let Some(Token::Word(word)) = self.peek().cloned() else { return None };
        self.at += 1;
        let field = match word.as_str() {
            "account" => Field::Account,
            "payee" => Field::Payee,
            "code" => Field::Code,
            "commodity" => Field::Commodity,
            "note" | "comment" => Field::Note,
            "R" | "real" => return Some(Query::Real),
            "any" | "all" | "has_tag" | "tag" => return self.function(&word, depth),
            "amount" => return self.number(),
            _ => return None,
        };
        let Some(Token::Sign(sign)) = self.peek().cloned() else { return None };
        self.at += 1;
        let operand = self.peek().cloned()?;
        self.at += 1;
        let query = match (sign, operand) {
            ("=~" | "!~", Token::Pattern(text) | Token::Quoted(text)) => {
                Query::Matches(field, regex(&text)?)
            }
            ("==" | "!=", Token::Quoted(text)) => Query::Is(field, text),
            _ => return None,
        };
        Some(if sign.starts_with('!') { Query::Not(Box::new(query)) } else { query })
    }

    fn function(&mut self, word: &str, depth: usize) -> Option<Query> {
        if !self.takes(&["("]) {
            return None;
        }
        let query = match word {
            "any" => Query::Any(Box::new(self.any_of(depth + 1)?)),
            "all" => Query::All(Box::new(self.any_of(depth + 1)?)),
            _ => Query::Matches(Field::Tag, self.pattern()?),
        };
        self.takes(&[")"]).then_some(query)
    }

    fn number(&mut self) -> Option<Query> {
        let Some(Token::Sign(sign)) = self.peek().cloned() else { return None };
        let compare = match sign {
            "<" => Compare::Less,
            "<=" => Compare::AtMost,
            ">" => Compare::More,
            ">=" => Compare::AtLeast,
            "==" => Compare::Equal,
            "!=" => Compare::Other,
            _ => return None,
        };
        let Some(Token::Word(number)) = self.tokens.get(self.at + 1) else { return None };
        let number = plain(number)?;
        self.at += 2;
        Some(Query::Number(compare, number))
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn queries_are_understood_or_refused() {
        for text in [
            "/^Income/",
            "^Expenses and expr \"any(account =~ /^A:Assets/ and R)\"",
            "expr ( account =~ /^assets:/ & commodity == 'BTC' )",
            "@XACT and Food",
            "expr payee =~ /Max/ & account =~ /Expenses:Unknown/",
            "expr amount > 10",
            "Food Drink",
            "not /x/",
        ] {
            assert!(query(text).is_some(), "{text}");
        }
        for text in
            ["", "expr account =~ ", "expr f(x)", "/open", "(a", "=====", "expr amount > (3)"]
        {
            assert!(query(text).is_none(), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert!(query(&deep).is_none());
    }
}
