//! What the names of a program stand for: its resources, its configuration and its variables.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::nearest_of;
use pulumi_component::value::{PropertyError, PropertyPath};

use super::evaluated::{Evaluated, Known};
use super::functions::{self, is_function};
use super::node::{Content, Malformed, Node};
use super::settings::{self, Setting, of_engine};
use super::stack::Surroundings;
use super::text::{Part, Reference, Step, parts};

/// How many variables may refer to one another in a row, and how many values references may be copied into: a program that a
/// person wrote has far fewer.
const DEEPEST: usize = 100;
const MOST_COPIES: usize = 1_000_000;

/// The names of a program, or of a component that it declares.
pub(super) struct Names<'p> {
    project: &'p str,
    around: &'p Surroundings,
    resources: BTreeSet<&'p str>,
    settings: BTreeMap<String, Setting<'p>>,
    variables: BTreeMap<&'p str, &'p Node>,
    /// Where they are declared.
    outer: PropertyPath,
    /// The component whose inputs its configuration is; none in the program itself.
    component: Option<&'p str>,
    evaluated: BTreeMap<String, Evaluated>,
    /// The names that are being evaluated: one that comes again refers to itself.
    open: Vec<String>,
    copies: usize,
    /// What is wrong with what was evaluated.
    pub problems: Vec<PropertyError>,
}

impl<'p> Names<'p> {
    /// Those of a program.
    ///
    /// # Errors
    /// When a block of it has not the form that Pulumi takes.
    pub(super) fn of(program: &'p Node, around: &'p Surroundings) -> Result<Self, Malformed> {
        Self::within(program, around, PropertyPath::root(), None)
    }

    /// Those of a component that a program declares.
    ///
    /// # Errors
    /// When a block of it has not the form that Pulumi takes.
    pub(super) fn of_component(
        declared: &'p Node,
        around: &'p Surroundings,
        at: PropertyPath,
        name: &'p str,
    ) -> Result<Self, Malformed> {
        Self::within(declared, around, at, Some(name))
    }

    fn within(
        node: &'p Node,
        around: &'p Surroundings,
        outer: PropertyPath,
        component: Option<&'p str>,
    ) -> Result<Self, Malformed> {
        let project = node.member("name").and_then(Node::text).unwrap_or_default();
        let block = |name: &str| match node.member(name) {
            Some(block) => block.object(format!("{}: expected an object with names", outer.member(name))),
            None => Ok(&[][..]),
        };
        let mut settings = settings::declared(node, project, &outer)?;
        for (name, _) in block("inputs").unwrap_or_default().iter().filter(|_| component.is_some()) {
            let at = outer.member("inputs").member(name);
            let setting = Setting { at, kind: None, default: None, key: name.clone(), secret: false, is_typed: true };
            settings.entry(name.clone()).or_insert(setting);
        }
        Ok(Self {
            project,
            around,
            resources: block("resources")?.iter().map(|(name, _)| name.as_str()).collect(),
            settings,
            variables: block("variables")?.iter().map(|(name, node)| (name.as_str(), node)).collect(),
            outer,
            component,
            evaluated: BTreeMap::new(),
            open: Vec::new(),
            copies: 0,
            problems: Vec::new(),
        })
    }

    /// What a value of the program is. What is wrong with it is a problem, and makes it unknown.
    pub(super) fn value(&mut self, node: &Node, at: &PropertyPath) -> Evaluated {
        match &node.content {
            Content::Null => Known::Null.into(),
            Content::Bool(flag) => Known::Bool(*flag).into(),
            Content::Number(number) => Known::Number(*number).into(),
            Content::Text(text) => self.text(text, at),
            Content::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.value(item, &at.index(index)));
                Known::List(items.collect()).into()
            }
            Content::Object(members) => match members.as_slice() {
                [(name, argument)] if is_function(name) => self.call(name, argument, at),
                members => self.object(members, at),
            },
        }
    }

    fn object(&mut self, members: &[(String, Node)], at: &PropertyPath) -> Evaluated {
        let mut object = BTreeMap::new();
        for (name, node) in members {
            let name = match self.text(name, &at.member(name)).known {
                Known::Text(name) => name,
                // A member without a name is no member: the whole is not known.
                Known::Unknown(why) => return Evaluated::unknown(why),
                _ => name.clone(),
            };
            let value = self.value(node, &at.member(&name));
            object.insert(name, value);
        }
        Known::Object(object).into()
    }

    fn call(&mut self, name: &str, argument: &Node, at: &PropertyPath) -> Evaluated {
        let at = at.member(name);
        let argument = self.value(argument, &at);
        functions::call(name, &argument, &self.around.folder).unwrap_or_else(|reason| self.wrong(&at, reason))
    }

    fn text(&mut self, text: &str, at: &PropertyPath) -> Evaluated {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(reason) => return self.wrong(at, reason),
        };
        if let [Part::Reference(only)] = parts.as_slice() {
            return self.reference(only, at);
        }
        let (mut said, mut secret, mut why) = (String::new(), false, None);
        for part in parts {
            let value = match part {
                Part::Text(text) => Known::Text(text).into(),
                Part::Reference(reference) => self.reference(&reference, at),
            };
            secret |= value.holds_secret();
            why = why.or_else(|| value.why_unknown().map(str::to_owned));
            said.push_str(&value.said());
        }
        let known = why.map_or(Known::Text(said), Known::Unknown);
        Evaluated::from(known).secret_if(secret)
    }

    fn reference(&mut self, reference: &Reference, at: &PropertyPath) -> Evaluated {
        let Reference { name, steps } = reference;
        if self.resources.contains(name.as_str()) {
            let what = if steps.is_empty() { "the" } else { "an output of the" };
            return Evaluated::unknown(format!("{what} resource `{name}`"));
        }
        let mut value = match name.as_str() {
            "pulumi" => match self.of_pulumi(steps) {
                Ok(value) => return value,
                Err(reason) => return self.wrong(at, reason),
            },
            _ => match self.named(name) {
                Ok(value) => value,
                Err(reason) => return self.wrong(at, format!("`${{{name}}}`: {reason}")),
            },
        };
        for step in steps {
            value = match value.at(step) {
                Ok(value) => value,
                Err(reason) => return self.wrong(at, format!("`${{{name}...}}`: {reason}")),
            };
        }
        self.copies = self.copies.saturating_add(value.size());
        match self.copies > MOST_COPIES {
            true => self.wrong(at, "references make this program too large to be read".to_owned()),
            false => value,
        }
    }

    /// The value of a name of the configuration or of a variable.
    fn named(&mut self, name: &str) -> Result<Evaluated, String> {
        if let Some(value) = self.evaluated.get(name) {
            return Ok(value.clone());
        }
        if self.open.iter().any(|open| open == name) {
            return Err(format!("refers to itself: {} -> {name}", self.open.join(" -> ")));
        }
        if self.open.len() >= DEEPEST {
            return Err(format!("expected at most {DEEPEST} variables that refer to one another"));
        }
        self.open.push(name.to_owned());
        let value = if self.settings.contains_key(name) {
            Ok(self.setting(name))
        } else if let Some(node) = self.variables.get(name).copied() {
            let at = self.outer.member("variables").member(name);
            let problems = self.problems.len();
            let value = self.value(node, &at);
            match self.problems.len() > problems {
                true => Ok(Evaluated::unknown(format!("`{at}` is invalid"))),
                false => Ok(value),
            }
        } else {
            self.undeclared(name)
        };
        self.open.pop();
        let value = value?;
        self.evaluated.insert(name.to_owned(), value.clone());
        Ok(value)
    }

    /// The value of a declared name: that of the stack, else its default.
    fn setting(&mut self, name: &str) -> Evaluated {
        let Some(setting) = self.settings.get(name) else { return Evaluated::default() };
        let (at, secret, default) = (setting.at.clone(), setting.secret, setting.default);
        let given = match self.component {
            Some(_) => None,
            None => self.around.stack.as_ref().and_then(|stack| stack.value(self.project, &setting.key)),
        };
        // The defaults of a project are no expressions, those of a program are.
        let read = match (given.or(default.filter(|_| !setting.is_typed)), default) {
            (Some(node), _) => setting.value(node).map_err(|reason| {
                let of = given.and(self.around.file()).map(|file| format!("the value in {file}: "));
                format!("{}{reason}", of.unwrap_or_default())
            }),
            (None, Some(node)) => Ok(self.value(node, &at.member("default")).secret_if(secret)),
            (None, None) => Ok(Evaluated::unknown(self.no_value(name)).secret_if(secret)),
        };
        read.unwrap_or_else(|reason| self.wrong(&at, reason))
    }

    /// Why a name of the configuration has no value.
    fn no_value(&self, name: &str) -> String {
        match (self.component, &self.around.stack) {
            (Some(component), _) => format!("an input of the component `{component}`"),
            (None, Some(stack)) if stack.has_environment => {
                format!("the configuration `{name}` has no value in {}; its environment may have one", stack.file)
            }
            (None, Some(stack)) => format!("the configuration `{name}` has no value in {} and no default", stack.file),
            (None, None) if self.around.others.is_empty() => {
                format!("the configuration `{name}` has no default, and no stack has a file beside the program")
            }
            (None, None) => {
                let stacks = self.around.others.join("` or `");
                format!("the configuration `{name}` has no default; `--stack` names the stack: `{stacks}`")
            }
        }
    }

    /// A name that the program does not declare: a stack may have it all the same.
    fn undeclared(&self, name: &str) -> Result<Evaluated, String> {
        let given = self.around.stack.as_ref().and_then(|stack| stack.value(self.project, name));
        if let (Some(node), None) = (given, self.component) {
            return Ok(of_engine(node));
        }
        let known = self.resources.iter().copied().chain(self.settings.keys().map(String::as_str));
        let known = known.chain(self.variables.keys().copied());
        let near = nearest_of(name, known).map(|near| format!("; nearest: `{near}`")).unwrap_or_default();
        let is_complete = self.around.stack.as_ref().is_some_and(|stack| !stack.has_environment);
        match is_complete || self.component.is_some() {
            true => Err(format!("no resource, variable or configuration has this name{near}")),
            false => Ok(Evaluated::unknown(format!(
                "`{name}` is not declared in the program; the configuration of a stack may have it{near}"
            ))),
        }
    }

    /// What Pulumi knows of the run.
    fn of_pulumi(&self, steps: &[Step]) -> Result<Evaluated, String> {
        let Some(Step::Member(member)) = steps.first() else {
            return Err("expected a member of `pulumi`, such as `${pulumi.stack}`".to_owned());
        };
        let unknown = |why: &str| Ok(Evaluated::unknown(format!("`pulumi.{member}`{why}")));
        match (member.as_str(), &self.around.stack) {
            ("project", _) if self.component.is_none() => Ok(Known::Text(self.project.to_owned()).into()),
            ("stack", Some(stack)) => Ok(Known::Text(stack.name.clone()).into()),
            ("stack", None) => unknown(", which `--stack` names"),
            ("cwd" | "rootDirectory" | "organization" | "project", _) => unknown(""),
            _ => {
                let known = ["cwd", "organization", "project", "rootDirectory", "stack"];
                let near = nearest_of(member, known).map(|near| format!("; nearest: `{near}`")).unwrap_or_default();
                Err(format!("`pulumi` has no member `{member}`{near}"))
            }
        }
    }

    /// Notes what is wrong at a place, which makes its value unknown.
    fn wrong(&mut self, at: &PropertyPath, reason: String) -> Evaluated {
        let error = PropertyError::new(at, reason);
        if !self.problems.contains(&error) {
            self.problems.push(error);
        }
        Evaluated::unknown("it is invalid")
    }
}
