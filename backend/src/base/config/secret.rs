//! What must not be seen: it goes in by the environment or a file and comes out only on purpose.

use std::{convert::Infallible, fmt, str::FromStr};

/// Text that no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Only for whoever must present it or check against it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("both {0} and {0}_FILE are set; keep one of them")]
    Twice(&'static str),
    #[error("the file that {0}_FILE names cannot be read: {1}")]
    File(&'static str, std::io::Error),
}

/// Reads `NAME`, or the file that `NAME_FILE` names. An empty value is no value.
pub(super) fn from_environment(
    name: &'static str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, Unreadable> {
    let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let text = match (given(name), given(&format!("{name}_FILE"))) {
        (Some(_), Some(_)) => return Err(Unreadable::Twice(name)),
        (Some(text), None) => text,
        (None, Some(path)) => {
            std::fs::read_to_string(path).map_err(|error| Unreadable::File(name, error))?
        }
        (None, None) => return Ok(None),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Secret>, Unreadable> {
        from_environment("KEY", &|name| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Some(Secret::new("12:abc"))), "Some(***)");
    }

    #[test]
    fn an_empty_variable_is_no_secret() {
        assert_eq!(read(&[("KEY", " ")]).unwrap(), None);
        assert_eq!(read(&[]).unwrap(), None);
    }

    #[test]
    fn a_secret_may_be_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "12:abc\n").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(read(&[("KEY_FILE", path)]).unwrap(), Some(Secret::new("12:abc")));
    }

    #[test]
    fn what_cannot_be_read_is_said_by_name() {
        let twice = read(&[("KEY", "a"), ("KEY_FILE", "b")]).unwrap_err().to_string();
        assert!(twice.contains("both KEY and KEY_FILE"), "{twice}");
        let missing = read(&[("KEY_FILE", "/nowhere")]).unwrap_err().to_string();
        assert!(missing.contains("KEY_FILE"), "{missing}");
    }
}
