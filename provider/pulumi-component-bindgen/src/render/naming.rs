//! The names of everything in a package, each once.
//!
//! They come of the whole package and not of a selection, so that selecting one type more renames none.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Package;
use crate::names::{claim, field, module_of, name_of, type_name};

/// Everything that generated code uses of `pulumi-component`.
pub(crate) const IMPORTS: [&str; 16] = [
    "Archive",
    "AssetOrArchive",
    "Child",
    "ChildHandle",
    "Encode",
    "EncodeMember",
    "Encoding",
    "Input",
    "Output",
    "PropertyValue",
    "Resource",
    "ResourceOptions",
    "Scope",
    "TypeToken",
    "Urn",
    "encode_members",
];

/// What generated code uses of Rust by its name alone.
const PRELUDE: [&str; 16] = [
    "BTreeMap",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "From",
    "Into",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Some",
    "String",
    "Vec",
];

/// The name of a type: its module, empty for the outermost, and its name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeName {
    pub(crate) module: String,
    pub(crate) name: String,
}

/// The names of a package by token.
#[derive(Default)]
pub(crate) struct Names {
    resources: BTreeMap<String, TypeName>,
    /// The stem of the arguments' and the result's type names.
    functions: BTreeMap<String, TypeName>,
    calls: BTreeMap<String, String>,
    types: BTreeMap<String, TypeName>,
}

impl Names {
    pub(crate) fn of(package: &Package) -> Self {
        let (mut names, mut taken) = (Self::default(), Taken::default());
        for token in package.resources.keys() {
            names.resources.insert(token.clone(), taken.types(token, &["", "Builder"]));
        }
        for token in package.functions.keys() {
            let stem = taken.types(token, &["Args", "Result"]);
            let calls = taken.calls.entry(stem.module.clone()).or_default();
            names.calls.insert(token.clone(), claim(calls, field(name_of(token))));
            names.functions.insert(token.clone(), stem);
        }
        let types = package.types.keys().chain(package.enumerations.keys()).chain(package.unions.keys());
        for token in types.collect::<BTreeSet<_>>() {
            names.types.insert(token.clone(), taken.types(token, &[""]));
        }
        names
    }

    pub(crate) fn resource(&self, token: &str) -> TypeName {
        found(&self.resources, token)
    }

    pub(crate) fn function(&self, token: &str) -> TypeName {
        found(&self.functions, token)
    }

    pub(crate) fn call(&self, token: &str) -> String {
        self.calls.get(token).cloned().unwrap_or_else(|| field(name_of(token)))
    }

    /// A nested type, an enumeration or a union.
    pub(crate) fn nested(&self, token: &str) -> TypeName {
        found(&self.types, token)
    }
}

fn found(names: &BTreeMap<String, TypeName>, token: &str) -> TypeName {
    let spelled = || TypeName { module: module_of(token), name: type_name(name_of(token)) };
    names.get(token).cloned().unwrap_or_else(spelled)
}

/// The names that each module has.
#[derive(Default)]
struct Taken {
    types: BTreeMap<String, BTreeSet<String>>,
    calls: BTreeMap<String, BTreeSet<String>>,
}

impl Taken {
    /// A stem that is free with each of the ends: the token's name; else with its module in front, with `Type` behind, or
    /// with a number.
    fn types(&mut self, token: &str, ends: &[&str]) -> TypeName {
        let (module, base) = (module_of(token), type_name(name_of(token)));
        let taken = self.types.entry(module.clone()).or_default();
        let is_free = |stem: &String| {
            ends.iter().map(|end| format!("{stem}{end}")).all(|name| {
                !taken.contains(&name) && !IMPORTS.contains(&name.as_str()) && !PRELUDE.contains(&name.as_str())
            })
        };
        let before = type_name(module.trim_start_matches("r#"));
        let before = if module.is_empty() { base.clone() } else { before + &base };
        let spelled = [base.clone(), before, format!("{base}Type")].into_iter();
        let numbered = (2_u32..).map(|number| format!("{base}{number}"));
        let name = spelled.chain(numbered).find(is_free).unwrap_or(base);
        taken.extend(ends.iter().map(|end| format!("{name}{end}")));
        TypeName { module, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, Nested, ResourceType};

    #[test]
    fn names_are_given_once_and_never_those_that_the_code_uses() {
        let mut package = Package::default();
        for token in ["a:box:Box", "a:box:BoxBuilder", "a:box:Resource", "a:index:Resource"] {
            package.resources.insert(token.to_owned(), ResourceType::default());
        }
        package.functions.insert("a:box:getBox".to_owned(), Function::default());
        for token in ["a:box:Box", "a:box:GetBoxArgs", "a:index:Option"] {
            package.types.insert(token.to_owned(), Nested::new());
        }
        let names = Names::of(&package);
        let resources = ["a:box:Box", "a:box:BoxBuilder", "a:box:Resource", "a:index:Resource"];
        let resources = resources.map(|token| names.resource(token).name);
        assert_eq!(resources, ["Box", "BoxBoxBuilder", "BoxResource", "ResourceType"].map(str::to_owned));
        let types = ["a:box:Box", "a:box:GetBoxArgs", "a:index:Option"].map(|token| names.nested(token).name);
        assert_eq!(types, ["BoxBox", "BoxGetBoxArgs", "OptionType"]);
        assert_eq!(names.call("a:box:getBox"), "get_box");
    }
}
