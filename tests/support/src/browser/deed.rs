//! What is done with a thing on the page.

use serde_json::{Value, json};

use super::Browser;
use super::find::Element;
use super::wire::Answer;

/// What is done with a thing.
#[derive(Clone, Copy)]
pub(super) enum Deed<'a> {
    Click,
    DoubleClick,
    Type(&'a str),
    Paste(&'a str),
    Pick(&'a str),
    Read,
}

impl Browser {
    pub(super) async fn attempt(&self, deed: Deed<'_>, element: &Element) -> Answer {
        let wire = &self.wire;
        match deed {
            Deed::Click => {
                let left = self.leads(&element.0, "").await?;
                wire.post(&element.path("click"), &json!({})).await?;
                Ok(left)
            }
            Deed::DoubleClick => self.double_click(element).await,
            Deed::Type(text) => {
                wire.post(&element.path("clear"), &json!({})).await?;
                wire.post(&element.path("value"), &json!({ "text": text })).await
            }
            Deed::Paste(text) => {
                wire.post(&element.path("clear"), &json!({})).await?;
                wire.run("arguments[0].focus()", std::slice::from_ref(&element.0)).await?;
                wire.devtools("Input.insertText", json!({ "text": text })).await
            }
            Deed::Pick(choice) => self.pick_from(element, choice).await,
            Deed::Read => wire.get(&element.path("property/value")).await,
        }
    }

    async fn double_click(&self, element: &Element) -> Answer {
        let there = std::slice::from_ref(&element.0);
        self.wire.run("arguments[0].scrollIntoView({ block: 'center' })", there).await?;
        let left = self.leads(&element.0, "").await?;
        self.perform(double_click(element)).await?;
        Ok(left)
    }

    /// Answers what there is to pick from, if not that.
    async fn pick_from(&self, list: &Element, choice: &str) -> Answer {
        let mut found = self.wire.run(include_str!("pick.js"), &[list.0.clone(), json!(choice)]).await?;
        match found["option"].take() {
            Value::Null => Ok(found["instead"].take()),
            option => self.wire.post(&Element(option).path("click"), &json!({})).await,
        }
    }

    pub(super) async fn perform(&self, action: Value) -> Answer {
        self.wire.post("actions", &json!({ "actions": [action] })).await?;
        self.wire.delete("actions").await
    }
}

fn double_click(element: &Element) -> Value {
    let (down, up) =
        (json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 }));
    let there = json!({ "type": "pointerMove", "duration": 0, "origin": element.0, "x": 0, "y": 0 });
    // As fingers do it: of two at once, the browser would send the second only.
    let between = json!({ "type": "pause", "duration": 150 });
    let actions = [there, down.clone(), up.clone(), between, down, up];
    json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions })
}
