//! Bytes as a sequence of choices, and from these values that look like what an SDK sends.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};

const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const BYTES: &str = "803fd3297a5875dc03ca845dda5d2a98";

const UNKNOWNS: [&str; 7] = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

const TEXTS: [&str; 10] = ["", "a", "x.y", "[0]", "\"", "fast", "very-slow", "é🦀", "value-of-more-than-five", "YWJj"];
const NAMES: [&str; 10] = ["value", "key", "secret", "dependencies", "urn", "id", "hash", "a.b", "__self__", "assets"];
const NUMBERS: [f64; 18] = [
    0.0,
    -0.0,
    1.0,
    10.0,
    11.0,
    -1.0,
    255.0,
    256.0,
    1.5,
    2_147_483_648.0,
    4_294_967_295.0,
    4_294_967_296.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    1e300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// The text of everything inside a secret: it may stand in no message.
pub const HIDDEN: &str = "hush-hush";

/// Deeper than what a program writes, and not so deep that time is spent on nothing else.
const DEPTH: usize = 24;

/// What usually stands at a place, so that most of what is made up gets past the first check.
#[derive(Clone, Copy)]
pub enum Shape {
    Text,
    Flag,
    Number,
    Mode,
    Reference,
    Any,
    List(&'static Shape),
    Map(&'static Shape),
    Object(&'static [(&'static str, Shape)]),
}

/// Choices, one byte each; zeros where the bytes end.
pub struct Source<'b> {
    bytes: std::slice::Iter<'b, u8>,
    hidden: bool,
    depth: usize,
}

impl<'b> Source<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter(), hidden: false, depth: 0 }
    }

    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_default()
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Members of an object, each usually of its own shape.
    pub fn members(&mut self, shapes: &[(&str, Shape)]) -> BTreeMap<String, Wire> {
        let count = self.below(8);
        (0..count)
            .map(|_| match self.below(8) {
                0 => (self.name(), self.any()),
                _ => {
                    let (name, shape) = shapes[self.below(shapes.len())];
                    (name.to_owned(), self.marked(shape))
                }
            })
            .collect()
    }

    /// A value of a shape, often with a mark, sometimes of another shape.
    fn marked(&mut self, shape: Shape) -> Wire {
        match self.below(16) {
            0 => self.any(),
            1 => self.secret(Some(shape)),
            2 => self.output(Some(shape)),
            3 => self.unknown(),
            4 => Wire { kind: Some(Kind::NullValue(0)) },
            _ => self.fitting(shape),
        }
    }

    fn fitting(&mut self, shape: Shape) -> Wire {
        self.deeper(|source| match shape {
            Shape::Text => source.text(),
            Shape::Flag => flag(source.below(2) == 1),
            Shape::Number => source.number(),
            Shape::Mode => match source.below(3) {
                0 => source.text(),
                1 => text("fast"),
                _ => text("very-slow"),
            },
            Shape::Reference => source.reference(),
            Shape::Any => source.any(),
            Shape::List(item) => {
                let values = (0..source.below(4)).map(|_| source.marked(*item)).collect();
                Wire { kind: Some(Kind::ListValue(ListValue { values })) }
            }
            Shape::Map(member) => {
                object((0..source.below(4)).map(|_| (source.name(), source.marked(*member))).collect())
            }
            Shape::Object(shapes) => object(source.members(shapes)),
        })
    }

    /// A value of any kind, well formed or not.
    fn any(&mut self) -> Wire {
        self.deeper(|source| match source.below(14) {
            0 => Wire { kind: None },
            1 => flag(source.below(2) == 1),
            2 => source.number(),
            3 => source.unknown(),
            4 => {
                let values = (0..source.below(5)).map(|_| source.any()).collect();
                Wire { kind: Some(Kind::ListValue(ListValue { values })) }
            }
            5 => object((0..source.below(5)).map(|_| (source.name(), source.any())).collect()),
            6 => source.secret(None),
            7 => source.output(None),
            8 => source.special(ASSET, &["text", "path", "uri", "hash"]),
            9 => source.special(ARCHIVE, &["assets", "path", "uri", "hash"]),
            10 => source.special(RESOURCE, &["urn", "id", "packageVersion", "name"]),
            11 => source.special(BYTES, &["value"]),
            12 => source.special("of-tomorrow", &["value"]),
            _ => source.text(),
        })
    }

    fn secret(&mut self, shape: Option<Shape>) -> Wire {
        let value = self.hidden(true, |source| source.inner(shape));
        object([(SIGNATURE.to_owned(), text(SECRET)), ("value".to_owned(), value)].into())
    }

    fn output(&mut self, shape: Option<Shape>) -> Wire {
        let choice = self.byte();
        let secret = choice & 1 == 1;
        let mut members = BTreeMap::from([(SIGNATURE.to_owned(), text(OUTPUT))]);
        if choice & 2 == 0 {
            members.insert("value".to_owned(), self.hidden(secret, |source| source.inner(shape)));
        }
        if secret || choice & 4 == 0 {
            members.insert("secret".to_owned(), flag(secret));
        }
        if choice & 8 == 0 {
            let values = (0..self.below(3)).map(|_| self.text()).collect();
            members.insert("dependencies".to_owned(), Wire { kind: Some(Kind::ListValue(ListValue { values })) });
        }
        object(members)
    }

    fn inner(&mut self, shape: Option<Shape>) -> Wire {
        self.deeper(|source| match shape {
            Some(shape) => source.marked(shape),
            None => source.any(),
        })
    }

    /// A struct with a signature whose members may be of the wrong kind or not there.
    fn special(&mut self, signature: &str, names: &[&str]) -> Wire {
        let mut members = BTreeMap::from([(SIGNATURE.to_owned(), text(signature))]);
        for name in names {
            match self.below(4) {
                0 => {}
                1 => {
                    members.insert((*name).to_owned(), self.any());
                }
                _ => {
                    members.insert((*name).to_owned(), self.text());
                }
            }
        }
        object(members)
    }

    fn reference(&mut self) -> Wire {
        let urn = text(self.one_of(&["urn:pulumi:s::p::a:b:C$cloud:index:Bucket::n", "urn:pulumi:s::p::x:y:Z::n", ""]));
        let mut members = BTreeMap::from([(SIGNATURE.to_owned(), text(RESOURCE)), ("urn".to_owned(), urn)]);
        if self.below(2) == 0 {
            members.insert("id".to_owned(), self.any());
        }
        object(members)
    }

    fn text(&mut self) -> Wire {
        let chosen = self.one_of(&TEXTS);
        text(if self.hidden { HIDDEN } else { chosen })
    }

    fn name(&mut self) -> String {
        let chosen = self.one_of(&NAMES);
        if self.hidden { HIDDEN } else { chosen }.to_owned()
    }

    fn number(&mut self) -> Wire {
        let number = match self.below(NUMBERS.len() + 1) {
            index if index < NUMBERS.len() => NUMBERS[index],
            _ => f64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        };
        Wire { kind: Some(Kind::NumberValue(number)) }
    }

    fn unknown(&mut self) -> Wire {
        text(self.one_of(&UNKNOWNS))
    }

    fn hidden(&mut self, hidden: bool, make: impl FnOnce(&mut Self) -> Wire) -> Wire {
        let outer = self.hidden;
        self.hidden |= hidden;
        let made = make(self);
        self.hidden = outer;
        made
    }

    fn deeper(&mut self, make: impl FnOnce(&mut Self) -> Wire) -> Wire {
        if self.depth == DEPTH {
            return self.text();
        }
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }
}

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn flag(value: bool) -> Wire {
    Wire { kind: Some(Kind::BoolValue(value)) }
}

fn object(fields: BTreeMap<String, Wire>) -> Wire {
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}
