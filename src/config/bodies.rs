//! Settings of what clients may send.

use serde::{Deserialize, Serialize};

/// Largest bodies of requests, and of an answer that the disk bears, in bytes; and for how long it does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Bodies {
    /// JSON documents and forms.
    pub json_bytes: u64,
    /// Tables.
    pub table_bytes: u64,
    /// Messages and their attachments.
    pub message_bytes: u64,
    /// Tensors to infer from.
    pub inference_bytes: u64,
    /// Answers to many rows to predict, which are kept until the last row is told.
    pub predictions_bytes: u64,
    /// Seconds after which such an answer is cut off that its client has not read.
    pub predictions_s: u64,
}

impl Default for Bodies {
    fn default() -> Bodies {
        Bodies {
            json_bytes: 1 << 20,
            table_bytes: 256 << 20,
            message_bytes: 16 << 20,
            inference_bytes: 16 << 20,
            predictions_bytes: 1 << 30,
            predictions_s: 3_600,
        }
    }
}
