//! Property values as the engine exchanges them, with their marks, apart from any wire format.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The text that stands for an unknown value of any type; the only one that is written.
pub(crate) const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// The unique name of a resource in a deployment, as the engine assigns it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Urn(String);

impl Urn {
    /// Takes the engine's text as it is.
    pub fn new(urn: impl Into<String>) -> Self {
        Self(urn.into())
    }

    /// The text, as the engine wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Properties by their wire name, in a stable order.
pub type PropertyMap = BTreeMap<String, PropertyValue>;

/// A value with its marks: is it secret, and which resources did it come from.
#[derive(Clone, Default, PartialEq)]
pub struct PropertyValue {
    /// What the value is; [`Value::Unknown`] while a preview cannot know it.
    pub value: Value,
    /// Whether the engine must encrypt it in the state and hide it on the console.
    pub secret: bool,
    /// The resources that it was computed from.
    pub dependencies: BTreeSet<Urn>,
}

/// What a property value is, without its marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// An explicit null, which is not the same as an absent property.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number; the wire has doubles alone.
    Number(f64),
    /// A text.
    String(String),
    /// A string that is not UTF-8. What is UTF-8 is always a [`Value::String`].
    Bytes(Vec<u8>),
    /// A list; its elements carry marks of their own.
    List(Vec<PropertyValue>),
    /// An object or a map; its members carry marks of their own.
    Object(PropertyMap),
    /// A file.
    Asset(Asset),
    /// A set of files.
    Archive(Archive),
    /// Another resource.
    Resource(ResourceReference),
    /// Not known before the update.
    Unknown,
}

/// A file that the engine hands to a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Where its content is.
    pub source: AssetSource,
    /// SHA-256 of the content in hex, where the engine computed it.
    pub hash: Option<String>,
}

/// Where the content of an [`Asset`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum AssetSource {
    /// The content itself.
    Text(String),
    /// A path; a relative one is resolved against the folder of the user's program.
    Path(String),
    /// An address to fetch it from.
    Uri(String),
}

/// A set of files that the engine hands to a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    /// Where its content is.
    pub source: ArchiveSource,
    /// SHA-256 of the content in hex, where the engine computed it.
    pub hash: Option<String>,
}

/// Where the content of an [`Archive`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum ArchiveSource {
    /// Path in the archive: [`Value::Asset`] or [`Value::Archive`].
    Assets(PropertyMap),
    /// A zip or tar file, or a folder.
    Path(String),
    /// An address to fetch it from.
    Uri(String),
}

impl Archive {
    /// The archive in a file; `path` should be absolute, because a relative one is the user's program's.
    pub fn from_path(path: impl Into<String>) -> Self {
        Self { source: ArchiveSource::Path(path.into()), hash: None }
    }
}

/// A reference to a resource of the same deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceReference {
    /// Its name in the deployment.
    pub urn: Urn,
    /// Its id; `None` for a component, [`Value::Unknown`] inside while a preview cannot know it.
    pub id: Option<Box<PropertyValue>>,
    /// Version of the package that defines its type; empty when not known.
    pub package_version: String,
}

impl Urn {
    /// The type token of the resource: the last of the chain of types.
    pub fn type_token(&self) -> &str {
        let types = self.0.split("::").nth(2).unwrap_or_default();
        types.rsplit('$').next().unwrap_or_default()
    }

    /// The logical name of the resource.
    pub fn name(&self) -> &str {
        self.0.splitn(4, "::").nth(3).unwrap_or_default()
    }
}

impl PropertyValue {
    /// A value that a preview cannot know.
    pub fn unknown() -> Self {
        Value::Unknown.into()
    }

    /// The marks of the value and of everything below it: secret, unknown, dependencies.
    ///
    /// Not inside references: who holds a reference knows the resource, not what its id came from.
    pub fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        self.walk(&mut |value| {
            marks.secret |= value.secret;
            marks.unknown |= value.value == Value::Unknown;
            marks.dependencies.extend(value.dependencies.iter().cloned());
        });
        marks
    }

    /// The resources that the value refers to, at any depth.
    pub(crate) fn references(&self) -> BTreeSet<Urn> {
        let mut references = BTreeSet::new();
        self.walk(&mut |value| {
            if let Value::Resource(reference) = &value.value {
                references.insert(reference.urn.clone());
            }
        });
        references
    }

    /// Puts in place of each reference what stands for its resource in engines that know none: the id, or the URN of a
    /// component. An id that is secret stays so.
    pub(crate) fn dereference(&mut self) {
        match &mut self.value {
            Value::Resource(reference) => {
                let id = reference.id.take().map(|id| *id);
                let stands = id.unwrap_or_else(|| reference.urn.as_str().into());
                self.secret |= stands.secret;
                self.dependencies.extend(stands.dependencies);
                self.value = stands.value;
            }
            Value::List(items) => items.iter_mut().for_each(Self::dereference),
            Value::Object(members) => members.values_mut().for_each(Self::dereference),
            _ => {}
        }
    }

    /// The same value, in which no reference comes from the resource that it names.
    ///
    /// Who hands a reference on to a component of another package lets it know the resource; whether that is used, and
    /// what waits for it, is said there.
    #[must_use]
    pub(crate) fn without_own_origins(mut self) -> Self {
        self.value = match self.value {
            Value::Resource(reference) => {
                self.dependencies.remove(&reference.urn);
                Value::Resource(reference)
            }
            Value::List(items) => Value::List(items.into_iter().map(Self::without_own_origins).collect()),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, member)| (name, member.without_own_origins()));
                Value::Object(members.collect())
            }
            other => other,
        };
        self
    }

    /// Visits the value and everything below it, but not what is inside references.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match &self.value {
            Value::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Value::Object(members) => members.values().for_each(|member| member.walk(visit)),
            Value::Archive(Archive { source: ArchiveSource::Assets(assets), .. }) => {
                assets.values().for_each(|asset| asset.walk(visit));
            }
            _ => {}
        }
    }

    /// The same value, secret.
    #[must_use]
    pub fn into_secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The text, where the value is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// What [`PropertyValue::marks`] finds in a value and below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Something in it is secret.
    pub secret: bool,
    /// Something in it is unknown.
    pub unknown: bool,
    /// All that it was computed from.
    pub dependencies: BTreeSet<Urn>,
}

impl From<Value> for PropertyValue {
    fn from(value: Value) -> Self {
        Self { value, ..Self::default() }
    }
}

impl From<PropertyMap> for PropertyValue {
    fn from(members: PropertyMap) -> Self {
        Value::Object(members).into()
    }
}

impl From<String> for PropertyValue {
    fn from(text: String) -> Self {
        Value::String(text).into()
    }
}

impl From<bool> for PropertyValue {
    fn from(value: bool) -> Self {
        Value::Bool(value).into()
    }
}

impl From<f64> for PropertyValue {
    fn from(number: f64) -> Self {
        Value::Number(number).into()
    }
}

impl From<u32> for PropertyValue {
    fn from(number: u32) -> Self {
        Value::Number(number.into()).into()
    }
}

impl From<i32> for PropertyValue {
    fn from(number: i32) -> Self {
        Value::Number(number.into()).into()
    }
}

impl From<&str> for PropertyValue {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned()).into()
    }
}

impl fmt::Debug for PropertyValue {
    /// Never prints a secret's value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret {
            return formatter.write_str("[secret]");
        }
        match &self.value {
            Value::Null => formatter.write_str("null"),
            Value::Unknown => formatter.write_str("[unknown]"),
            Value::Bool(value) => value.fmt(formatter),
            Value::Number(value) => value.fmt(formatter),
            Value::String(value) => value.fmt(formatter),
            Value::Bytes(bytes) => write!(formatter, "[{} bytes]", bytes.len()),
            Value::List(items) => items.fmt(formatter),
            Value::Object(members) => members.fmt(formatter),
            other => other.fmt(formatter),
        }
    }
}

/// The name of a package, a module and a type: `aws:s3/bucket:Bucket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeToken(&'static str);

impl TypeToken {
    /// Takes `package:module:Name`.
    pub const fn new(token: &'static str) -> Self {
        Self(token)
    }

    /// The whole token.
    pub const fn as_str(&self) -> &'static str {
        self.0
    }

    /// The text before the first colon, by which providers are chosen.
    pub fn package(&self) -> &'static str {
        self.0.split(':').next().unwrap_or(self.0)
    }

    /// The text after the last colon.
    pub fn name(&self) -> &'static str {
        self.0.rsplit(':').next().unwrap_or(self.0)
    }
}

impl fmt::Display for TypeToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(id: Option<PropertyValue>) -> PropertyValue {
        let urn = Urn::new("urn:of:it");
        Value::Resource(ResourceReference { urn, id: id.map(Box::new), package_version: "1.0.0".into() }).into()
    }

    #[test]
    fn what_stands_for_a_reference_is_its_id_or_the_components_urn() {
        let secret = PropertyValue::from("s-1").into_secret();
        for (mut given, expected) in [
            (reference(Some("i-1".into())), PropertyValue::from("i-1")),
            (reference(None), "urn:of:it".into()),
            (reference(Some(PropertyValue::unknown())), PropertyValue::unknown()),
            (reference(Some(secret.clone())), secret),
            (reference(Some("i-1".into())).into_secret(), PropertyValue::from("i-1").into_secret()),
            (
                Value::List(vec![Value::Object([("a".to_owned(), reference(None))].into()).into()]).into(),
                Value::List(vec![Value::Object([("a".to_owned(), "urn:of:it".into())].into()).into()]).into(),
            ),
            ("text".into(), "text".into()),
        ] {
            given.dereference();
            assert_eq!(given, expected);
        }
    }
}
