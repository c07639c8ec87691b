//! The settings of sockets: where tickets are kept, and how an API Gateway's sockets are reached.

use super::read::Reader;

/// What sockets need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketRules {
    /// URI of where tickets are kept, and on AWS the open connections.
    pub store: String,
    /// Where messages to the sockets of an API Gateway are posted; `None`: as its events tell.
    pub endpoint: Option<String>,
}

impl Reader {
    pub(super) fn socket(&mut self) -> Option<SocketRules> {
        let store = self.uri("socket.store", &["memory", "dynamodb"]);
        let endpoint = self.address("socket.endpoint", &["https", "http"]);
        Some(SocketRules { store: store?, endpoint: endpoint? })
    }
}
