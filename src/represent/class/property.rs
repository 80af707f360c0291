//! One member of documents: key, term, what it holds, who may set it.

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A moment, ISO 8601.
    DateTime,
    /// A day, ISO 8601.
    Date,
    /// A number, a text, true, false or nothing, as the data is.
    Scalar,
    /// The URL of something, as text: no resource of its own that is described.
    Url,
    /// A link to a resource of the named class.
    Link(&'static str),
    /// An object of the named class.
    Object(&'static str),
    /// A name that the context defines.
    Term,
    /// JSON as it stands: keys in it are somebody's data, no terms.
    Json,
}

impl Range {
    /// The class of what is linked or held.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Range::Link(class) | Range::Object(class) => Some(class),
            _ => None,
        }
    }
}

/// Who may set a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Nobody: the server says it.
    Never,
    /// The writer may.
    May,
    /// The writer must, when creating.
    Must,
}

/// Which values of its range a property or a parameter may have.
#[derive(Debug, Clone, Copy)]
pub enum Bounds {
    /// All of them.
    Any,
    /// Text of so many characters.
    Length(usize, usize),
    /// One of these names.
    Among(fn() -> Vec<&'static str>),
    /// Text of so many characters at most, whatever they are.
    Longest(usize),
    /// Text of so many characters with no space at its ends.
    Trimmed(usize),
    /// Text that a regular expression (ECMA-262) describes wholly.
    Pattern(&'static str),
    /// A number from the first to the second, both included.
    Between(f64, f64),
    /// A number above the first and below the second.
    Within(f64, f64),
}

/// How a writer says the value, where that differs from how documents show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// As it is shown.
    AsShown,
    /// An object by its name; as an object too.
    Name,
    /// A link by the identifier at its end; by URL too.
    Identifier,
    /// A link by the number at its end; by URL too.
    Number,
    /// Several objects by their identifiers; as objects too.
    Identifiers,
    /// Several texts, or one with commas between.
    Words,
    /// Several objects, or one text with their names, as the first line of a CSV file.
    Headers,
}

/// One property of a class.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// JSON key.
    pub key: &'static str,
    /// Compact IRI of the term.
    pub term: &'static str,
    /// What it holds; of each, where it holds several.
    pub range: Range,
    /// Which values.
    pub bounds: Bounds,
    /// Most of them; one unless it is a list.
    pub many: Option<usize>,
    /// Whether each document of the class has it.
    pub always: bool,
    /// Who may set it.
    pub writing: Writing,
    /// Whether it is from then on as it was when the resource was made.
    pub fixed: bool,
    /// How they say it.
    pub saying: Saying,
    /// What it means, as a sentence.
    pub about: &'static str,
}

impl Property {
    const fn new(key: &'static str, term: &'static str, range: Range, about: &'static str) -> Property {
        let (bounds, many, always) = (Bounds::Any, None, false);
        let (writing, saying) = (Writing::Never, Saying::AsShown);
        Property { key, term, range, bounds, many, always, writing, fixed: false, saying, about }
    }

    /// The same as a list.
    pub const fn many(self) -> Property {
        self.most(usize::MAX)
    }

    /// The same as a list of so many at most.
    pub const fn most(mut self, most: usize) -> Property {
        self.many = Some(most);
        self
    }

    /// The same in every document of the class.
    pub const fn always(mut self) -> Property {
        self.always = true;
        self
    }

    /// The same with fewer values.
    pub const fn of(mut self, bounds: Bounds) -> Property {
        self.bounds = bounds;
        self
    }

    /// The same, to be set when the resource is made and not later.
    pub const fn once(mut self) -> Property {
        self.fixed = true;
        self
    }

    /// The same, said in another way.
    pub const fn said(mut self, saying: Saying) -> Property {
        self.saying = saying;
        self
    }

    /// The same, but in some documents only.
    pub const fn sometimes(mut self) -> Property {
        self.always = false;
        self
    }

    /// Whether somebody may send it to make a resource.
    pub fn is_creatable(&self) -> bool {
        self.writing != Writing::Never
    }

    /// Whether somebody may send it to change one.
    pub fn is_changeable(&self) -> bool {
        self.is_creatable() && !self.fixed
    }

    /// Whether documents show it: passwords are only taken.
    pub fn is_readable(&self) -> bool {
        self.key != "password"
    }
}

/// A property that the server says.
pub const fn shown(key: &'static str, term: &'static str, range: Range, about: &'static str) -> Property {
    Property::new(key, term, range, about)
}

/// A property that a writer may set.
pub const fn set(key: &'static str, term: &'static str, range: Range, about: &'static str) -> Property {
    let mut property = Property::new(key, term, range, about);
    property.writing = Writing::May;
    property
}

/// A property that a writer must set.
pub const fn must(key: &'static str, term: &'static str, range: Range, about: &'static str) -> Property {
    let mut property = Property::new(key, term, range, about);
    property.writing = Writing::Must;
    property.always()
}
