//! What is not a resource of somebody's: entry point, context, greeting, echo.

use super::{Links, item};
use crate::represent::{
    Document,
    link::{Base, Place, encoded},
    openapi::Version,
    policy::Subject,
    vocab,
};

/// The entry point of version 1: where everything is found.
pub fn entry(base: &Base) -> Document {
    let mut document = item(base, &Place::V1, "EntryPoint", Subject::Entry);
    document.set("title", "Almanac, version 1");
    document.link("service-desc", Place::described(Version::One.name()).url(base));
    document.link("service-doc", Place::Reference(Version::One.name().into()).url(base));
    Links::of(base, &Place::V1.url(base))
        .to("articles", &Place::V1Articles)
        .to("datasets", &Place::V1Datasets)
        .to("models", &Place::V1Models)
        .to("messages", &Place::V1Messages)
        .to("hello", &Place::V1Hello)
        .to("echo", &Place::V1Echo)
        .end(&mut document, &Place::V1);
    document
}

/// The JSON-LD context.
pub fn context(base: &Base) -> Document {
    Document::context(vocab::context_v1(base))
}

/// A greeting of somebody, or of everybody.
pub fn hello(base: &Base, name: Option<&str>) -> Document {
    let url = match name {
        Some(name) => format!("{}?name={}", Place::V1Hello.url(base), encoded(name)),
        None => Place::V1Hello.url(base),
    };
    // It changes with a release only.
    let mut document = item(base, &Place::V1Hello, "Greeting", Subject::Schema);
    document.set("@id", url.clone()).set("message", format!("Hello, {}!", name.unwrap_or("world")));
    Links::of(base, &url).end(&mut document, &Place::V1Hello);
    document
}

/// What an echo says where there is no body to give back.
pub fn echo(base: &Base, method: &str) -> Document {
    let mut document = item(base, &Place::V1Echo, "Echo", Subject::Passing);
    document.set("message", format!("ECHO: {method}")).set("method", method);
    Links::of(base, &Place::V1Echo.url(base)).end(&mut document, &Place::V1Echo);
    document
}
