//! The inputs of `ComplianceMonitoring` in a file: the file's own members, or the properties in a Pulumi program in YAML.

mod evaluated;
mod functions;
mod names;
mod node;
mod settings;
mod stack;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

use pulumi_component::value::{PropertyError, PropertyMap, PropertyPath, Value};

pub(super) use self::evaluated::Unread;
use self::evaluated::{Evaluated, Known};
use self::names::Names;
use self::node::{Content, Malformed, Node};
use self::stack::Surroundings;

/// The types of the component in a program: a program may leave out the module `index`.
const TYPES: [&str; 2] = ["aws-compliance:index:ComplianceMonitoring", "aws-compliance:ComplianceMonitoring"];
/// Members of a program that are no inputs: a file with one of them is a program.
const OF_A_PROGRAM: [&str; 3] = ["resources", "runtime", "components"];

/// The inputs of one component.
pub(super) struct Found {
    /// Their place in the file; the root for a file that holds inputs alone.
    pub at: PropertyPath,
    /// As they are given; what is not known before a deployment is unknown.
    pub inputs: PropertyMap,
    /// The places in them that are not known before a deployment. One at the root is the whole of them.
    pub unread: Vec<Unread>,
    /// Whether the component may be of another account or region than those beside it.
    pub has_provider: bool,
}

/// What a file says.
pub(super) struct Read {
    /// The inputs of each component.
    pub found: Vec<Found>,
    /// What is wrong with the expressions of a program, by its place in the file.
    pub problems: Vec<PropertyError>,
    /// The file with the values of the stack that were used.
    pub stack: Option<String>,
}

/// Reads inputs, or a program in a folder whose stack has this name. `folder` is none for standard input.
///
/// # Errors
/// When it is neither, each with its place in the file; when the stack has no file; and when a program has no
/// `ComplianceMonitoring`.
pub(super) fn read(named: &str, text: &str, folder: Option<&Path>, stack: Option<&str>) -> Result<Read, String> {
    let expected =
        "expected an object with inputs of ComplianceMonitoring, such as `rules`, or a Pulumi program in YAML";
    if text.trim().is_empty() {
        return Err(format!("{named}: the file is empty; {expected}"));
    }
    let node = Node::read(text).map_err(|error| format!("{named}: {error}"))?;
    let placed = |error: Malformed| format!("{named}:{}: {}", error.place, error.reason);
    node.object(expected).map_err(placed)?;
    if !OF_A_PROGRAM.iter().any(|name| node.member(name).is_some()) {
        if stack.is_some() {
            return Err(format!("{named}: `--stack` is for a Pulumi program, and this file has no `resources`"));
        }
        return Ok(Read { found: vec![alone(&node)], problems: Vec::new(), stack: None });
    }
    runtime(&node).map_err(placed)?;
    let around = match (folder, stack) {
        (Some(folder), _) => Surroundings::of(folder, &node, stack).map_err(|reason| format!("{named}: {reason}"))?,
        (None, Some(_)) => return Err("`--stack` needs the file of the program, not standard input".to_owned()),
        (None, None) => Surroundings::default(),
    };
    let mut read = Read { found: Vec::new(), problems: Vec::new(), stack: around.file().map(str::to_owned) };
    components(&node, &around, &mut read).map_err(placed)?;
    match read.found.is_empty() {
        true => Err(format!("{named}: resources: expected a resource of the type `{}`", TYPES[0])),
        false => Ok(read),
    }
}

/// Inputs alone, in which a text refers to nothing.
fn alone(node: &Node) -> Found {
    let (at, mut unread) = (PropertyPath::root(), Vec::new());
    let inputs = match Evaluated::from(node).into_property(&at, &mut unread).value {
        Value::Object(inputs) => inputs,
        _ => PropertyMap::default(),
    };
    Found { at, inputs, unread, has_provider: false }
}

/// Refuses a project whose program is in another language.
fn runtime(program: &Node) -> Result<(), Malformed> {
    let Some(runtime) = program.member("runtime") else { return Ok(()) };
    match runtime.member("name").unwrap_or(runtime).text() {
        Some("yaml") | None => Ok(()),
        Some(other) => Err(runtime.malformed(format!(
            "runtime: this is the project of a program for `{other}`, and programs in YAML alone can be read; run \
             `pulumi preview`, or put the inputs of the component into a YAML file"
        ))),
    }
}

/// Finds the components in the resources of a program, and in those of the components that it declares.
fn components(program: &Node, around: &Surroundings, read: &mut Read) -> Result<(), Malformed> {
    let root = PropertyPath::root();
    let resources = resources(program, &root)?;
    inside(resources, Names::of(program, around)?, &root, read)?;
    let Some(declared) = program.member("components") else { return Ok(()) };
    for (name, component) in declared.object("components: expected an object with components")? {
        let at = root.member("components").member(name);
        component.object(format!("{at}: expected an object with `resources`"))?;
        let before = read.found.len();
        inside(self::resources(component, &at)?, Names::of_component(component, around, at.clone(), name)?, &at, read)?;
        // Where it is used, and with which provider, is said elsewhere.
        read.found.iter_mut().skip(before).for_each(|found| found.has_provider = true);
    }
    Ok(())
}

fn resources<'p>(node: &'p Node, outer: &PropertyPath) -> Result<&'p [(String, Node)], Malformed> {
    match node.member("resources") {
        Some(resources) => {
            resources.object(format!("{}: expected an object with resources by their names", outer.member("resources")))
        }
        None => Ok(&[]),
    }
}

/// Reads the components among resources.
fn inside(
    resources: &[(String, Node)],
    mut names: Names<'_>,
    outer: &PropertyPath,
    read: &mut Read,
) -> Result<(), Malformed> {
    for (name, resource) in resources {
        let at = outer.member("resources").member(name);
        resource.object(format!("{at}: expected an object with `type` and `properties`"))?;
        if !resource.member("type").and_then(Node::text).is_some_and(|kind| TYPES.contains(&kind)) {
            continue;
        }
        let options = resource.member("options");
        let has_provider =
            ["provider", "providers"].iter().any(|name| options.is_some_and(|options| options.member(name).is_some()));
        let at = at.member("properties");
        let expected = format!("{at}: expected an object with inputs of ComplianceMonitoring, such as `rules`");
        let (inputs, unread) = match resource.member("properties") {
            None => Default::default(),
            Some(properties) => given(properties, &at, &mut names).ok_or_else(|| properties.malformed(expected))?,
        };
        read.found.push(Found { at, inputs, unread, has_provider });
    }
    read.problems.append(&mut names.problems);
    Ok(())
}

/// The inputs in the properties of a resource, and the places in them that are not known.
fn given(properties: &Node, at: &PropertyPath, names: &mut Names<'_>) -> Option<(PropertyMap, Vec<Unread>)> {
    let mut unread = Vec::new();
    let whole = match &properties.content {
        // Names of properties are no expressions.
        Content::Object(members) => {
            let value = |(name, node): &(String, Node)| (name.clone(), names.value(node, &at.member(name)));
            Evaluated::from(Known::Object(members.iter().map(value).collect()))
        }
        Content::Text(_) => names.value(properties, at),
        _ => return None,
    };
    match whole.into_property(&PropertyPath::root(), &mut unread).value {
        Value::Object(inputs) => Some((inputs, unread)),
        Value::Unknown => Some((PropertyMap::default(), unread)),
        _ => None,
    }
}
