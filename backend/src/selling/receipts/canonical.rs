//! JSON with one spelling: the canonical form of RFC 8785, for the part of JSON in which it is plain.
//!
//! Objects whose names are ASCII and stand once, lists, text, whole numbers up to 2⁵³ − 1, `true`,
//! `false`, `null`. Everything else is refused, so that nobody can read one value and verify another.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

/// No receipt is longer, in bytes.
pub const LONGEST: usize = 512 * 1024;
/// 2⁵³ − 1: beyond it programs begin to disagree about numbers.
const LARGEST: u64 = (1 << 53) - 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Json>),
    /// In the order of its names, which are ASCII: that is RFC 8785's order too.
    Object(BTreeMap<String, Json>),
}

#[derive(Debug, thiserror::Error)]
pub enum NotCanonical {
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Json {
    /// Reads what has a canonical form, however it is spelt.
    pub fn parse(text: &str) -> Result<Self, NotCanonical> {
        if text.len() > LONGEST {
            return Err(NotCanonical::TooLong);
        }
        Ok(serde_json::from_str(text)?)
    }

    /// What a value looks like as JSON, if that has a canonical form.
    pub fn of(value: &impl Serialize) -> Result<Self, NotCanonical> {
        Self::parse(&serde_json::to_string(value)?)
    }

    /// The bytes that are signed.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("text and whole numbers can always be written")
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Strict)
    }
}

struct Strict;

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without fractions")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        match value.unsigned_abs() <= LARGEST {
            true => Ok(Json::Number(value)),
            false => Err(E::custom("a number beyond 2^53 - 1")),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = object.next_entry::<String, Json>()? {
            if !name.is_ascii() {
                return Err(de::Error::custom("a name that is not ASCII"));
            }
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom("a name that stands twice"));
            }
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        Json::parse(text).unwrap().canonical()
    }

    /// The example of RFC 8785 §3.2.2, without its fractions.
    #[test]
    fn it_is_the_form_of_the_standard() {
        let given = r#"{ "numbers": [333333333, -4, 0], "string":
            "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333,-4,0],\
                        \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonical(given), expected);
        assert_eq!(
            canonical(r#"{"b":1,"a":2,"A":3,"1":4,"_":5}"#),
            r#"{"1":4,"A":3,"_":5,"a":2,"b":1}"#
        );
        assert_eq!(
            canonical("\"\\u007f\\u2028\\ud83d\\ude00\\b\\t\\f\\r\""),
            "\"\u{7f}\u{2028}😀\\b\\t\\f\\r\""
        );
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[{"x":{"y":1,"y":1}}]"#,
            "1.0",
            "1e2",
            "-0",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            r#"{"ä":1}"#,
            "NaN",
            r#""\ud800""#,
            "{} {}",
            "{,}",
            "",
            "[1,]",
            "'a'",
        ] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert!(Json::parse("9007199254740991").is_ok());
        assert!(Json::parse(&"[".repeat(100_000)).is_err(), "depth has an end");
        assert!(matches!(Json::parse(&" ".repeat(LONGEST + 1)), Err(NotCanonical::TooLong)));
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            (-((1i64 << 53) - 1)..(1i64 << 53)).prop_map(Json::Number),
            any::<String>().prop_map(Json::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
                prop::collection::btree_map("[ -~]{0,8}", inner, 0..6).prop_map(Json::Object),
            ]
        })
    }

    /// The same value, spelt as oddly as JSON allows.
    fn odd(value: &Json, out: &mut String) {
        match value {
            Json::Text(text) => {
                let units = text.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
                *out += &format!(" \"{}\"\n", units.collect::<String>());
            }
            Json::List(items) => {
                *out += "[\t";
                for (at, item) in items.iter().enumerate() {
                    *out += if at > 0 { " ,\r\n" } else { "" };
                    odd(item, out);
                }
                *out += " ]";
            }
            Json::Object(members) => {
                *out += "{ ";
                for (at, (name, item)) in members.iter().rev().enumerate() {
                    *out += if at > 0 { " , " } else { "" };
                    odd(&Json::Text(name.clone()), out);
                    *out += " :";
                    odd(item, out);
                }
                *out += "\n}";
            }
            plain => *out += &plain.canonical(),
        }
    }

    proptest! {
        #[test]
        fn a_value_has_one_canonical_form_however_it_is_spelt(value in any_json()) {
            let text = value.canonical();
            prop_assert_eq!(&Json::parse(&text).unwrap(), &value);
            let mut oddly = String::new();
            odd(&value, &mut oddly);
            prop_assert_eq!(canonical(&oddly), text);
        }

        #[test]
        fn two_values_never_share_a_form(a in any_json(), b in any_json()) {
            prop_assert_eq!(a == b, a.canonical() == b.canonical());
        }
    }
}
