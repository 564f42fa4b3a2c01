//! HTTP to the few who are told of checkpoints: one POST, one answer. No redirect is followed, and no proxy asked.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto::ring};

pub use hyper::Uri;

/// How long an answer may take, from the connection to its last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const LONGEST: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// No connection, or a broken one.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("it has not answered within {} s", PATIENCE.as_secs())]
    Silent,
    /// It is none that can be read.
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

/// A client.
#[derive(Clone)]
pub(crate) struct Web(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Web {
    /// One that trusts the system's certificates.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn new() -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        // Systems carry a few certificates that rustls cannot use; missing all of them shows in the handshake.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Posts a text.
    ///
    /// # Errors
    /// See [`WebError`].
    pub(crate) async fn post(&self, url: &Uri, text: String) -> Result<Answer, WebError> {
        let request = Request::post(url)
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Full::from(text))
            .map_err(|error| WebError::Unreachable(error.to_string()))?;
        let answered = async {
            let response = self.0.request(request).await;
            read(response.map_err(|error| WebError::Unreachable(causes(&error)))?).await
        };
        tokio::time::timeout(PATIENCE, answered).await.unwrap_or(Err(WebError::Silent))
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, WebError> {
    let status = response.status().as_u16();
    // As text, whatever bytes it holds (RFC 9110, section 5.5): a parameter must not hide the type.
    let content_type = response.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
    let content_type = String::from_utf8_lossy(content_type.unwrap_or_default()).into_owned();
    let body = Limited::new(response.into_body(), LONGEST).collect().await;
    let body = body.map_err(|error| WebError::Unreadable(error.to_string()))?.to_bytes();
    Ok(Answer { status, content_type, text: String::from_utf8_lossy(&body).into_owned() })
}

/// An error with what led to it: the client's own says only that it could not connect.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text += &format!(": {deeper}");
        cause = deeper.source();
    }
    text
}
