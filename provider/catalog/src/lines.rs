//! A file of facts of which each entry is read for itself, when it is first asked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

/// Entries by id. The file is what `make facts` writes: each entry of a member on a line of its own, `"id":{...}`.
pub(crate) struct Lines<T> {
    entries: BTreeMap<&'static str, Entry<T>>,
}

struct Entry<T> {
    text: &'static str,
    read: OnceLock<Option<T>>,
}

impl<T: DeserializeOwned> Lines<T> {
    /// Finds the entries without reading them.
    pub(crate) fn new(file: &'static str) -> Self {
        let entries = file.lines().filter_map(|line| {
            let (id, text) = line.strip_prefix('"')?.split_once("\":")?;
            // The line of the member itself opens what the next lines hold.
            let text = text.trim_end_matches(',');
            (text.len() > 1).then(|| (id, Entry { text, read: OnceLock::new() }))
        });
        Self { entries: entries.collect() }
    }

    /// The entry of an id. The files are part of the program and a test reads every entry.
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        let entry = self.entries.get(id)?;
        entry.read.get_or_init(|| serde_json::from_str(entry.text).ok()).as_ref()
    }

    /// The ids, in their order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.entries.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_the_rest_of_the_file_is_not() {
        let lines: Lines<Vec<u8>> = Lines::new("{\"all\":{\n\"one\":[1],\n\"wrong\":[-1],\n\"two\":[2]\n}}\n");
        assert_eq!(lines.ids().collect::<Vec<_>>(), ["one", "two", "wrong"]);
        assert_eq!((lines.get("one"), lines.get("two")), (Some(&vec![1]), Some(&vec![2])));
        assert_eq!((lines.get("wrong"), lines.get("all")), (None, None));
    }
}
