//! The stack of a program: the values of its configuration, in `Pulumi.STACK.yaml` beside the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::node::{Content, Node};

/// What surrounds a program.
#[derive(Default)]
pub(in crate::cli) struct Surroundings {
    /// The folder of the program, against which the paths in it are resolved.
    pub(super) folder: PathBuf,
    /// The stack whose values are used.
    pub(super) stack: Option<Stack>,
    /// The stacks between which nobody has chosen.
    pub(super) others: Vec<String>,
}

/// A stack.
pub(super) struct Stack {
    pub name: String,
    /// Name of its file.
    pub file: String,
    /// Its values by their key, `project:name`.
    pub values: BTreeMap<String, Node>,
    /// Whether environments may have more values.
    pub has_environment: bool,
}

impl Surroundings {
    /// The name of the file of the stack that is used.
    pub(in crate::cli) fn file(&self) -> Option<&str> {
        self.stack.as_ref().map(|stack| stack.file.as_str())
    }

    /// Those of a program in a folder, with the stack of that name; without a name, the only stack that has a file.
    ///
    /// # Errors
    /// When the stack has no file, or it cannot be read.
    pub(super) fn of(folder: &Path, program: &Node, stack: Option<&str>) -> Result<Self, String> {
        // A text is what `stackConfigDir` was called before.
        let configured = program.member("stackConfigDir").or_else(|| program.member("config")).and_then(Node::text);
        let stacks = stacks(&configured.map_or_else(|| folder.to_path_buf(), |inner| folder.join(inner)));
        let names = || stacks.keys().cloned().collect::<Vec<_>>();
        let chosen = match stack {
            // The name of a stack may have organization and project before it.
            Some(stack) => {
                let name = stack.rsplit('/').next().unwrap_or(stack);
                Some(stacks.get_key_value(name).ok_or_else(|| {
                    let known = match names().join("`, `") {
                        known if known.is_empty() => "no stack has a file there".to_owned(),
                        known => format!("stacks with a file there: `{known}`"),
                    };
                    format!("no Pulumi.{name}.yaml beside the program; {known}")
                })?)
            }
            None if stacks.len() == 1 => stacks.first_key_value(),
            None => None,
        };
        let others = if chosen.is_none() { names() } else { Vec::new() };
        let stack = chosen.map(|(name, path)| Stack::read(name, path)).transpose()?;
        Ok(Self { folder: folder.to_path_buf(), stack, others })
    }
}

impl Stack {
    fn read(name: &str, path: &Path) -> Result<Self, String> {
        let named = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{named}: {error}"))?;
        let node = match text.trim().is_empty() {
            true => Node::default(),
            false => Node::read(&text).map_err(|error| format!("{named}: {error}"))?,
        };
        let expected = "expected an object with `config`";
        let members = node.object(expected).and_then(|_| match node.member("config") {
            Some(config) => config.object("config: expected an object with the values of the stack"),
            None => Ok(&[]),
        });
        let values = members.map_err(|error| format!("{named}:{}: {}", error.place, error.reason))?;
        Ok(Self {
            name: name.to_owned(),
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            values: values.iter().cloned().collect(),
            has_environment: node.member("environment").is_some(),
        })
    }

    /// The value of a key of the project, with or without the project before it.
    pub(super) fn value(&self, project: &str, name: &str) -> Option<&Node> {
        let given = self.values.get(&format!("{project}:{name}")).or_else(|| self.values.get(name));
        given.filter(|node| !matches!(node.content, Content::Null))
    }
}

/// The stacks that have a file in a folder, by name.
fn stacks(folder: &Path) -> BTreeMap<String, PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let stack = |path: PathBuf| {
        let file = path.file_name()?.to_str()?;
        let name = file.strip_prefix("Pulumi.")?;
        let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
        (!name.is_empty()).then(|| (name.to_owned(), path.clone()))
    };
    entries.filter_map(|entry| stack(entry.path())).collect()
}
