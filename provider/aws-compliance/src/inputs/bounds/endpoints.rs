//! Where notices go beside e-mail.

use std::net::IpAddr;

use http::uri::{Scheme, Uri};
use pulumi_component::InvalidValue;

/// Longest URL that SNS posts to; its reference names no bound, browsers and proxies take this much.
const URL_LENGTH: usize = 2048;

/// A URL that SNS posts to over TLS (Amazon SNS API Reference, "Subscribe", `Endpoint`).
pub fn https_url(url: &str) -> Result<(), InvalidValue> {
    if host(url).is_some() && !has_valid_port(url) {
        return Err(InvalidValue::new("expected a port from 1 to 65535 after the host, or none for 443"));
    }
    let public = host(url).is_some_and(|host| is_public(&host));
    let printable = url.bytes().all(|byte| byte.is_ascii_graphic());
    if public && printable && url.len() <= URL_LENGTH {
        return Ok(());
    }
    let wrong = InvalidValue::new("expected a URL that begins with https:// and a public host");
    Err(match url.trim().strip_prefix("http://") {
        Some(rest) if https_url(&format!("https://{rest}")).is_ok() => wrong.nearest(format!("https://{rest}")),
        _ => wrong,
    })
}

/// Names of hosts that no public name server knows (RFC 6761, RFC 6762, RFC 8375; ICANN, `.internal`).
const PRIVATE_NAMES: [&str; 7] = [".local", ".localhost", ".internal", ".corp", ".lan", ".home.arpa", ".invalid"];

/// Whether SNS can reach a host from the internet: no address of a private, loopback or link-local network, and no name of one.
fn is_public(host: &str) -> bool {
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return match address {
            IpAddr::V4(four) => {
                !(four.is_private() || four.is_loopback() || four.is_link_local() || four.is_unspecified())
            }
            IpAddr::V6(six) => {
                !(six.is_loopback() || six.is_unspecified() || six.is_unique_local() || six.is_unicast_link_local())
            }
        };
    }
    let host = host.to_ascii_lowercase();
    let is_name = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    is_name && !PRIVATE_NAMES.iter().any(|end| host.ends_with(end))
}

/// Whether what follows the host is no port, or one that TCP has (RFC 3986, section 3.2.3; RFC 9293, section 3.1).
fn has_valid_port(url: &str) -> bool {
    let Some(authority) = url.parse::<Uri>().ok().and_then(|url| url.authority().cloned()) else { return false };
    let (whole, host) = (authority.as_str(), authority.host());
    match whole.rsplit('@').next().and_then(|rest| rest.strip_prefix(host)) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()).is_some_and(|port| port > 0),
        None => false,
    }
}

/// A URL as all spellings of the same one have it: the host in lower case, no port that is the default, no fragment.
pub fn same_url(url: &str) -> String {
    let Some(parsed) = url.parse::<Uri>().ok().filter(|parsed| parsed.authority().is_some()) else {
        return url.to_owned();
    };
    let authority = parsed.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let (user, place) = authority.rsplit_once('@').map_or(("", authority), |(user, place)| (user, place));
    let place = place.to_ascii_lowercase();
    let path = parsed.path_and_query().map_or("/", |path| path.as_str());
    format!("{user}@{}{path}", place.strip_suffix(":443").unwrap_or(&place))
}

/// The host of a URL of HTTPS, without a port.
pub fn host(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let host = url.host().filter(|_| url.scheme() == Some(&Scheme::HTTPS))?;
    Some(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_posted_to_over_tls() {
        for right in ["https://example.com", "https://hooks.example.com/x?y=1", "https://me:word@example.com:8443/x#y"]
        {
            assert!(https_url(right).is_ok(), "{right}");
        }
        assert!(https_url("https://203.0.113.7/x").is_ok(), "an address of the internet");
        for wrong in [
            "",
            "example.com",
            "https://",
            "https://localhost/x",
            "https://a b.example.com",
            "ftp://example.com",
            "https://me@localhost:443",
            "https://10.0.0.1/x",
            "https://192.168.1.5/x",
            "https://127.0.0.1/x",
            "https://169.254.169.254/x",
            "https://[::1]/x",
            "https://[fd00::1]/x",
            "https://siem.internal/x",
            "https://hook.corp.local/x",
        ] {
            assert!(https_url(wrong).is_err(), "{wrong}");
        }
        for port in ["0", "99999", "65536", "", "x", "-1"] {
            let url = format!("https://example.com:{port}/x");
            assert!(https_url(&url).is_err(), "{url}");
        }
        for port in ["0", "99999"] {
            for host in ["example.com", "me:word@example.com", "[2001:db8::1]"] {
                let told = format!("{:?}", https_url(&format!("https://{host}:{port}/x")));
                assert!(told.contains("a port from 1 to 65535"), "{host}: {told}");
            }
        }
        assert!(["https://example.com:1/", "https://example.com:65535/"].iter().all(|url| https_url(url).is_ok()));
        assert!(format!("{:?}", https_url("http://example.com/x")).contains("https://example.com/x"));
    }

    #[test]
    fn spellings_of_one_url_are_the_same() {
        let first = same_url("https://example.com/x?y=Z");
        for same in ["https://EXAMPLE.com/x?y=Z", "https://example.com:443/x?y=Z", "HTTPS://example.com/x?y=Z"] {
            assert_eq!(same_url(same), first, "{same}");
        }
        for other in ["https://example.com/X?y=Z", "https://example.com:444/x?y=Z", "https://me@example.com/x?y=Z"] {
            assert_ne!(same_url(other), first, "{other}");
        }
        assert_eq!(same_url("https://example.com"), same_url("https://example.com/"));
    }
}
