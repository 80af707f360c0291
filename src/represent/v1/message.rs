//! Messages in version 1: a list of what there is; each message is its bytes.

use super::{Links, Stretch, collection, item};
use crate::{
    domain::{Kind, message::Message},
    represent::{
        Document,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};

/// What is said of a message, for the answer to whoever sent it; its URL gives the bytes.
pub fn read(base: &Base, message: &Message) -> Document {
    let id = message.id.to_string();
    let place = Place::V1Message(id.clone());
    let subject = Subject::Item { kind: Kind::Message, slug: id.clone() };
    let mut document = item(base, &place, "Message", subject);
    document.at(&message.state(), message.created);
    document
        .set("id", id)
        .set("mediaType", message.media_type.clone())
        .set("size", message.size)
        .maybe("filename", message.filename.clone())
        .set("author", message.author.clone())
        .set("created", moment(message.created));
    Links::of(base, &place.url(base)).to("collection", &Place::V1Messages).end(&mut document, &place);
    document
}

/// A stretch of the messages.
pub fn list(base: &Base, messages: &[Message], stretch: &Stretch) -> Document {
    let items = messages.iter().map(|message| read(base, message).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Message, within: None };
    let (mut document, links) = collection(base, &Place::V1Messages, subject, stretch, items);
    links.end(&mut document, &Place::V1Messages);
    document
}
