//! What went wrong with a connection, as events name it.

use std::io::ErrorKind;

use rekey_events::mail::FailureReason as Reason;

use crate::smtp::{Failure, Reply, TlsFailure};

/// The server's reply within a failure, if there was one.
pub(super) fn reply(failure: &Failure) -> Option<&Reply> {
    match failure {
        Failure::Refused(reply) | Failure::Unexpected(reply) => Some(reply),
        _ => None,
    }
}

/// Why there was no answer, or none of use; `None` if the server's code says all.
pub(super) fn reason(failure: &Failure) -> Option<Reason> {
    Some(match failure {
        Failure::Refused(_) => return None,
        Failure::Unexpected(_) => Reason::UnexpectedReply,
        Failure::TimedOut => Reason::TimedOut,
        Failure::Closed => Reason::ConnectionClosed,
        Failure::Io(kind) => of_connection(*kind),
        Failure::Unresolved => Reason::HostNotFound,
        Failure::Tls(kind, _) => of_tls(*kind),
        Failure::Malformed => Reason::MalformedReply,
        Failure::OutOfTurn => Reason::SurplusReply,
        Failure::NoStartTls => Reason::TlsNotOffered,
        Failure::NoCommonMechanism => Reason::AuthNotOffered,
        Failure::PoolClosed => Reason::ShuttingDown,
    })
}

fn of_connection(kind: ErrorKind) -> Reason {
    match kind {
        ErrorKind::ConnectionRefused => Reason::ConnectionRefused,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Reason::ConnectionReset
        }
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => Reason::NetworkUnreachable,
        ErrorKind::TimedOut => Reason::TimedOut,
        _ => Reason::ConnectionFailed,
    }
}

fn of_tls(kind: TlsFailure) -> Reason {
    match kind {
        TlsFailure::Expired => Reason::CertificateExpired,
        TlsFailure::NotYetValid => Reason::CertificateNotYetValid,
        TlsFailure::WrongHost => Reason::CertificateWrongHost,
        TlsFailure::UnknownAuthority => Reason::CertificateUnknownAuthority,
        TlsFailure::Certificate => Reason::CertificateInvalid,
        TlsFailure::NotTls => Reason::TlsNotSpoken,
        TlsFailure::Handshake => Reason::TlsFailed,
    }
}
