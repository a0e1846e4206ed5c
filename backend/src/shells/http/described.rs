//! What the description says of answers: whatever may be null is written, as `null`; whatever may be left
//! out is never null. So a field of an answer is required if it may be null.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::{
    Modify,
    openapi::{
        OpenApi, RefOr, Schema,
        schema::{ArrayItems, SchemaType, Type},
    },
};

/// Where the description keeps what has a name.
const SCHEMAS: &str = "#/components/schemas/";

/// Answers are written whole. Of what callers send, fields that may be null may be left out as well.
pub struct Whole;

impl Modify for Whole {
    fn modify(&self, openapi: &mut OpenApi) {
        let sent = sent(&serde_json::to_value(&*openapi).unwrap_or_default());
        let schemas = openapi.components.iter_mut().flat_map(|all| &mut all.schemas);
        for (_, schema) in schemas.filter(|(name, _)| !sent.contains(*name)) {
            require(schema);
        }
    }
}

/// The names of all schemas that callers write by.
fn sent(description: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let paths = description["paths"].as_object().into_iter().flatten();
    for (_, operation) in paths.filter_map(|(_, path)| path.as_object()).flatten() {
        for asked in ["parameters", "requestBody"] {
            follow(description, &operation[asked], &mut found);
        }
    }
    found
}

/// Whatever is referred to from there, however far away.
fn follow(description: &Value, from: &Value, found: &mut BTreeSet<String>) {
    match from {
        Value::Object(object) => {
            let named = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = named.and_then(|name| name.strip_prefix(SCHEMAS))
                && found.insert(name.to_owned())
            {
                follow(description, &description["components"]["schemas"][name], found);
            }
            object.values().for_each(|inner| follow(description, inner, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| follow(description, inner, found)),
        _ => {}
    }
}

fn require(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            for (name, field) in &mut object.properties {
                if may_be_null(field) && !object.required.contains(name) {
                    object.required.push(name.clone());
                }
                require(field);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                require(items);
            }
        }
        Schema::OneOf(some) => some.items.iter_mut().for_each(require),
        Schema::AllOf(some) => some.items.iter_mut().for_each(require),
        Schema::AnyOf(some) => some.items.iter_mut().for_each(require),
        _ => {}
    }
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(schema) = schema else { return false };
    let is_null = |types: &SchemaType| match types {
        SchemaType::Type(one) => *one == Type::Null,
        SchemaType::Array(some) => some.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        Schema::Object(object) => is_null(&object.schema_type),
        Schema::Array(array) => is_null(&array.schema_type),
        Schema::OneOf(some) => some.items.iter().any(may_be_null),
        Schema::AnyOf(some) => some.items.iter().any(may_be_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::openapi, *};

    fn description() -> Value {
        serde_json::from_str(&openapi()).unwrap()
    }

    /// Shows everything in it, and where it stands.
    fn walk(value: &Value, at: &str, look: &mut impl FnMut(&str, &Value)) {
        look(at, value);
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, inner)| walk(inner, &format!("{at}/{name}"), look));
            }
            Value::Array(all) => {
                (0..).zip(all).for_each(|(n, inner)| walk(inner, &format!("{at}/{n}"), look));
            }
            _ => {}
        }
    }

    #[test]
    fn whatever_is_referred_to_is_there() {
        let description = description();
        let (mut seen, mut missing) = (0, Vec::new());
        walk(&description, "", &mut |at, value| {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else { return };
            seen += 1;
            if target.strip_prefix('#').and_then(|to| description.pointer(to)).is_none() {
                missing.push(format!("{at}: {target}"));
            }
        });
        assert!(seen > 200, "{seen}");
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn an_answer_leaves_out_nothing_that_may_be_null() {
        let description = description();
        let sent = sent(&description);
        let (mut seen, mut left_out) = (0, Vec::new());
        for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
            // The sandbox's controls belong to the world.
            if sent.contains(name) || name.starts_with("Sandbox") {
                continue;
            }
            walk(schema, name, &mut |at, value| {
                let Some(fields) = value["properties"].as_object() else { return };
                for (field, what) in fields {
                    let null = |one: &Value| match &one["type"] {
                        Value::Array(some) => some.contains(&Value::from("null")),
                        one => one == "null",
                    };
                    let one_of = what["oneOf"].as_array();
                    if null(what) || one_of.is_some_and(|some| some.iter().any(null)) {
                        seen += 1;
                        let required = value["required"].as_array();
                        if !required.is_some_and(|all| all.contains(&Value::from(&**field))) {
                            left_out.push(format!("{at}: {field}"));
                        }
                    }
                }
            });
        }
        assert!(seen > 100, "{seen}");
        assert!(left_out.is_empty(), "{left_out:#?}");
    }

    #[test]
    fn what_callers_send_may_leave_out_what_may_be_null() {
        let description = description();
        let new = &description["components"]["schemas"]["NewKey"];
        let required = |name: &str| {
            new["required"].as_array().is_some_and(|all| all.contains(&Value::from(name)))
        };
        assert!(new["properties"]["expires_in"].is_object() && !required("expires_in"), "{new}");
    }

    #[test]
    fn whatever_a_key_may_do_a_member_may_do_with_a_session() {
        let description = description();
        let security = &description["paths"]["/v1/keys"]["get"]["security"];
        let member = serde_json::json!({ "account": [], "session": [] });
        assert!(security.as_array().unwrap().contains(&member), "{security}");
    }
}
