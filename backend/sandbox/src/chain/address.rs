//! Writing and reading addresses as people and indexers do.

use tycho_types::models::{Base64StdAddrFlags, DisplayBase64StdAddr, StdAddr, StdAddrFormat};

/// Reads `0:…` or the user-friendly form (either base64 alphabet, any flags).
#[must_use]
pub fn parse(text: &str) -> Option<StdAddr> {
    let text = text.trim();
    StdAddr::from_str_ext(text, StdAddrFormat::any()).ok().map(|(address, _)| address)
}

/// `0:ABC…` in upper case, as toncenter writes it.
#[must_use]
pub fn raw(address: &StdAddr) -> String {
    format!("{}:{}", address.workchain, hex::encode_upper(address.address.as_slice()))
}

/// `EQ…` or `UQ…`, url-safe.
#[must_use]
pub fn friendly(address: &StdAddr, bounceable: bool) -> String {
    let flags = Base64StdAddrFlags { testnet: false, base64_url: true, bounceable };
    DisplayBase64StdAddr { addr: address, flags }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_the_same_address() {
        let text = "0:83DFD552E63729B472FCBCC8C45EBCC6691702558B68EC7527E1BA403A0F31A8";
        let address = parse(text).unwrap();
        assert_eq!(raw(&address), text);
        for bounceable in [true, false] {
            assert_eq!(parse(&friendly(&address, bounceable)).as_ref(), Some(&address));
        }
        assert_eq!(friendly(&address, true), "EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N");
        assert_eq!(parse(&text.to_lowercase()), Some(address));
    }

    #[test]
    fn a_wrong_checksum_is_no_address() {
        assert_eq!(parse("EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2M"), None);
        assert_eq!(parse(""), None);
    }
}
