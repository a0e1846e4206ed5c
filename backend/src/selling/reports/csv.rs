//! Tables as RFC 4180 writes them, safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell for a formula when it begins with `=`, `+`, `-` or `@`, also behind a tab or
//! a line break, and a formula can fetch and send. What people have written is disarmed by an apostrophe.
//! Amounts are never negative (the kind says which way money went), so a figure needs no sign.
//!
//! By a double-click a spreadsheet asks nobody: it takes a file without a byte order mark for the old code
//! page, and separator and decimal sign from the machine's region. Where 1.5 is written 1,5 a comma parts no
//! cells and `1.5` is the first of May. So the mark stands in front, and both signs can be chosen. A line
//! `sep=;` would do without the choice, but every other program reads it as data, and with it the same
//! spreadsheets forget the mark.

use serde::Deserialize;
use utoipa::ToSchema;

/// In front of a table: what follows is UTF-8.
pub const MARK: &str = "\u{feff}";

/// What parts the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
}

/// What stands between whole and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    Point,
    Comma,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub separator: Separator,
    pub decimal: DecimalSign,
    pub marked: bool,
}

impl Shape {
    fn between(self) -> char {
        match self.separator {
            Separator::Comma => ',',
            Separator::Semicolon => ';',
            Separator::Tab => '\t',
        }
    }

    /// The beginning of a table: the mark, and the names of its columns.
    pub fn head(self, names: &[&str]) -> String {
        let mut out = if self.marked { MARK.to_owned() } else { String::new() };
        let names: Vec<_> = names.iter().map(|name| Cell::Text(name)).collect();
        self.row(&mut out, &names);
        out
    }
}

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

impl Shape {
    /// Adds a line to a table.
    pub fn row(self, out: &mut String, cells: &[Cell<'_>]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                out.push(self.between());
            }
            match cell {
                Cell::Text(text) => quote(out, text),
                Cell::Figure(figure) if is_figure(figure) => self.figure(out, figure),
                Cell::Figure(other) => quote(out, other),
                Cell::Nothing => {}
            }
        }
        out.push_str("\r\n");
    }

    fn figure(self, out: &mut String, figure: &str) {
        match (self.decimal, self.separator) {
            (DecimalSign::Point, _) => out.push_str(figure),
            (DecimalSign::Comma, Separator::Comma) => quote(out, &figure.replace('.', ",")),
            (DecimalSign::Comma, _) => out.push_str(&figure.replace('.', ",")),
        }
    }
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

    const PLAIN: Shape =
        Shape { separator: Separator::Comma, decimal: DecimalSign::Point, marked: false };

    fn row(out: &mut String, cells: &[Cell<'_>]) {
        PLAIN.row(out, cells);
    }

    #[test]
    fn a_table_opens_right_in_every_region() {
        use DecimalSign as D;
        let written = |separator, decimal, marked| {
            let shape = Shape { separator, decimal, marked };
            let mut out = shape.head(&["at", "amount"]);
            shape.row(&mut out, &[Cell::Text("Кофе «Утро», 2 шт."), Cell::Figure("1234.50")]);
            shape.row(&mut out, &[Cell::Text("a;b"), Cell::Figure("7")]);
            out.into_bytes()
        };
        let excel = written(Separator::Semicolon, D::Comma, true);
        assert_eq!(excel[..3], [0xef, 0xbb, 0xbf]);
        let text = "at;amount\r\n\"Кофе «Утро», 2 шт.\";1234,50\r\n\"a;b\";7\r\n";
        assert_eq!(&excel[3..], text.as_bytes());
        let usual = written(Separator::Comma, D::Point, true);
        let text = "\u{feff}at,amount\r\n\"Кофе «Утро», 2 шт.\",1234.50\r\n\"a;b\",7\r\n";
        assert_eq!(usual, text.as_bytes());
        let bare = written(Separator::Tab, D::Point, false);
        let text = "at\tamount\r\n\"Кофе «Утро», 2 шт.\"\t1234.50\r\n\"a;b\"\t7\r\n";
        assert_eq!(bare, text.as_bytes());
        let odd = String::from_utf8(written(Separator::Comma, D::Comma, false)).unwrap();
        assert!(odd.contains(",\"1234,50\"\r\n"), "{odd}");
    }

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
