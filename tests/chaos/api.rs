//! The API as a program calls it.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Response, Result};
use serde_json::Value;

/// After so long an answer counts as lost: the server itself gives a request up earlier.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client, with or without a key.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
}

impl Api {
    pub fn new(address: SocketAddr, key: Option<&str>) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { http, base: format!("http://{address}"), key: key.map(str::to_owned) }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let answer = self.with_key(request).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    pub async fn get(&self, path: &str) -> Result<Response> {
        self.with_key(self.http.get(format!("{}{path}", self.base))).send().await?.error_for_status()
    }

    pub async fn text(&self, path: &str) -> String {
        self.get(path).await.unwrap().text().await.unwrap()
    }

    /// Every event after a position, up to a thousand.
    pub async fn events(&self, after: i64) -> Vec<Value> {
        let lines = self.text(&format!("/v1/events?after={after}")).await;
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn with_key(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}
