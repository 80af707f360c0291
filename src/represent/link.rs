//! Every URL pattern of the server: no other file holds a path.
//!
//! Rocket's route attributes need the literal too; a test equates the mounted routes with
//! [`Place::PATTERNS`], both ways.

mod base;
mod parse;

pub use base::Base;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands unencoded in a path segment (RFC 3986 §3.3, `unreserved`).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What pages begin with that show what they show to who is signed in.
const PAGES: [&str; 4] = ["/sign-in", "/sign-out", "/account", "/edit"];

fn is_within(tree: &str, path: &str) -> bool {
    path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident $(($($field:ident),+))? = $pattern:literal;)*) => {
        /// A URL of the server.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Place {
            $($(#[$doc])* $name $(($(places!(@string $field)),+))?,)*
        }

        impl Place {
            /// Every pattern, with `<name>` for a segment and `<name..>` for all that follow.
            pub const PATTERNS: &'static [&'static str] = &[$($pattern),*];

            /// The pattern of this place.
            pub fn pattern(&self) -> &'static str {
                match self { $(places!(@ignore $name $($($field),+)?) => $pattern,)* }
            }

            /// Every place, with the names of its variables in their stead.
            pub fn every() -> Vec<Place> {
                vec![$(Place::$name $(($(stringify!($field).to_string()),+))?),*]
            }

            /// What the place is called here.
            pub fn name(&self) -> &'static str {
                match self { $(places!(@ignore $name $($($field),+)?) => stringify!($name),)* }
            }

            fn fields(&self) -> Vec<&str> {
                match self { $(Place::$name $(($($field),+))? => vec![$($($field.as_str()),+)?],)* }
            }

            /// The place with that number in [`Place::PATTERNS`] and these variables.
            fn numbered(number: usize, mut fields: std::vec::IntoIter<String>) -> Option<Place> {
                let made: &[fn(&mut std::vec::IntoIter<String>) -> Option<Place>] =
                    &[$(|_fields| Some(Place::$name $(($(places!(@next _fields $field)),+))?)),*];
                made.get(number)?(&mut fields)
            }
        }
    };
    (@string $field:ident) => { String };
    (@next $fields:ident $field:ident) => { $fields.next()? };
    (@ignore $name:ident) => { Place::$name };
    (@ignore $name:ident $($field:ident),+) => { Place::$name(..) };
}

places! {
    /// The front door: both versions.
    Root = "/";
    /// Every term that documents use.
    Vocabulary = "/vocab";
    /// The vocabulary of one release, by a hash of its content.
    VocabularyOf(hash) = "/vocab/<hash>";
    /// Every type of problem.
    Problems = "/problems";
    /// One type of problem, explained.
    ProblemType(name) = "/problems/<name>";
    /// A file of `static/`.
    Static(file) = "/static/<file>";
    /// The icon that browsers ask for beside whatever they show.
    Icon = "/favicon.ico";
    /// What search engines may read (RFC 9309): at `/robots.txt`, its one media type's suffix.
    Robots = "/robots";
    /// The public things for search engines: at `/sitemap.xml`, likewise.
    Sitemap = "/sitemap";
    /// The description of a version for programs (OpenAPI).
    OpenApi(version) = "/openapi/<version>";
    /// The API for people: the newest version's reference.
    References = "/docs";
    /// The API of a version for people, made from its description.
    Reference(version) = "/docs/<version>";
    /// Which APIs there are (RFC 9727).
    Catalog = "/.well-known/api-catalog";
    /// Whether the process answers.
    Live = "/livez";
    /// Whether it can do its work.
    Ready = "/readyz";

    /// Where somebody signs in with a browser.
    SignIn = "/sign-in";
    /// Where they sign out.
    SignOut = "/sign-out";
    /// What is one's own.
    Account = "/account";
    /// One's password.
    AccountPassword = "/account/password";
    /// The browsers that one is signed in with.
    AccountSessions = "/account/sessions";
    /// One's tokens.
    AccountTokens = "/account/tokens";
    /// Users, for administrators.
    AccountUsers = "/account/users";
    /// One user, for administrators.
    AccountUser(name) = "/account/users/<name>";
    /// What was changed, by whom, for administrators.
    AccountAudit = "/account/audit";
    /// Where a table is published by hand.
    EditDatasets = "/edit/datasets";
    /// The form by which people write what is at this path of version 2.
    Edit(path) = "/edit/<path..>";

    /// Entry point of version 2.
    Entry = "/v2";
    /// The Hydra documentation.
    Documentation = "/v2/doc";
    /// The JSON-LD context of every version 2 document.
    Context = "/v2/context";
    /// The same by a hash of its content: what documents name.
    ContextOf(hash) = "/v2/context/<hash>";
    /// What is found among all that is public.
    Search = "/v2/search";
    /// Articles.
    Articles = "/v2/articles";
    /// One article.
    Article(slug) = "/v2/articles/<slug>";
    /// Datasets.
    Datasets = "/v2/datasets";
    /// One dataset.
    Dataset(slug) = "/v2/datasets/<slug>";
    /// The context that maps a dataset's column identifiers.
    Columns(slug) = "/v2/datasets/<slug>/columns";
    /// Rows of the head.
    Rows(slug) = "/v2/datasets/<slug>/rows";
    /// One row of the head.
    Row(slug, id) = "/v2/datasets/<slug>/rows/<id>";
    /// Rows of the head as one file.
    Export(slug) = "/v2/datasets/<slug>/export";
    /// Revisions of a dataset.
    Revisions(slug) = "/v2/datasets/<slug>/revisions";
    /// One revision.
    Revision(slug, number) = "/v2/datasets/<slug>/revisions/<number>";
    /// Rows of a revision.
    Records(slug, number) = "/v2/datasets/<slug>/revisions/<number>/rows";
    /// What a revision changed.
    Comparison(slug, number) = "/v2/datasets/<slug>/revisions/<number>/comparison";
    /// An artifact of a revision: `data.<sha256>.csv`, `data.<sha256>.parquet`, `profile.<sha256>.json`.
    Artifact(slug, number, file) = "/v2/datasets/<slug>/revisions/<number>/<file>";
    /// Models.
    Models = "/v2/models";
    /// One model.
    Model(slug) = "/v2/models/<slug>";
    /// Versions of a model.
    Versions(slug) = "/v2/models/<slug>/versions";
    /// One version of a model.
    Version(slug, number) = "/v2/models/<slug>/versions/<number>";
    /// How a version does on the rows held out, threshold by threshold.
    Curves(slug, number) = "/v2/models/<slug>/versions/<number>/curves";
    /// How a version differs from another.
    VersionComparison(slug, number) = "/v2/models/<slug>/versions/<number>/comparison";
    /// A prediction of the current version: leads to the version's.
    CurrentPrediction(slug) = "/v2/models/<slug>/prediction";
    /// A prediction, a pure function of its URL.
    Prediction(slug, number) = "/v2/models/<slug>/versions/<number>/prediction";
    /// Where features are posted to the current version.
    CurrentPredictions(slug) = "/v2/models/<slug>/predictions";
    /// Where features are posted to a version.
    Predictions(slug, number) = "/v2/models/<slug>/versions/<number>/predictions";
    /// Where datasets are named whose rows a version is to predict.
    Applications(slug, number) = "/v2/models/<slug>/versions/<number>/applications";
    /// What a version is and how well it does, for people (model card).
    Card(slug, number) = "/v2/models/<slug>/versions/<number>/card";
    /// A version as an ONNX graph.
    Onnx(slug, number) = "/v2/models/<slug>/versions/<number>/onnx";
    /// The weights of a version as JSON.
    Coefficients(slug, number) = "/v2/models/<slug>/versions/<number>/coefficients";
    /// Whether the newest version can predict (Open Inference Protocol).
    ModelReady(slug) = "/v2/models/<slug>/ready";
    /// Whether a version can.
    VersionReady(slug, number) = "/v2/models/<slug>/versions/<number>/ready";
    /// Where tensors are posted to the newest version.
    Infer(slug) = "/v2/models/<slug>/infer";
    /// Where tensors are posted to a version.
    VersionInfer(slug, number) = "/v2/models/<slug>/versions/<number>/infer";
    /// Whether the server answers (Open Inference Protocol).
    InferenceLive = "/v2/health/live";
    /// Whether it can do its work.
    InferenceReady = "/v2/health/ready";
    /// Jobs of the reader.
    Jobs = "/v2/jobs";
    /// One job.
    Job(id) = "/v2/jobs/<id>";
    /// Messages.
    Messages = "/v2/messages";
    /// One message.
    Message(id) = "/v2/messages/<id>";
    /// The bytes of a message.
    Content(id) = "/v2/messages/<id>/content";
    /// The reader.
    Me = "/v2/me";
    /// The reader's tokens.
    Tokens = "/v2/me/tokens";
    /// One of the reader's tokens.
    Token(id) = "/v2/me/tokens/<id>";
    /// Users.
    Users = "/v2/users";
    /// One user.
    User(name) = "/v2/users/<name>";
    /// Who called what.
    Usage = "/v2/usage";

    /// Entry point of version 1.
    V1 = "/v1";
    /// The JSON-LD context of every version 1 document.
    V1Context = "/v1/context";
    /// Articles.
    V1Articles = "/v1/articles";
    /// One article.
    V1Article(slug) = "/v1/articles/<slug>";
    /// Datasets.
    V1Datasets = "/v1/datasets";
    /// One dataset.
    V1Dataset(slug) = "/v1/datasets/<slug>";
    /// Rows of a dataset.
    V1Rows(slug) = "/v1/datasets/<slug>/rows";
    /// Models.
    V1Models = "/v1/models";
    /// One model.
    V1Model(slug) = "/v1/models/<slug>";
    /// A prediction with its features in the path, encoded: `<name>/<value>/<name>/<value>`.
    V1Predict(slug, features) = "/v1/models/<slug>/predict/<features..>";
    /// Messages.
    V1Messages = "/v1/messages";
    /// The bytes of one message.
    V1Message(id) = "/v1/messages/<id>";
    /// A greeting.
    V1Hello = "/v1/hello";
    /// What was sent.
    V1Echo = "/v1/echo";
}

impl Place {
    /// The path, its variable segments percent-encoded.
    pub fn path(&self) -> String {
        let mut fields = self.fields().into_iter();
        let mut path = String::with_capacity(64);
        for segment in self.pattern().split('/').skip(1) {
            path.push('/');
            if segment.ends_with("..>") {
                // As it came: a slash within a segment would be one between segments if it were decoded.
                path.push_str(fields.next().unwrap_or_default());
            } else if segment.starts_with('<') {
                path.extend(utf8_percent_encode(fields.next().unwrap_or_default(), SEGMENT));
            } else {
                path.push_str(segment);
            }
        }
        path
    }

    /// The absolute URL.
    pub fn url(&self, base: &Base) -> String {
        base.join(&self.path())
    }

    /// Whether a path has the pattern of this place, whatever stands in its variable segments.
    pub fn has(&self, path: &str) -> bool {
        let mut given = path.split('/');
        for segment in self.pattern().split('/') {
            match given.next() {
                Some(_) if segment.ends_with("..>") => return true,
                Some(text) if segment == text || (segment.starts_with('<') && !text.is_empty()) => {}
                _ => return false,
            }
        }
        given.next().is_none()
    }

    /// The successor of a version 1 place in version 2; the entry point where there is none.
    pub fn successor(&self) -> Place {
        match self.clone() {
            Place::V1Articles => Place::Articles,
            Place::V1Article(slug) => Place::Article(slug),
            Place::V1Datasets => Place::Datasets,
            Place::V1Dataset(slug) => Place::Dataset(slug),
            Place::V1Rows(slug) => Place::Rows(slug),
            Place::V1Models => Place::Models,
            Place::V1Model(slug) => Place::Model(slug),
            Place::V1Predict(slug, _) => Place::CurrentPredictions(slug),
            Place::V1Messages => Place::Messages,
            Place::V1Message(id) => Place::Message(id),
            _ => Place::Entry,
        }
    }

    /// The description of version 1, 2 for programs, at the URL that says what it is.
    pub fn described(version: &str) -> Place {
        Place::OpenApi(format!("{version}.json"))
    }

    /// Whether a path is of the pages that show what they show to who is signed in: no part of the API.
    pub fn is_page(path: &str) -> bool {
        PAGES.iter().any(|tree| is_within(tree, path))
    }

    /// What people write by the form at a path: what is there in version 2.
    pub fn written_by(path: &str) -> Option<Place> {
        Place::Entry.within(path.strip_prefix("/edit")?)
    }

    /// Whether the place belongs to version 1.
    pub fn is_v1(path: &str) -> bool {
        Place::V1.is_entry_of(path)
    }

    /// Whether the names and values of a prediction under version 1 follow a path.
    pub fn is_before_features(path: &str) -> bool {
        path.ends_with("/predict") && Place::V1Predict(String::new(), String::new()).has(&format!("{path}/"))
    }

    /// Whether the place belongs to version 2.
    pub fn is_v2(path: &str) -> bool {
        Place::Entry.is_entry_of(path)
    }

    /// Whether clients of the Open Inference Protocol ask there.
    pub fn is_of_inference(path: &str) -> bool {
        path == Place::Entry.pattern()
            || path.starts_with("/v2/health/")
            || (Place::Models.is_entry_of(path) && path != Place::Models.pattern())
    }

    fn is_entry_of(&self, path: &str) -> bool {
        is_within(self.pattern(), path)
    }

    /// What a path without a version stands for in the version with this entry point: its place there, if
    /// there is one.
    pub fn within(&self, path: &str) -> Option<Place> {
        // Most paths have a version, or are the front door's.
        if path == Place::Root.pattern() || Place::is_v1(path) || Place::is_v2(path) {
            return None;
        }
        Place::parse(&format!("{}{path}", self.pattern()))
    }
}

/// The IRI itself if a text is one that may be followed, by http or https.
pub fn web(text: &str) -> Option<&str> {
    let scheme = text.starts_with("https://") || text.starts_with("http://");
    // What a URL parser would silently repair, and templates, are no IRIs.
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    (scheme && clean && url::Url::parse(text).is_ok_and(|url| url.has_host())).then_some(text)
}

/// A segment of a path, or a value of a query, percent-encoded (RFC 3986 §2.3).
pub fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}
