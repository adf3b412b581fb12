//! What the generator knows of a package.

use std::collections::BTreeMap;

/// A package, as far as bindings need it. Types are named by their tokens.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Name, as in tokens.
    pub name: String,
    /// Exact version, without `v`.
    pub version: String,
    /// Where the plugin is downloaded from; empty for Pulumi's own packages.
    pub plugin_download_url: String,
    /// The plugin that serves it, where that is one of many packages.
    pub base: Option<BasePlugin>,
    /// Resource types by token.
    pub resources: BTreeMap<String, ResourceType>,
    /// Functions by token.
    pub functions: BTreeMap<String, Function>,
    /// Nested types by token.
    pub types: BTreeMap<String, Nested>,
    /// Enumerations by token.
    pub enumerations: BTreeMap<String, Enumeration>,
    /// Choices between types, by the token of the type that has it and the property's name.
    pub unions: BTreeMap<String, Vec<Type>>,
}

/// A plugin that serves a package of another name, because of a parameter.
#[derive(Clone, Debug, Default)]
pub struct BasePlugin {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// The parameter.
    pub parameter: Vec<u8>,
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
    /// The members of its result by wire name; `None` where the result is no object.
    pub results: Option<BTreeMap<String, Member>>,
}

/// The members of a nested type by wire name.
pub type Nested = BTreeMap<String, Member>;

/// The values of an enumeration, each with its name; all are of one type.
#[derive(Clone, Debug, Default)]
pub struct Enumeration {
    /// Name and value of each.
    pub values: Vec<(String, Literal)>,
}

/// A value that a schema states.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    String(String),
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
}

/// An input, an output or a member of a nested type.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// What it holds.
    pub kind: Type,
    /// Whether it must be given, or for an output whether it is in every deployment.
    pub required: bool,
    /// Deprecated inputs are absent from the Rust types, so that nobody can set one; those that are required remain.
    pub deprecated: bool,
    /// Whether the value is secret in every deployment.
    pub secret: bool,
    /// Whether a change replaces the resource, although its provider does not say so.
    pub replace_on_changes: bool,
    /// The only value that it can have.
    pub constant: Option<Literal>,
}

/// What a member holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    #[default]
    Any,
    /// A file or a set of files.
    Asset,
    /// A set of files.
    Archive,
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
    /// A nested type, an enumeration or a union by its token.
    Named(String),
    /// A resource, or a type of another package, by its token. It is given as any value.
    Foreign(String),
}
