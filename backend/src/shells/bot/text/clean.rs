//! Foreign text — names, notes, comments off the chain — made safe to stand in a message: nothing in
//! it is markup, a link, a command or an invisible trick, and it is short.

/// Behind it Telegram sees neither a link nor a mention nor a command. It has no width.
const JOINER: char = '\u{2060}';

/// `text` for a message: one line of at most `longest` characters, escaped.
pub fn show(text: &str, longest: usize) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| seen(*c))
        .collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let cut = line.chars().count() > longest;
    let kept = if cut { longest.saturating_sub(1) } else { longest };
    let mut html = String::with_capacity(line.len());
    let mut characters = line.chars().take(kept).peekable();
    while let Some(c) = characters.next() {
        push_escaped(&mut html, c);
        let goes_on = characters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_');
        if matches!(c, '.' | '@' | '/' | '#' | '$' | ':') && goes_on {
            html.push(JOINER);
        }
    }
    if cut {
        html.push('…');
    }
    html
}

/// Whether a character shows, and shows where it stands: no controls, no marks that turn the direction
/// of the text around, nothing without a width.
fn seen(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}');
    !c.is_control() && !hidden
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '&' => html.push_str("&amp;"),
        '"' => html.push_str("&quot;"),
        other => html.push(other),
    }
}

/// Our own HTML without its tags.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            c => text.push(c),
        }
    }
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    pairs.iter().fold(text, |text, (entity, character)| text.replace(entity, character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(show("<b>Bob & \"Co\"", 64), "&lt;b&gt;Bob &amp; &quot;Co&quot;");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        assert_eq!(show("B\u{202e}o\u{200b}b\u{0}\u{feff}", 64), "Bob");
        assert_eq!(show("a\r\n\tb   c", 64), "a b c");
        assert_eq!(show("\u{2066}\u{2069}\u{3164}", 64), "");
    }

    #[test]
    fn nothing_foreign_can_be_tapped() {
        for (text, shown) in [
            ("evil.com", "evil.\u{2060}com"),
            ("t.me/x", "t.\u{2060}me/\u{2060}x"),
            ("@admin", "@\u{2060}admin"),
            ("/start", "/\u{2060}start"),
            ("Dr. Bob", "Dr. Bob"),
        ] {
            assert_eq!(show(text, 64), shown);
        }
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(show("abcdef", 6), "abcdef");
        assert_eq!(show("abcdefg", 6), "abcde…");
    }

    #[test]
    fn plain_text_is_what_people_would_have_read() {
        assert_eq!(plain("<b>You &lt;3</b> &amp;lt; <code>UQ</code>"), "You <3 &lt; UQ");
    }

    proptest! {
        #[test]
        fn shown_text_has_no_tag_and_keeps_its_limit(text in any::<String>(), longest in 1usize..80) {
            let html = show(&text, longest);
            prop_assert!(!html.contains(['<', '>', '"', '\n']));
            let plain = plain(&html);
            prop_assert!(plain.chars().filter(|c| *c != JOINER).count() <= longest);
        }
    }
}
