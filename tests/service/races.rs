//! Sixteen at once.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::api::{Api, Reply};
use crate::bed::{Bed, Place};

const RACERS: usize = 16;
const ROUNDS: usize = 50;

pub async fn sixteen_uses_of_a_link_have_one_winner(place: Place) {
    let bed = place.open().await;
    for round in 0..ROUNDS {
        race(&bed, &format!("racer{round}"), std::slice::from_ref(&bed.api)).await;
    }
}

pub async fn a_link_used_on_two_nodes_has_one_winner(place: Place) {
    let bed = place.open().await;
    let nodes = [bed.api.clone(), bed.another_node().await];
    for round in 0..10 {
        race(&bed, &format!("racer{round}"), &nodes).await;
    }
}

async fn race(bed: &Bed, name: &str, nodes: &[Api]) {
    bed.register(name, "app").await;
    let token = bed.link(name).await;
    let replies =
        at_once(nodes, |racer| json!({ "token": token, "username": name, "new_password": password(racer) }))
            .await;
    let (won, lost): (HashMap<_, _>, HashMap<_, _>) =
        replies.into_iter().partition(|(_, reply)| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, RACERS - 1), "{won:?} {lost:?}");
    let shapes: Vec<_> = lost.values().map(|reply| (reply.shape(), &reply.text)).collect();
    lost.values().for_each(|reply| reply.assert_problem(410, "link-unusable"));
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:?}");

    let (winner, loser) = (won.keys().next().unwrap(), lost.keys().next().unwrap());
    bed.try_sign_in(name, &password(*winner), None).await.expect(201);
    bed.try_sign_in(name, &password(*loser), None).await.expect(401);
}

fn password(racer: usize) -> String {
    format!("violin-meadow-{racer}-quartz")
}

/// The answers to posts that all leave together, by number.
async fn at_once(nodes: &[Api], body: impl Fn(usize) -> serde_json::Value) -> HashMap<usize, Reply> {
    let barrier = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for (racer, api) in nodes.iter().cycle().take(RACERS).cloned().enumerate() {
        let (barrier, body) = (barrier.clone(), body(racer));
        racers.spawn(async move {
            barrier.wait().await;
            (racer, api.command("", "complete-reset", body).await)
        });
    }
    racers.join_all().await.into_iter().collect()
}
