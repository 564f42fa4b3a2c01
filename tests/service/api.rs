//! The API as its callers see it.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// A node's API.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
}

/// What it answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Api {
    pub fn at(base: String) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { client: client.build().unwrap(), base }
    }

    /// A request, to be filled and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Posts JSON; an empty token is nobody's.
    pub async fn post(&self, token: &str, path: &str, body: Value) -> Reply {
        send(by(self.request(Method::POST, path), token).json(&body)).await
    }

    pub async fn command(&self, token: &str, name: &str, body: Value) -> Reply {
        self.post(token, &format!("/v1/commands/{name}"), body).await
    }

    /// A command under an idempotency key.
    pub async fn keyed(&self, token: &str, key: &str, name: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, &format!("/v1/commands/{name}"));
        send(by(request, token).header("Idempotency-Key", key).json(&body)).await
    }

    pub async fn get(&self, token: &str, path: &str) -> Reply {
        send(by(self.request(Method::GET, path), token)).await
    }

    pub async fn delete(&self, token: &str, path: &str) -> Reply {
        send(by(self.request(Method::DELETE, path), token)).await
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }
}

fn by(request: RequestBuilder, token: &str) -> RequestBuilder {
    if token.is_empty() { request } else { request.header(AUTHORIZATION, format!("Bearer {token}")) }
}

/// Sends it, and reads all of the answer.
pub async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, text: response.text().await.unwrap() }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The kind of problem it is.
    pub fn kind(&self) -> String {
        let named =
            self.json()["type"].as_str().and_then(|kind| kind.strip_prefix("/problems/")).map(str::to_owned);
        named.unwrap_or_else(|| panic!("a problem, not {self:?}"))
    }

    /// A member that is a string.
    pub fn text_of(&self, member: &str) -> String {
        let found = self.json()[member].as_str().map(str::to_owned);
        found.unwrap_or_else(|| panic!("{member} in {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Passes the answer on when it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// That it is this problem, told as one, in words that help.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, kind: &str) {
        assert_eq!(
            (self.status, self.header(CONTENT_TYPE.as_str())),
            (status, "application/problem+json"),
            "{self:?}"
        );
        assert_eq!((self.kind().as_str(), &self.json()["status"]), (kind, &Value::from(status)), "{self:?}");
        assert!(self.text_of("title").len() > 5 && self.text_of("detail").len() > 5, "{self:?}");
    }

    /// All that does not differ between two equal answers at different times and positions.
    pub fn shape(&self) -> (u16, Vec<(String, String)>, Value) {
        let varying = ["date", "content-length"];
        let headers = self.headers.iter().map(|(name, value)| (name.to_string(), format!("{value:?}")));
        let mut headers: Vec<_> = headers.filter(|(name, _)| !varying.contains(&name.as_str())).collect();
        headers.sort();
        let mut body = self.json();
        if let Some(body) = body.as_object_mut() {
            body.remove("position");
        }
        (self.status, headers, body)
    }
}
