//! Messages: stored bytes.

use super::{
    collection::{PAGE, PER_PAGE, class, collection},
    shared::{AUTHOR, CREATED, DIGEST, NUMBERED},
};
use crate::{
    domain::Kind,
    represent::class::{
        Class, MESSAGES,
        Range::{Link, Text},
        Takes,
        operation::{delete, get, post},
        property::shown,
    },
};

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "MessageCollection",
        "Messages",
        "Message",
        [],
        [
            get("List messages", Kind::Message, "MessageCollection").with(&[PAGE, PER_PAGE]),
            post("Leave a message", Kind::Message, "Content", "Message").taking(Takes::Bytes(MESSAGES)),
        ]
    ),
    class!("Content", [], "Bytes of a message", [], []),
    class!(
        "Message",
        ["schema:Message"],
        "Message",
        [
            NUMBERED,
            shown("encodingFormat", "schema:encodingFormat", Text, "The media type that it was sent with.")
                .always(),
            shown("contentSize", "schema:contentSize", Text, "Its size in bytes.").always(),
            DIGEST,
            shown("filename", "almanac:filename", Text, "The file name that it was sent with."),
            AUTHOR,
            CREATED,
            shown("content", "almanac:content", Link("Resource"), "Its bytes.").always(),
        ],
        [get("Read the message", Kind::Message, "Message"), delete("Delete the message", Kind::Message)]
    ),
];
