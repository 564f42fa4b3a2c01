//! Names: of variables that others set, of keys that were meant, of keys that name files.

/// How far a name may be from the one that was meant.
const CLOSE: usize = 2;

/// Whether the key `name` takes the name of a file or folder: those are relative to the configuration file.
pub(super) fn names_file(name: &str) -> bool {
    name == "folder" || name.ends_with("_file")
}

/// Whether the key `name` takes the name of a file that holds a secret.
pub(super) fn names_secret_file(name: &str) -> bool {
    ["key_file", "password_file", "url_file"].contains(&name)
}

/// Whether the value at `key` may be or hold a secret, and is not to be shown.
pub(super) fn is_secret(key: &str, value: &str) -> bool {
    let may_hold_password = value.contains("://") && value.contains('@');
    may_hold_password
        || key == "database.url"
        || key == "seal.webhook"
        || key.starts_with("seal.witness[")
        || key.ends_with(".token_hash")
}

/// The one of `known` that was probably meant: the same but for underscores, or a typing error away.
pub(super) fn closest<T: AsRef<str>>(name: &str, known: impl Iterator<Item = T>) -> Option<T> {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let wanted = plain(name);
    let far = |candidate: &T| strsim::osa_distance(&wanted, &plain(candidate.as_ref()));
    let (distance, best) = known.map(|candidate| (far(&candidate), candidate)).min_by_key(|(far, _)| *far)?;
    (distance <= CLOSE && distance < wanted.len()).then_some(best)
}

/// `a, b or c`.
pub(crate) fn listed(names: &[&str], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} {word} {last}", others.join(", ")),
    }
}

/// Whether Kubernetes or Docker set the variable, to say where a service is (their "service links"): a Service or
/// container whose name begins with `rekey` is enough for that.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let is_url = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.ends_with("_SERVICE_HOST") || name.ends_with("_PORT") && is_url {
        return true;
    }
    if name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
        return is_number(value);
    }
    // _PORT_8080_TCP, and the same with _ADDR, _PORT or _PROTO behind.
    let mut parts = name.rsplit('_').peekable();
    parts.next_if(|part| ["ADDR", "PORT", "PROTO"].contains(part));
    let protocol = parts.next().is_some_and(|part| ["TCP", "UDP", "SCTP"].contains(&part));
    protocol && parts.next().is_some_and(is_number) && parts.next() == Some("PORT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_and_docker_set_for_a_service_is_known() {
        for (name, value) in [
            ("REKEY_PORT", "tcp://10.0.0.7:8080"),
            ("REKEY_SERVICE_HOST", "10.0.0.7"),
            ("REKEY_SERVICE_PORT", "8080"),
            ("REKEY_SERVICE_PORT_HTTP", "8080"),
            ("REKEY_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("REKEY_PORT_8080_TCP_PROTO", "tcp"),
            ("REKEY_PORT_8080_TCP_PORT", "8080"),
            ("REKEY_PORT_8080_TCP_ADDR", "10.0.0.7"),
            ("REKEY_API_PORT", "tcp://10.0.0.8:80"),
            ("REKEY_API_SERVICE_HOST", "fd00::8"),
            ("REKEY_MAIL_RELAY_PORT_25_TCP", "tcp://10.0.0.9:25"),
            ("REKEY_DNS_PORT_53_UDP_ADDR", "10.0.0.10"),
        ] {
            assert!(is_service_link(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("REKEY_PORT", "8080"),
            ("REKEY_MAIL_PORT", "587"),
            ("REKEY_MAIL_HOST", "smtp.example.org"),
            ("REKEY_SERVICE_PORT", "http"),
            ("REKEY_PORT_TCP", "1"),
            ("REKEY_TCP", "1"),
        ] {
            assert!(!is_service_link(name, value), "{name}={value}");
        }
    }

    #[test]
    fn the_name_that_was_meant_is_found() {
        let known = ["REKEY_MAIL__HOST", "REKEY_MAIL__PORT", "REKEY_PUBLIC_URL"];
        let meant = |name| closest(name, known.into_iter());
        assert_eq!(meant("REKEY_MAIL_HOST"), Some("REKEY_MAIL__HOST"));
        assert_eq!(meant("REKEY_MAIL__PROT"), Some("REKEY_MAIL__PORT"));
        assert_eq!(meant("REKEY_PUBLICURL"), Some("REKEY_PUBLIC_URL"));
        assert_eq!(meant("REKEY_SOMETHING_ELSE"), None);
        assert_eq!(closest("to", ["of", "or"].into_iter()), None);
    }
}
