//! What is imported where the stack does not have it.

use account_look::{NamesakeKind, OWNER_TAG, Owner};
use pulumi_component::ResourceOptions;

use crate::account::existing::found::{Existing, OwnedKey, Planned, Present};

/// What is imported where the stack does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Adoption {
    /// What has a name.
    named: Vec<Present>,
    /// Id of the key.
    key: Option<String>,
}

impl Adoption {
    /// The options of a resource with a name.
    pub(crate) fn of(&self, kind: NamesakeKind, name: &str, options: ResourceOptions) -> ResourceOptions {
        match self.named.iter().find(|one| one.kind == kind && one.name == name) {
            Some(found) => options.import(&found.id),
            None => options,
        }
    }

    /// The options of the bucket, of which there is one.
    pub(crate) fn bucket(&self, options: ResourceOptions) -> ResourceOptions {
        match self.bucket_name() {
            Some(name) => options.import(name),
            None => options,
        }
    }

    fn bucket_name(&self) -> Option<&str> {
        self.named.iter().find(|one| one.kind == NamesakeKind::Bucket).map(|one| one.name.as_str())
    }

    /// The options of the key.
    pub(crate) fn key(&self, options: ResourceOptions) -> ResourceOptions {
        match &self.key {
            Some(id) => options.import(id),
            None => options,
        }
    }
}

impl Existing {
    /// What this deployment imports where it does not have it: what carries its own tag, and, where that was asked for, what
    /// carries nobody's.
    pub(crate) fn adoption(&self, owner: &Owner) -> Adoption {
        let is_ours = |one: &&Present| match self.mark(one) {
            Some(mark) => owner.is(&mark.owner),
            None => self.marked.is_some() && owner.unmarked_is_ours,
        };
        let named: Vec<_> = self.present.iter().filter(is_ours).cloned().collect();
        // A key belongs to the objects that are encrypted with it: it is not taken for another bucket than theirs.
        let has_bucket = named.iter().any(|one| one.kind == NamesakeKind::Bucket);
        let leaves_bucket = self.owned(owner).any(|one| one.is_of(NamesakeKind::Bucket)) && !has_bucket;
        // Of several keys none is known to be the one that the objects are encrypted with.
        let key = match self.keys.as_slice() {
            [only] if only.is_enabled() && !leaves_bucket => Some(only.id.clone()),
            _ => None,
        };
        Adoption { named, key }
    }

    /// What a preview says of it.
    pub(crate) fn continued(&self, planned: &Planned, owner: &Owner, adoption: &Adoption) -> Option<String> {
        let bucket = adoption.bucket_name().filter(|_| !self.is_deployed(planned, owner))?;
        let key = adoption.key.as_ref().map_or_else(String::new, |key| format!(" and the key {key}"));
        Some(format!(
            "the bucket {bucket}{key} of an earlier deployment of this component will be imported; its reports and history \
             continue"
        ))
    }

    /// Why the key of a bucket that is imported is not.
    pub(crate) fn without_key(&self, planned: &Planned, owner: &Owner, adoption: &Adoption) -> Option<String> {
        let bucket = adoption.bucket_name().filter(|_| planned.own_key && !self.is_deployed(planned, owner))?;
        let why = match (adoption.key.is_some(), self.keys.as_slice()) {
            (true, _) | (_, []) => return None,
            (_, [OwnedKey { id, state: None }]) => {
                format!("the state of its key {id} could not be read; allow `kms:DescribeKey`")
            }
            (_, [OwnedKey { id, state: Some(state) }]) => {
                format!("the state of its key {id} is `{state}`; enable it with `aws kms enable-key --key-id {id}`")
            }
            (_, keys) => {
                let ids: Vec<_> = keys.iter().map(|key| format!("`{}`", key.id)).collect();
                format!(
                    "several keys carry the tag of this deployment: {}; remove it from those that did not encrypt the bucket \
                     with `aws kms untag-resource --key-id ID --tag-keys {OWNER_TAG}`",
                    ids.join(", ")
                )
            }
        };
        Some(format!(
            "the bucket {bucket} of an earlier deployment will be imported and its key will not, so that a new key is created \
             and the functions cannot read what is in the bucket: {why}, and run `pulumi up` after that"
        ))
    }
}
