//! Tables as RFC 4180 writes them, safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell for a formula when it begins with `=`, `+`, `-` or `@`, also behind a tab or
//! a line break, and a formula can fetch and send. What people have written is disarmed by an apostrophe.
//! Amounts are never negative (the kind says which way money went), so a figure needs no sign.

/// One cell.
pub enum Cell<'a> {
    /// What somebody may have written.
    Text(&'a str),
    /// Digits and a point, of our own making.
    Figure(&'a str),
    Nothing,
}

impl<'a> From<&'a Option<String>> for Cell<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().map_or(Self::Nothing, Self::Text)
    }
}

/// Adds a line to a table.
pub fn row(out: &mut String, cells: &[Cell<'_>]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        match cell {
            Cell::Text(text) => quote(out, text),
            Cell::Figure(figure) if is_figure(figure) => out.push_str(figure),
            Cell::Figure(other) => quote(out, other),
            Cell::Nothing => {}
        }
    }
    out.push_str("\r\n");
}

fn is_figure(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// What a spreadsheet might begin to work out; wide forms too, which some of them read alike.
fn is_armed(text: &str) -> bool {
    let first =
        |c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n');
    text.starts_with(first) || text.trim_start().starts_with(first)
}

fn quote(out: &mut String, text: &str) {
    let armed = is_armed(text);
    let plain = |c: char| !matches!(c, ',' | '"' | '\r' | '\n' | ';' | '\t');
    if !armed && text.chars().all(plain) && text.trim() == text {
        out.push_str(text);
        return;
    }
    out.push('"');
    if armed {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> String {
        let mut out = String::new();
        row(&mut out, &[Cell::Text(text)]);
        out.strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn a_formula_is_disarmed() {
        for (written, cell) in [
            ("=1+1", "\"'=1+1\""),
            ("+7 900", "\"'+7 900\""),
            ("-5", "\"'-5\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "a=1"),
            ("Кофе", "Кофе"),
            ("say \"hi\", then", "\"say \"\"hi\"\", then\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("", ""),
        ] {
            assert_eq!(text(written), cell, "{written:?}");
        }
    }

    #[test]
    fn a_figure_stays_one() {
        let mut out = String::new();
        row(&mut out, &[Cell::Figure("0.05"), Cell::Nothing, Cell::Figure("-1"), Cell::Text("x")]);
        assert_eq!(out, "0.05,,\"'-1\",x\r\n");
    }

    /// Reads a line as RFC 4180 says.
    fn read(line: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut chars = line.strip_suffix("\r\n").unwrap().chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        cells
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_never_a_formula(texts in prop::collection::vec("[=+@\t\r\n,;\"'a-z \\-]{0,8}", 1..5)) {
            let mut out = String::new();
            let cells: Vec<_> = texts.iter().map(|text| Cell::Text(text)).collect();
            row(&mut out, &cells);
            let found = read(&out);
            prop_assert_eq!(found.len(), texts.len());
            for (cell, text) in found.iter().zip(&texts) {
                prop_assert!(!is_armed(cell), "{:?}", cell);
                prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text.as_str()));
            }
        }
    }
}
