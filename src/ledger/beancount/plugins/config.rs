//! The settings of a plugin: the little of Python's literals that they are written in.

use std::iter::Peekable;
use std::str::Chars;

/// Reads `{'key': 'value', 'other': ['a', 'b'], 'any': None}`: keys with their values, none for `None`.
/// `None`: it is written in another way.
pub(super) fn map(text: &str) -> Option<Vec<(String, Option<Vec<String>>)>> {
    let mut letters = text.chars().peekable();
    let mut entries = Vec::new();
    expect(&mut letters, '{')?;
    loop {
        if next(&mut letters)? == '}' {
            letters.next();
            return next(&mut letters).is_none().then_some(entries);
        }
        let key = string(&mut letters)?;
        expect(&mut letters, ':')?;
        let values = match next(&mut letters)? {
            '[' | '(' => Some(list(&mut letters)?),
            'N' => {
                for letter in "None".chars() {
                    expect(&mut letters, letter)?;
                }
                None
            }
            _ => Some(vec![string(&mut letters)?]),
        };
        entries.push((key, values));
        if next(&mut letters)? == ',' {
            letters.next();
        }
    }
}

fn list(letters: &mut Peekable<Chars<'_>>) -> Option<Vec<String>> {
    letters.next();
    let mut values = Vec::new();
    loop {
        match next(letters)? {
            ']' | ')' => {
                letters.next();
                return Some(values);
            }
            ',' => {
                letters.next();
            }
            _ => values.push(string(letters)?),
        }
    }
}

/// `'…'`, `"…"`, `r'…'`
fn string(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut quote = next(letters)?;
    letters.next();
    let raw = quote == 'r';
    if raw {
        quote = letters.next()?;
    }
    if quote != '\'' && quote != '"' {
        return None;
    }
    let mut text = String::new();
    loop {
        match letters.next()? {
            letter if letter == quote => return Some(text),
            '\\' if !raw && letters.peek() == Some(&quote) => text.extend(letters.next()),
            letter => text.push(letter),
        }
    }
}

fn expect(letters: &mut Peekable<Chars<'_>>, letter: char) -> Option<()> {
    (next(letters)? == letter).then(|| {
        letters.next();
    })
}

/// The next letter that is no blank, not passed yet.
fn next(letters: &mut Peekable<Chars<'_>>) -> Option<char> {
    while letters.peek().is_some_and(|letter| letter.is_whitespace()) {
        letters.next();
    }
    letters.peek().copied()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn settings_are_read() {
        let found = map("{ 'a:.*': r\"X\\d\", 'b': ['1', '2',],\n 'c': None }").expect("settings");
        assert_eq!(found[0], ("a:.*".to_owned(), Some(vec!["X\\d".to_owned()])));
        assert_eq!(found[1].1, Some(vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(found[2], ("c".to_owned(), None));
        for wrong in ["", "{", "{'a'}", "{'a': 1}", "{} x"] {
            assert_eq!(map(wrong), None, "{wrong}");
        }
    }
}
