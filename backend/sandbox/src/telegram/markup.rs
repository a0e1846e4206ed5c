//! Formatted text: Telegram's HTML, read as strictly as Telegram reads it, and entities.
//! Source: core.telegram.org/bots/api#html-style and the Bot API server's error texts.

use serde::{Deserialize, Serialize};

/// A formatted stretch of a text; offset and length count UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    #[serde(rename = "type")]
    pub kind: String,
    pub offset: usize,
    pub length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_emoji_id: Option<String>,
}

/// Plain text with its entities, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formatted {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// Why a markup was refused, worded as Telegram words it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    #[error("Unsupported start tag \"{0}\" at byte offset {1}")]
    UnsupportedTag(String, usize),
    #[error("Unclosed start tag at byte offset {0}")]
    UnclosedStart(usize),
    #[error("Unclosed start tag \"{0}\" at byte offset {1}")]
    UnclosedTag(String, usize),
    #[error("Unclosed end tag at byte offset {0}")]
    UnclosedEnd(usize),
    #[error("Empty attribute name in the tag \"{0}\" at byte offset {1}")]
    EmptyAttribute(String, usize),
    #[error("Unexpected end of name token at byte offset {0}")]
    NameToken(usize),
    #[error("Tag \"span\" must have class \"tg-spoiler\" at byte offset {0}")]
    Span(usize),
    #[error("Unexpected end tag at byte offset {0}")]
    UnexpectedEnd(usize),
    #[error("Unmatched end tag at byte offset {0}, expected \"</{1}>\", found \"</{2}>\"")]
    UnmatchedEnd(usize, String, String),
    #[error("Can't find end tag corresponding to start tag \"{0}\"")]
    NoEnd(String),
}

const TAGS: &[&str] = &[
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// How long a text is to Telegram: in UTF-16 units.
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Formatted {
    pub fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), entities: Vec::new() }.trimmed()
    }

    /// Reads Telegram's HTML.
    pub fn from_html(html: &str) -> Result<Self, Bad> {
        let mut reader =
            Reader { html: html.as_bytes(), at: 0, out: Self::default(), open: vec![] };
        reader.read()?;
        let mut read = reader.out.trimmed();
        for code in read.entities.iter_mut().filter(|entity| entity.kind == "code") {
            code.language = None;
        }
        Ok(read)
    }

    /// Takes entities made by the caller, dropping those that point outside the text.
    pub fn with_entities(text: &str, entities: Vec<Entity>) -> Self {
        Self { text: text.to_owned(), entities }.trimmed()
    }

    /// HTML for a page: only tags we wrote ourselves, every text escaped.
    pub fn to_safe_html(&self) -> String {
        let units: Vec<u16> = self.text.encode_utf16().collect();
        let mut cuts: Vec<usize> = vec![0, units.len()];
        for entity in &self.entities {
            cuts.extend([entity.offset, entity.offset + entity.length]);
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut html = String::new();
        for stretch in cuts.windows(2) {
            let (from, to) = (stretch[0], stretch[1]);
            let around: Vec<_> = self
                .entities
                .iter()
                .filter(|entity| entity.offset <= from && to <= entity.offset + entity.length)
                .collect();
            for entity in &around {
                html.push_str(&opening(entity, &units));
            }
            html.push_str(&escape(&String::from_utf16_lossy(&units[from..to])));
            for entity in around.iter().rev() {
                html.push_str(closing(entity));
            }
        }
        html
    }

    /// Telegram strips white space around a message and moves the entities along.
    fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let lead = utf16_len(&self.text[..start]);
        let text = self.text.trim().to_owned();
        let end = utf16_len(&text);
        let entities = self
            .entities
            .into_iter()
            .filter_map(|entity| {
                let from = entity.offset.saturating_sub(lead);
                let to = entity.offset.saturating_add(entity.length);
                let to = to.saturating_sub(lead).min(end);
                (from < to).then(|| Entity { offset: from, length: to - from, ..entity })
            })
            .collect();
        Self { text, entities }
    }
}

/// A tag that is open while we read.
struct Open {
    tag: String,
    argument: String,
    offset: usize,
    /// Where in the list its entity belongs: outer entities come before inner ones.
    place: usize,
    start: usize,
}

struct Reader<'a> {
    html: &'a [u8],
    at: usize,
    out: Formatted,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Bad> {
        while let Some(byte) = self.peek() {
            match byte {
                b'<' if self.html.get(self.at + 1) == Some(&b'/') => self.end_tag()?,
                b'<' => self.start_tag()?,
                b'&' => {
                    let found = self.character_reference().unwrap_or_else(|| {
                        self.at += 1;
                        '&'
                    });
                    self.out.text.push(found);
                }
                _ => self.plain_stretch(),
            }
        }
        match self.open.pop() {
            Some(open) => Err(Bad::NoEnd(open.tag)),
            None => Ok(()),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.html.get(self.at).copied()
    }

    fn plain_stretch(&mut self) {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte != b'<' && byte != b'&') {
            self.at += 1;
        }
        self.out.text.push_str(&String::from_utf8_lossy(&self.html[from..self.at]));
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.html[from..self.at]).into_owned()
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| byte.is_ascii_whitespace());
    }

    fn start_tag(&mut self) -> Result<(), Bad> {
        let begin = self.at;
        self.at += 1;
        let tag = self
            .take_while(|byte| !byte.is_ascii_whitespace() && byte != b'>')
            .to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(Bad::UnclosedStart(begin));
        }
        if !TAGS.contains(&tag.as_str()) {
            return Err(Bad::UnsupportedTag(tag, begin));
        }
        let argument = self.attributes(&tag, begin)?;
        if tag == "span" && argument != "spoiler" {
            return Err(Bad::Span(begin));
        }
        self.open.push(Open {
            tag,
            argument,
            offset: utf16_len(&self.out.text),
            place: self.out.entities.len(),
            start: self.out.text.len(),
        });
        Ok(())
    }

    /// Reads up to and over the `>`; answers the one attribute that means something.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<String, Bad> {
        let mut argument = String::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'>') => break,
                None => return Err(Bad::UnclosedStart(begin)),
                Some(_) => {}
            }
            let name = self.take_while(|byte| {
                !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'')
            });
            if name.is_empty() {
                return Err(Bad::EmptyAttribute(tag.to_owned(), begin));
            }
            self.skip_space();
            let value = match self.peek() {
                None => return Err(Bad::UnclosedTag(tag.to_owned(), begin)),
                Some(b'=') => self.attribute_value(tag, begin)?,
                Some(_) => String::new(),
            };
            if let Some(found) = meaning(tag, &name.to_ascii_lowercase(), value) {
                argument = found;
            }
        }
        self.at += 1;
        Ok(argument)
    }

    fn attribute_value(&mut self, tag: &str, begin: usize) -> Result<String, Bad> {
        self.at += 1;
        self.skip_space();
        match self.peek() {
            None => Err(Bad::UnclosedTag(tag.to_owned(), begin)),
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote, begin),
            Some(_) => {
                let token = self.at;
                let value =
                    self.take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
                match self.peek() {
                    Some(byte) if byte.is_ascii_whitespace() || byte == b'>' => {
                        Ok(value.to_ascii_lowercase())
                    }
                    _ => Err(Bad::NameToken(token)),
                }
            }
        }
    }

    fn quoted(&mut self, quote: u8, begin: usize) -> Result<String, Bad> {
        self.at += 1;
        let mut value = String::new();
        loop {
            match self.peek() {
                None => return Err(Bad::UnclosedStart(begin)),
                Some(byte) if byte == quote => break,
                Some(b'&') => {
                    let found = self.character_reference().unwrap_or_else(|| {
                        self.at += 1;
                        '&'
                    });
                    value.push(found);
                }
                Some(_) => value.push_str(&self.take_while(|byte| byte != quote && byte != b'&')),
            }
        }
        self.at += 1;
        Ok(value)
    }

    fn end_tag(&mut self) -> Result<(), Bad> {
        let begin = self.at;
        let Some(open) = self.open.pop() else { return Err(Bad::UnexpectedEnd(begin)) };
        self.at += 2;
        let found = self.take_while(|byte| !byte.is_ascii_whitespace() && byte != b'>');
        self.skip_space();
        if self.peek() != Some(b'>') {
            return Err(Bad::UnclosedEnd(begin));
        }
        self.at += 1;
        if !found.is_empty() && found != open.tag {
            return Err(Bad::UnmatchedEnd(begin, open.tag, found));
        }
        let length = utf16_len(&self.out.text) - open.offset;
        if length > 0
            && let Some(mut entity) = self.entity(&open, length)
        {
            if entity.kind == "pre" {
                entity.language = self.take_code_inside(&entity, open.place);
            }
            self.out.entities.insert(open.place, entity);
        }
        Ok(())
    }

    /// A tag that means nothing, such as a link to nowhere, leaves only its text.
    fn entity(&self, open: &Open, length: usize) -> Option<Entity> {
        let argument = || (!open.argument.is_empty()).then(|| open.argument.clone());
        let mut entity = Entity {
            kind: String::new(),
            offset: open.offset,
            length,
            url: None,
            language: None,
            custom_emoji_id: None,
        };
        entity.kind = match open.tag.as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "span" | "tg-spoiler" => "spoiler",
            "blockquote" if open.argument == "expandable" => "expandable_blockquote",
            "blockquote" => "blockquote",
            "pre" => "pre",
            "code" => {
                entity.language = argument();
                "code"
            }
            "tg-emoji" => {
                entity.custom_emoji_id = Some(argument()?);
                "custom_emoji"
            }
            _ => {
                let target = argument().unwrap_or_else(|| self.out.text[open.start..].to_owned());
                entity.url = Some(link(&target)?);
                "text_link"
            }
        }
        .to_owned();
        Some(entity)
    }

    /// `<pre><code class="language-…">` is one block of code, not two entities.
    fn take_code_inside(&mut self, block: &Entity, place: usize) -> Option<String> {
        let inner = self.out.entities.get(place)?;
        let whole = (inner.offset, inner.length) == (block.offset, block.length);
        if inner.kind != "code" || !whole || inner.language.is_none() {
            return None;
        }
        self.out.entities.remove(place).language
    }

    /// `&lt; &gt; &amp; &quot;` and numeric ones; anything else is text, as in Telegram.
    fn character_reference(&mut self) -> Option<char> {
        let rest = &self.html[self.at + 1..];
        for (name, meaning) in [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"')] {
            if rest.starts_with(name.as_bytes()) {
                self.at += 1 + name.len();
                self.skip_semicolon();
                return Some(meaning);
            }
        }
        let digits = rest.strip_prefix(b"#")?;
        let (digits, radix, prefix) = match digits.strip_prefix(b"x") {
            Some(digits) => (digits, 16, 3),
            None => (digits, 10, 2),
        };
        let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let digits = std::str::from_utf8(&digits[..length]).ok()?;
        let found = u32::from_str_radix(digits, radix).ok().filter(|code| *code != 0)?;
        let found = char::from_u32(found)?;
        self.at += prefix + length;
        self.skip_semicolon();
        Some(found)
    }

    fn skip_semicolon(&mut self) {
        if self.peek() == Some(b';') {
            self.at += 1;
        }
    }
}

fn meaning(tag: &str, name: &str, value: String) -> Option<String> {
    match (tag, name) {
        ("a", "href") | ("tg-emoji", "emoji-id") => Some(value),
        ("code", "class") => value.strip_prefix("language-").map(str::to_owned),
        ("span", "class") => value.strip_prefix("tg-").map(str::to_owned),
        ("blockquote", "expandable") => Some("expandable".to_owned()),
        _ => None,
    }
}

/// Only these schemes become links in Telegram.
fn link(target: &str) -> Option<String> {
    let parsed =
        url::Url::parse(target).or_else(|_| url::Url::parse(&format!("http://{target}"))).ok()?;
    matches!(parsed.scheme(), "http" | "https" | "tg" | "ton" | "mailto" | "tel")
        .then(|| parsed.to_string())
}

fn opening(entity: &Entity, units: &[u16]) -> String {
    match entity.kind.as_str() {
        "bold" => "<b>".to_owned(),
        "italic" => "<i>".to_owned(),
        "underline" => "<u>".to_owned(),
        "strikethrough" => "<s>".to_owned(),
        "code" => "<code>".to_owned(),
        "pre" => "<pre>".to_owned(),
        "spoiler" => "<span class=\"spoiler\">".to_owned(),
        "blockquote" | "expandable_blockquote" => "<blockquote>".to_owned(),
        "text_link" | "url" => {
            let shown = &units[entity.offset..entity.offset + entity.length];
            let target = entity.url.clone().unwrap_or_else(|| String::from_utf16_lossy(shown));
            match link(&target) {
                Some(href) => format!(
                    "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">",
                    escape(&href)
                ),
                None => "<a>".to_owned(),
            }
        }
        _ => "<span>".to_owned(),
    }
}

fn closing(entity: &Entity) -> &'static str {
    match entity.kind.as_str() {
        "bold" => "</b>",
        "italic" => "</i>",
        "underline" => "</u>",
        "strikethrough" => "</s>",
        "code" => "</code>",
        "pre" => "</pre>",
        "blockquote" | "expandable_blockquote" => "</blockquote>",
        "text_link" | "url" => "</a>",
        _ => "</span>",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
