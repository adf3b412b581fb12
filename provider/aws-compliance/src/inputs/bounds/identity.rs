//! Accounts and addresses.

use pulumi_component::InvalidValue;

/// Digits of an account id (AWS Account Management Reference Guide, "View AWS account identifiers").
const ACCOUNT_DIGITS: usize = 12;
/// Longest address that mail can be sent to (RFC 5321, section 4.5.3.1).
const EMAIL_LENGTH: usize = 254;

/// The id of an account. One that was a number somewhere has lost its leading zeros.
pub fn account_id(id: &str) -> Result<(), InvalidValue> {
    let digits = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
    match id.len() {
        ACCOUNT_DIGITS if digits => Ok(()),
        fewer if digits && fewer < ACCOUNT_DIGITS => {
            let wrong = InvalidValue::new(format!("expected 12 digits, got {fewer}: a number loses its leading zeros"));
            Err(wrong.nearest(format!("{id:0>12}")))
        }
        _ => {
            let kept: String = id.chars().filter(char::is_ascii_digit).collect();
            let wrong = InvalidValue::new("expected the 12 digits of an account id");
            Err(if kept.len() == ACCOUNT_DIGITS { wrong.nearest(kept) } else { wrong })
        }
    }
}

/// An address that a notice can be sent to (RFC 5322; SNS confirms it).
pub fn email(address: &str) -> Result<(), InvalidValue> {
    let valid = email_address::EmailAddress::is_valid(address) && address.len() <= EMAIL_LENGTH;
    let public = address.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    // A name in front would become part of the address.
    if valid && public && !address.contains('<') {
        return Ok(());
    }
    let inner = address.trim().trim_start_matches("mailto:");
    let inner = inner.rsplit_once('<').map_or(inner, |(_, rest)| rest.trim_end_matches('>'));
    let wrong = InvalidValue::new("not an e-mail address");
    Err(if inner != address && email(inner).is_ok() { wrong.nearest(inner) } else { wrong })
}

/// An address as all spellings of the same one have it: no mail service in use tells letters of different case apart.
pub fn same_email(address: &str) -> String {
    address.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twelve_digits() {
        assert!(account_id("012345678901").is_ok());
        assert!(format!("{:?}", account_id("12345678901")).contains("\"012345678901\""));
        assert!(format!("{:?}", account_id("1234-5678-9012")).contains("\"123456789012\""));
        for wrong in ["", "1234567890123", "12345678901a", "٠١٢٣٤٥٦٧٨٩٠١"] {
            assert!(account_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_can_be_written_to() {
        for right in ["security@example.com", "a+b@sub.example.co", "o'neil@example.com"] {
            assert!(email(right).is_ok(), "{right}");
        }
        for wrong in ["sec", "sec@", "@example.com", "sec@localhost", "a b@example.com", "a@example.com,b@example.com"]
        {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        for wrong in [" sec@example.com", "mailto:sec@example.com", "Sec <sec@example.com>"] {
            assert!(format!("{:?}", email(wrong)).contains("\"sec@example.com\""), "{wrong}");
        }
        let long = |length: usize| {
            let domain = format!("{}.{}.{}.com", "a".repeat(60), "b".repeat(60), "c".repeat(60));
            format!("{}@{domain}", "x".repeat(length - domain.len() - 1))
        };
        assert!(email(&long(250)).is_ok() && email(&long(255)).is_err());
    }
}
