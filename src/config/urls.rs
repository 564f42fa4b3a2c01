//! URLs and hosts in the configuration, taken as a browser takes them, and nothing that it would mend silently.

use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;

use serde::Deserialize;
use url::{Host, Url};

use super::load::names::listed;

/// An origin as a browser writes it (WHATWG URL; RFC 6454): scheme, host in lower case and A-labels, and the port
/// unless it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(Url);

impl Origin {
    /// Whether it is reached by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether nobody on the way can read along: by TLS, or on this machine.
    pub(super) fn is_safe(&self) -> bool {
        is_safe(&self.0)
    }

    /// The host, in lower case and A-labels; an IPv6 address has brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let url = parse(&text, &["https", "http"])?;
        let bare = "scheme, host and port only";
        match &url {
            url if url.query().is_some() => Err(format!("has a query: write {bare}")),
            url if url.fragment().is_some() => Err(format!("has a fragment: write {bare}")),
            url if url.path() != "/" => Err(format!("has a path, {:?}: write {bare}", url.path())),
            _ => Ok(Self(url)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The host of a server: a name in lower case and A-labels, or an IP address without brackets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HostName(String);

impl HostName {
    /// Whether it can only be this machine.
    pub(super) fn is_this_machine(&self) -> bool {
        self.0 == "localhost" || self.0.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl Deref for HostName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for HostName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        if text.contains("://") {
            return Err("must be a host, without a scheme".to_owned());
        }
        let has_port =
            |(_, port): (&str, &str)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        if text.rsplit_once(':').is_some_and(has_port) {
            return Err("has a port in it: that is a setting of its own".to_owned());
        }
        match Host::parse(&text) {
            Ok(Host::Domain(name)) => Ok(Self(name)),
            _ => Err("must be a host name or an IP address".to_owned()),
        }
    }
}

/// The URL, if it is one with a host, of one of these schemes, and without a user.
///
/// # Errors
/// What is wrong with it, as it follows a key in a sentence.
pub(super) fn parse(text: &str, schemes: &[&str]) -> Result<Url, String> {
    // Parsers of URLs take these out, or for slashes.
    if text
        .contains(|character: char| character.is_whitespace() || character.is_control() || character == '\\')
    {
        return Err("has a blank, a line end or a backslash in it".to_owned());
    }
    let begins = schemes.iter().map(|scheme| format!("{scheme}://")).collect::<Vec<_>>();
    let begins: Vec<_> = begins.iter().map(String::as_str).collect();
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(format!("must begin with {}", listed(&begins, "or")));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("has a user name or password in it: leave it out".to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| !authority.is_empty() && url.has_host());
    url.ok_or_else(|| "must have a valid host, and a port from 0 to 65535 if any".to_owned())
}

/// Whether nobody on the way can read along: by TLS, or on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}
