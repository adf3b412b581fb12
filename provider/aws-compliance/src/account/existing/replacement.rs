//! What holds data and would be replaced, or deleted with a replacement.

use account_look::{NamesakeKind, Owner};
use pulumi_component::value::{PropertyError, PropertyPath};

use crate::account::existing::found::{Existing, Marked, Planned};
use crate::inputs::on_destroy::OnDestroy;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    kind: NamesakeKind,
    old: String,
    new: String,
    path: PropertyPath,
    on_destroy: Option<String>,
}

impl std::fmt::Display for Replacement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            NamesakeKind::Bucket => "the report bucket",
            NamesakeKind::Table => "the ledger's table",
            _ => "the topic",
        };
        write!(f, "{kind} `{}` by `{}`", self.old, self.new)
    }
}

impl Existing {
    /// What holds data and would be replaced: its name is no longer the one that is planned.
    pub(crate) fn replaced(&self, planned: &Planned, owner: &Owner) -> Vec<Replacement> {
        if self.is_destroyed(owner) {
            return Vec::new();
        }
        let kinds = [NamesakeKind::Bucket, NamesakeKind::Table, NamesakeKind::Topic];
        let replaced = kinds.into_iter().filter_map(|kind| {
            let (new, shown) = planned.compared(kind)?;
            let old = self.other(kind, new, owner)?;
            let (_, name) = old.named.clone()?;
            let path = planned.path(kind);
            Some(Replacement { kind, old: name, new: shown.to_owned(), path, on_destroy: old.on_destroy.clone() })
        });
        replaced.collect()
    }

    /// This deployment's resource of a kind, where none has the planned name.
    fn other(&self, kind: NamesakeKind, planned: &str, owner: &Owner) -> Option<&Marked> {
        if self.owns(owner, kind, planned) {
            return None;
        }
        self.owned(owner).find(|one| one.is_of(kind))
    }

    /// Whether this deployment was destroyed: only buckets and keys of it are left, and its bucket was to be retained.
    fn is_destroyed(&self, owner: &Owner) -> bool {
        let retained = OnDestroy::Retain.name();
        self.owned(owner).all(|one| match one.named {
            None => one.is_key(),
            Some((NamesakeKind::Bucket, _)) => one.on_destroy.as_deref() == Some(retained),
            Some(_) => false,
        })
    }

    /// What a preview says of what stays.
    pub(crate) fn left(&self, planned: &Planned, owner: &Owner) -> Vec<String> {
        if let Some(new) = planned.of(NamesakeKind::Bucket).next().filter(|_| self.is_destroyed(owner)) {
            let old = self.other(NamesakeKind::Bucket, new, owner).and_then(|old| old.named.clone());
            let line = |(_, old): (NamesakeKind, String)| {
                format!(
                    "the bucket {old} of an earlier deployment of this component stays as it is; to continue its reports and \
                     history, set `reports.bucketName: {old}`"
                )
            };
            return old.map(line).into_iter().collect();
        }
        let replaced = self.replaced(planned, owner);
        let buckets = replaced.iter().filter(|one| one.kind == NamesakeKind::Bucket);
        let line = |Replacement { old, new, .. }: &Replacement| {
            format!(
                "the bucket {old} is retained with its objects; to copy them after the update: aws s3 sync s3://{old} s3://{new}"
            )
        };
        buckets.map(line).collect()
    }

    /// Refuses a key of the user's in place of this component's where the engine would schedule that one for deletion: what is
    /// in the bucket is encrypted with it.
    pub(crate) fn refused_key(&self, planned: &Planned, owner: &Owner) -> Option<PropertyError> {
        let (bucket, key) = self.takes_key_away(planned, owner).filter(|_| !self.key_is_released)?;
        Some(PropertyError::new(
            "kmsKeyArn",
            format!(
                "this would take the key {key} away, and what is in the bucket `{bucket}` is encrypted with it: set \
                 `reports.onDestroy` to `retain`, run `pulumi up`, and set `kmsKeyArn` after that"
            ),
        ))
    }

    /// The bucket and the key that its objects are encrypted with, where the engine would delete the key as it takes it out of
    /// the stack.
    pub(super) fn takes_key_away(&self, planned: &Planned, owner: &Owner) -> Option<(String, String)> {
        let of_delete = |one: &&Marked| matches!(one.on_destroy.as_deref(), Some("delete" | "refuse"));
        let (_, bucket) = self.owned(owner).find(of_delete).and_then(|one| one.named.clone())?;
        let key = self.keys.first().filter(|_| !planned.own_key)?;
        Some((bucket, key.id.clone()))
    }

    /// Refuses a replacement that was not asked for, one that the engine would delete the old bucket in, and one of which
    /// neither is known.
    pub(crate) fn refused_replacement(&self, planned: &Planned, owner: &Owner) -> Option<PropertyError> {
        if let Some(refused) = self.refused_unknown(planned) {
            return Some(refused);
        }
        let replaced = self.replaced(planned, owner);
        let first = replaced.first()?;
        let bucket = replaced.iter().find(|one| one.kind == NamesakeKind::Bucket);
        if let (true, Some(bucket)) = (planned.allow_replacement, bucket) {
            return refused_bucket(bucket);
        }
        if planned.allow_replacement {
            return None;
        }
        let what: Vec<_> = replaced.iter().map(Replacement::to_string).collect();
        if planned.never_replaced {
            return Some(PropertyError::new(
                first.path.clone(),
                format!(
                    "this would replace {}: what it holds would not move. Keep the former name. To use another one, deploy a second \
                     component with it, and remove this one when nothing needs it any more",
                    what.join(", ")
                ),
            ));
        }
        let keep = bucket.map_or_else(String::new, |bucket| {
            format!(", or keep the bucket with `reports.bucketName: {}`", bucket.old)
        });
        Some(PropertyError::new(
            first.path.clone(),
            format!(
                "this would replace {}: reports, history, ledger and subscriptions would not move. Keep the former name{keep}. To \
                 replace them: 1. run `pulumi up` with `reports.onDestroy: retain` and the former name, 2. set \
                 `reports.allowReplacement: true` and the new name and run `pulumi up`; the former bucket stays in the account",
                what.join(", ")
            ),
        ))
    }

    /// Whether the planned bucket is new and the tags do not say whether it takes the place of another one.
    fn may_replace_unknown(&self, planned: &Planned) -> bool {
        let exists = self.present.iter().any(|one| one.kind == NamesakeKind::Bucket);
        self.tags_are_refused && !exists && planned.compared(NamesakeKind::Bucket).is_some()
    }

    /// Without tags a bucket under another name is not seen. Where it would be retained nothing is lost.
    fn refused_unknown(&self, planned: &Planned) -> Option<PropertyError> {
        let on_destroy = planned.on_destroy;
        (self.may_replace_unknown(planned) && on_destroy != OnDestroy::Retain).then(|| {
            PropertyError::new(
                ["reports", "onDestroy"],
                format!(
                    "the report bucket of an earlier deployment may have another name, and with `reports.onDestroy: {}` it would \
                     be replaced with everything in it; whether there is one is not known, because tags could not be read: allow \
                     `tag:GetResources`, or run `pulumi up` once with `reports.onDestroy: retain`",
                    on_destroy.name()
                ),
            )
        })
    }

    /// The same of a bucket that is retained.
    pub(crate) fn warned_unknown(&self, planned: &Planned) -> Option<String> {
        (self.may_replace_unknown(planned) && planned.on_destroy == OnDestroy::Retain).then(|| {
            "tags could not be read, so that it is not known whether an earlier deployment has a report bucket under another name; \
             if `namePrefix` or `reports.bucketName` changed, change it back, or allow `tag:GetResources`"
                .to_owned()
        })
    }
}

/// Refuses to replace a bucket that the state does not say to retain.
fn refused_bucket(bucket: &Replacement) -> Option<PropertyError> {
    let old = &bucket.old;
    let why = match bucket.on_destroy.as_deref() {
        Some("retain") => return None,
        Some("refuse") => "was deployed with `reports.onDestroy: refuse`, so that the engine refuses to replace it",
        Some("delete") => {
            "was deployed with `reports.onDestroy: delete`, so that its replacement would delete it with everything in it"
        }
        _ => "does not say what it was deployed with, so that its replacement may delete it with everything in it",
    };
    Some(PropertyError::new(
        ["reports", "allowReplacement"],
        format!(
            "the bucket `{old}` {why}: go back to the former name, set `reports.onDestroy` to `retain`, run `pulumi up`, and \
             change the name after that"
        ),
    ))
}
