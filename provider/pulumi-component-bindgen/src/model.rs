//! What the generator knows of a package.

use std::collections::BTreeMap;

/// A package, as far as bindings need it.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Name, as in tokens.
    pub name: String,
    /// Exact version, without `v`.
    pub version: String,
    /// Where the plugin is downloaded from; empty for Pulumi's own packages.
    pub plugin_download_url: String,
    /// Resource types by token.
    pub resources: BTreeMap<String, ResourceType>,
    /// Functions by token.
    pub functions: BTreeMap<String, Function>,
    /// Nested types by module and name: `sqs.QueueRedrive`.
    pub types: BTreeMap<String, Nested>,
    /// Enumerations by module and name.
    pub enumerations: BTreeMap<String, Enumeration>,
}

/// A resource type.
#[derive(Clone, Debug, Default)]
pub struct ResourceType {
    /// Whether a plugin constructs it: a component of another package.
    pub component: bool,
    /// Its inputs by wire name.
    pub inputs: BTreeMap<String, Member>,
    /// Its outputs by wire name.
    pub outputs: BTreeMap<String, Member>,
}

/// A function.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Its arguments by wire name.
    pub arguments: BTreeMap<String, Member>,
    /// The members of its result by wire name.
    pub results: BTreeMap<String, Member>,
}

/// The members of a nested type by wire name.
pub type Nested = BTreeMap<String, Member>;

/// The values of an enumeration, each with its name.
#[derive(Clone, Debug, Default)]
pub struct Enumeration {
    /// Name and value of each.
    pub values: Vec<(String, String)>,
}

/// An input, an output or a member of a nested type.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it holds.
    pub kind: Type,
    /// Whether it must be given, or for an output whether it is in every deployment.
    pub required: bool,
    /// Deprecated inputs are absent from the Rust types, so that nobody can set one.
    pub deprecated: bool,
}

/// What a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Any value.
    Any,
    /// A file.
    Asset,
    /// A set of files.
    Archive,
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
    /// A nested type or an enumeration by module and name.
    Named(String),
}
