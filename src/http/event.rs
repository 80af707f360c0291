//! Server-sent events (WHATWG HTML §9.2): news of a resource in one answer that goes on.

use super::{
    media::Media,
    reply::{Content, Reply, Success},
};
use ::http::{HeaderName, header};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::{io, time::Duration};

/// One thing that a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// How long to wait before asking again, should the answer break off.
    Retry(Duration),
    /// Nothing has happened; proxies and clients that wait for bytes learn that somebody is there.
    Silence,
    /// Something has: its name and what there is to know.
    News(&'static str, String),
}

impl Event {
    /// The event as it is sent.
    pub fn bytes(&self) -> Bytes {
        match self {
            Event::Retry(after) => format!("retry: {}\n\n", after.as_millis()).into(),
            Event::Silence => Bytes::from_static(b":\n\n"),
            Event::News(name, data) => {
                // A line of data ends the field: each has a field of its own, and they are put together again.
                let lines: String = data.lines().map(|line| format!("data: {line}\n")).collect();
                format!("event: {name}\n{lines}\n").into()
            }
        }
    }
}

/// An answer of events, which no proxy is to gather before it passes them on.
pub fn reply(events: impl Stream<Item = Event> + Send + 'static) -> Reply {
    let bytes = events.map(|event| Ok::<_, io::Error>(event.bytes()));
    let mut reply = Reply::empty(Success::Ok.code());
    reply.content = Content::Stream(bytes.boxed(), None);
    reply.headers.insert(header::CONTENT_TYPE, Media::EventStream.value());
    // nginx's; others have none, and stream what has no length.
    reply.with(HeaderName::from_static("x-accel-buffering"), "no")
}
