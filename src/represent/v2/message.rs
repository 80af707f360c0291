//! Messages in version 2.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::{Kind, message::Message},
    represent::{
        Document,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::json;

/// The document of a message: about its bytes, which are at `content`.
pub fn read(base: &Base, message: &Message) -> Document {
    let id = message.id.to_string();
    let subject = Subject::Item { kind: Kind::Message, slug: id.clone() };
    let mut document = item(base, &Place::Message(id.clone()), "Message", subject);
    document.at(&message.state(), message.created);
    document
        .set("identifier", id.clone())
        .set("encodingFormat", message.media_type.clone())
        .set("contentSize", message.size.to_string())
        .set("sha256", message.digest.clone())
        .maybe("filename", message.filename.clone())
        .set("author", message.author.clone())
        .set("dateCreated", moment(message.created))
        .set("content", json!(Place::Content(id).url(base)))
        .link("collection", Place::Messages.url(base));
    operable(&mut document, "Message");
    document
}

/// A page of messages.
pub fn list(base: &Base, messages: &[Message], page: &PageOf) -> Document {
    let members = messages.iter().map(|message| read(base, message).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Message, within: None };
    collection(base, &Place::Messages, "MessageCollection", subject, page, members)
}
