//! What Telegram reads, and what it refuses.

use super::*;
use proptest::prelude::*;

fn kinds(html: &str) -> Vec<(String, usize, usize)> {
    Formatted::from_html(html)
        .unwrap()
        .entities
        .into_iter()
        .map(|entity| (entity.kind, entity.offset, entity.length))
        .collect()
}

fn refusal(html: &str) -> String {
    Formatted::from_html(html).unwrap_err().to_string()
}

#[test]
fn nested_tags_become_entities_outermost_first() {
    let html = "You got <b>5 <i>GRAM</i></b> from <a href=\"https://t.me/bob\">Bob</a>";
    assert_eq!(Formatted::from_html(html).unwrap().text, "You got 5 GRAM from Bob");
    assert_eq!(
        kinds(html),
        [("bold".into(), 8, 6), ("italic".into(), 10, 4), ("text_link".into(), 20, 3)]
    );
}

#[test]
fn offsets_count_utf16_units() {
    assert_eq!(kinds("💎<b>é</b>"), [("bold".into(), 2, 1)]);
}

#[test]
fn white_space_around_the_message_is_cut_and_entities_move() {
    assert_eq!(kinds("\n  <b> hi </b>  "), [("bold".into(), 0, 2)]);
    assert_eq!(Formatted::from_html("<b>  </b>").unwrap(), Formatted::default());
}

#[test]
fn four_names_and_numbers_are_references_and_the_rest_is_text() {
    let text = Formatted::from_html("&lt;&gt;&amp;&quot;&#33;&#x1F48E; &nbsp; & &#0;").unwrap();
    assert_eq!(text.text, "<>&\"!💎 &nbsp; & &#0;");
}

#[test]
fn bad_markup_is_refused_in_telegrams_words() {
    assert_eq!(refusal("a <div>"), "Unsupported start tag \"div\" at byte offset 2");
    assert_eq!(refusal("1 < 2"), "Unsupported start tag \"\" at byte offset 2");
    assert_eq!(refusal("1 <2"), "Unclosed start tag at byte offset 2");
    assert_eq!(refusal("<b>x"), "Can't find end tag corresponding to start tag \"b\"");
    assert_eq!(refusal("x</b>"), "Unexpected end tag at byte offset 1");
    assert_eq!(
        refusal("<b>x</i>"),
        "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""
    );
    assert_eq!(refusal("<b>x</b"), "Unclosed end tag at byte offset 4");
    assert_eq!(
        refusal("<span>x</span>"),
        "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"
    );
    assert_eq!(refusal("<a href=x/y>"), "Unexpected end of name token at byte offset 8");
    assert_eq!(refusal("<a href=\"x"), "Unclosed start tag at byte offset 0");
    assert_eq!(refusal("<br/>"), "Unsupported start tag \"br/\" at byte offset 0");
}

#[test]
fn a_link_to_a_script_is_only_text() {
    assert_eq!(kinds("<a href=\"javascript:alert(1)\">x</a>"), []);
}

#[test]
fn the_page_gets_only_our_own_tags() {
    let text = Formatted::from_html(
        "<b>1 &lt; 2 <i>&amp; \"3\"</i></b> <a href='https://e.com/?a=1&amp;b=\"2\"'>x</a>",
    );
    assert_eq!(
        text.unwrap().to_safe_html(),
        "<b>1 &lt; 2 </b><b><i>&amp; &quot;3&quot;</i></b> \
         <a href=\"https://e.com/?a=1&amp;b=%222%22\" target=\"_blank\" \
         rel=\"noopener noreferrer\">x</a>"
    );
}

#[test]
fn a_block_of_code_keeps_its_language_and_is_one_entity() {
    let html = "<pre><code class=\"language-rust\">let x;</code></pre>";
    let read = Formatted::from_html(html).unwrap();
    assert_eq!(kinds(html), [("pre".into(), 0, 6)]);
    assert_eq!(read.entities[0].language.as_deref(), Some("rust"));

    let bare = Formatted::from_html("<code class=\"language-rust\">x</code>").unwrap();
    assert_eq!(bare.entities[0].language, None);
}

proptest! {
    #[test]
    fn any_input_is_read_or_refused(html in ".{0,80}") {
        if let Ok(text) = Formatted::from_html(&html) {
            text.to_safe_html();
        }
    }

    #[test]
    fn escaped_text_comes_back_as_it_was(text in "[ -~é💎]{1,60}") {
        let read = Formatted::from_html(&escape(&text)).unwrap();
        prop_assert_eq!(read.text, text.trim());
        prop_assert!(read.entities.is_empty());
    }
}
